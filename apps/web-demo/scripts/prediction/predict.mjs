import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '@googlenet/backend-wasm';
import { googlenet } from '@googlenet/model';

/** The WebAssembly engine as it is everywhere, and as it is at best. */
export const setups = [{ threads: 1, simd: 'simd' }, {}];

/** The probabilities that a small network with fixed weights gives two fixed images, with what the engine runs on. */
export async function predict(setup) {
  const { simd, threads } = await useWasm(setup);
  const pixels = Float32Array.from({ length: 2 * 28 * 28 }, (_, i) => ((i * 7919) % 256) / 255);
  const model = googlenet({ widthMultiplier: 0.125, seed: 1 });
  const probabilities = Array.from(await model.predict(tf.tensor4d(pixels, [2, 28, 28, 1])).data());
  return { simd, threads, probabilities };
}
