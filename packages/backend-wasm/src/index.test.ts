import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import expected from '../../../integrations/expected/backend-wasm.exports.json';
import * as everywhere from './index';

it('exports the listed names and no others', () => {
  expect({ '.': Object.keys(everywhere).sort() }).toEqual(expected);
});

it('the first snippet of the README does what its comments say', async () => {
  const info = await everywhere.useWasm({ threads: 2 });
  expect(info).toEqual({
    backend: 'googlenet-wasm',
    simd: expect.stringMatching(/^(relaxed|simd)$/) as string,
    threads: 2,
    precision: 'float32',
    exact: false,
  });
  const x = tf.ones<tf.Rank.R4>([2, 28, 28, 96]);
  const filter = tf.ones<tf.Rank.R4>([5, 5, 96, 96]);
  const y = tf.conv2d(x, filter, 1, 'same');
  expect(y.shape).toEqual([2, 28, 28, 96]);
  expect(y.dataSync()[(14 * 28 + 14) * 96]).toBeCloseTo(25 * 96, 1);
  tf.dispose([x, filter, y]);
});
