import { useWasm } from '../use-wasm';

/** The engine under TensorFlow.js' conformance suite, on one thread. */
export default async function setup(): Promise<void> {
  await useWasm({ threads: 1 });
}
