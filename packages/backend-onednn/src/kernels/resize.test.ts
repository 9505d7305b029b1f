import * as tf from '@tensorflow/tfjs-core';
import { describeNative, expectNoTensors, RandomCase } from '../testing/compare';

/** A resizing kernel on this engine. */
function run(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);
}

describeNative('gradients of resizing', () => {
  beforeAll(() => tf.setBackend('onednn'));
  afterAll(expectNoTensors);

  it.each(['Bilinear', 'NearestNeighbor'])('are the transpose of the forward pass: Resize%s', (kind) => {
    for (let seed = 0; seed < 40; seed++) {
      const data = new RandomCase(seed);
      const shape = [data.integer(1, 3), data.integer(1, 12), data.integer(1, 12), data.pick([1, 3, 8, 40])];
      const size = [data.integer(1, 30), data.integer(1, 30)];
      const alignCorners = data.pick([true, false]);
      const attributes = { alignCorners, halfPixelCenters: !alignCorners && data.pick([true, false]), size };
      const target = [shape[0], ...size, shape[3]];
      const [forward, backward] = tf.tidy(() => {
        const images = tf.tensor(data.floats(tf.util.sizeFromShape(shape)), shape);
        const dy = tf.tensor(data.floats(tf.util.sizeFromShape(target)), target);
        const y = run(`Resize${kind}`, { images }, attributes);
        const dx = run(`Resize${kind}Grad`, { images, dy }, attributes);
        return [tf.sum(tf.mul(y, dy)), tf.sum(tf.mul(dx, images))].map((sum) => sum.dataSync()[0]);
      });
      expect(backward).toBeCloseTo(forward, 3);
    }
  });
});
