import { LAYER_NETWORKS, type LayerNetwork, trainLayerNetwork } from '@googlenet-tooling/engine-tests';
import * as tf from '@tensorflow/tfjs-core';
import { describeNative, largestError } from './testing/compare';

describeNative('networks of built-in layers', () => {
  it.each(Object.keys(LAYER_NETWORKS) as LayerNetwork[])('%s trains as on the cpu backend', async (name) => {
    await tf.setBackend('cpu');
    const expected = await trainLayerNetwork(name);
    await tf.setBackend('onednn');
    const actual = await trainLayerNetwork(name);
    expect(largestError(actual.losses, expected.losses)).toBeLessThan(1e-4);
    expect(largestError(actual.predictions, expected.predictions)).toBeLessThan(1e-3);
    expect(actual.losses.at(-1)).toBeLessThan(actual.losses[0]);
  });
});
