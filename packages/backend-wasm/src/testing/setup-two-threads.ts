import { useWasm } from '../use-wasm';

/** The engine under TensorFlow.js' conformance suite, on two threads and without fused multiply-add. */
export default async function setup(): Promise<void> {
  await useWasm({ threads: 2, simd: 'simd' });
}
