import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useWasm } from '@googlenet/backend-wasm';
import { Inception, toStandardLayers } from '@googlenet/inception';
import { googlenet } from '@googlenet/model';
import { withOwnLayers } from './own-layers';

beforeAll(() => useWasm({ threads: 1 }));

/** A network whose weights, moving statistics too, are all their own. */
function unusual(options: Parameters<typeof googlenet>[0]): tfl.LayersModel {
  const model = googlenet({ widthMultiplier: 0.0625, seed: 5, ...options });
  tf.tidy(() =>
    model.setWeights(
      model.weights.map((weight, i) => {
        const noise = tf.randomUniform(weight.shape as number[], 0.02, 0.1, 'float32', i + 1);
        return /gamma|variance/.test(weight.name)
          ? tf.add(noise, 0.8)
          : tf.add(noise, tf.mul(weight.read(), 0.9));
      }),
    ),
  );
  return model;
}

describe('withOwnLayers', () => {
  it.each([
    ['two 3x3', {}],
    [
      'one 3x3 and no biases',
      { branch5x5: 'one3x3' as const, unit: { useBias: false, epsilon: 1e-5, momentum: 0.9 } },
    ],
  ])('gives the very network that was taken apart, with %s', async (_, options) => {
    const model = unusual(options);
    const before = tf.memory().numTensors;
    const standard = toStandardLayers(model);
    const own = withOwnLayers(standard);
    standard.dispose();
    if (!own) throw new Error('expected a model');
    expect(own.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(own.layers.filter((layer) => layer instanceof Inception)).toHaveLength(9);
    expect(own.countParams()).toBe(model.countParams());
    const module = own.getLayer('inception_4c').getConfig();
    const { trainable: _trainable, ...expected } = model.getLayer('inception_4c').getConfig();
    for (const key of ['filters', 'branch5x5', 'useBias', 'epsilon', 'momentum'])
      expect(module[key]).toEqual(expected[key]);
    const gap = tf.tidy(() => {
      const x = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 9);
      return tf.max(tf.abs(tf.sub(model.predict(x) as tf.Tensor, own.predict(x) as tf.Tensor)));
    });
    expect((await gap.data())[0]).toBeLessThan(1e-5);
    gap.dispose();
    own.dispose();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('gives nothing for a network that has its own layers, or no modules', () => {
    const own = googlenet({ widthMultiplier: 0.0625 });
    expect(withOwnLayers(own)).toBeUndefined();
    const other = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [28, 28, 1] }), tfl.layers.dense({ units: 10 })],
    });
    expect(withOwnLayers(other)).toBeUndefined();
  });
});
