import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, smoothedTargets, softmaxCrossEntropy } from './losses';
import { useCpu } from '../testing/tiny';

beforeAll(useCpu);

describe('smoothedTargets', () => {
  it('sum to 1 and give the label what smoothing leaves it', () => {
    const targets = Array.from(smoothedTargets(Int32Array.of(2, 0), 4, 0.2));
    [0.05, 0.05, 0.85, 0.05, 0.85, 0.05, 0.05, 0.05].forEach((value, i) =>
      expect(targets[i]).toBeCloseTo(value, 6),
    );
  });

  it('are one-hot without smoothing', () => {
    expect(Array.from(smoothedTargets(Int32Array.of(1), 3, 0))).toEqual([0, 1, 0]);
  });

  it.each([-1, 3, 255])('reject the label %d of three classes', (label) => {
    expect(() => smoothedTargets(Int32Array.of(0, label), 3, 0)).toThrow(
      `train(labels): expected classes from 0 to 2, got ${label}. Build the model with numClasses of at least ${label + 1}.`,
    );
  });
});

describe('softmaxCrossEntropy', () => {
  const targets = () => tf.tensor2d([1, 0, 0, 0.1, 0.1, 0.8], [2, 3]);

  it('is the mean of -sum(target * log softmax)', () => {
    const loss = softmaxCrossEntropy(tf.tensor2d([0, 0, 0, 1, 2, 3], [2, 3]), targets()).dataSync()[0];
    const total = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3));
    const second = 0.1 * (total - 1) + 0.1 * (total - 2) + 0.8 * (total - 3);
    expect(loss).toBeCloseTo((Math.log(3) + second) / 2, 6);
  });

  it('has the gradient (softmax - target) / batch', () => {
    const logits = tf.tensor2d([0, 0, 0, 1, 2, 3], [2, 3]);
    const gradient = tf.grad((x) => softmaxCrossEntropy(x as tf.Tensor2D, targets()))(logits);
    const expected = tf.div(tf.sub(tf.softmax(logits), targets()), 2).dataSync();
    gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  });

  it('stays finite for logits of any size', () => {
    const logits = tf.tensor2d([1e4, -1e4, 0, -1e4, 1e4, 0], [2, 3]);
    expect(softmaxCrossEntropy(logits, targets()).dataSync()[0]).toBeCloseTo((0.1 * 2e4 + 0.8 * 1e4) / 2, 1);
  });
});

describe('clipByGlobalNorm', () => {
  it('scales all gradients by the same factor, only where the norm is too long', () => {
    const gradients = [tf.tensor1d([3]), null, tf.tensor2d([[4, 0]])];
    const { clipped, norm } = clipByGlobalNorm(gradients, 1);
    expect(norm.dataSync()[0]).toBeCloseTo(5, 6);
    expect(clipped[0]!.dataSync()[0]).toBeCloseTo(0.6, 6);
    expect(clipped[1]).toBeNull();
    expect(clipped[2]!.dataSync()[0]).toBeCloseTo(0.8, 6);
    expect(clipByGlobalNorm(gradients, 10).clipped[0]!.dataSync()[0]).toBe(3);
  });

  it('makes nothing but what it returns', () => {
    const gradients = [tf.tensor1d([3]), tf.tensor1d([4])];
    const before = tf.memory().numTensors;
    const { clipped, norm } = clipByGlobalNorm(gradients, 1);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([...clipped.flatMap((tensor) => tensor ?? []), norm]);
  });
});

describe('class weights', () => {
  it("multiply an image's loss, smoothing included", () => {
    const labels = Int32Array.of(0, 2);
    const plain = smoothedTargets(labels, 3, 0.3);
    const weighted = smoothedTargets(labels, 3, 0.3, [2, 5, 0.5]);
    expect([...weighted]).toEqual([...plain].map((value, i) => Math.fround(value * (i < 3 ? 2 : 0.5))));
  });

  it('must be one for each class', () => {
    expect(() => smoothedTargets(Int32Array.of(0), 3, 0, [1, 1])).toThrow(
      'expected 3 weights, one for each class',
    );
  });
});
