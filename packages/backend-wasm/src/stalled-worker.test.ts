import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from './use-wasm';

interface Stoppable {
  readonly runtime: { readonly workers: { terminate(): void }[] };
}

it('a worker whose core does something else holds up nobody: the others take its pieces', async () => {
  const { threads } = await useWasm({ threads: 3, simd: 'simd' });
  expect(threads).toBe(3);
  const x = tf.randomNormal([64, 700], 0, 1, 'float32', 1);
  const w = tf.randomNormal([700, 64], 0, 1, 'float32', 2);
  const expected = await tf.matMul(x, w).data();

  // The worst case: one that sleeps for ever.
  const { workers } = (tf.backend() as unknown as Stoppable).runtime;
  workers[0]?.terminate();
  await new Promise((resolve) => setTimeout(resolve, 300));

  for (let i = 0; i < 5; i++) expect(await tf.matMul(x, w).data()).toEqual(expected);
});
