import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { engineInfo, setPrecision, setThreads, setExact } from '../index';
import { describeNative, expectNoTensors, largestError, largestShare, RandomCase } from '../testing/compare';
import { branchPlan } from '../../../inception/src/testing/module-plan';
import { drawModule, type Module, referenceModule } from '../testing/inception-reference';

function randomModule(
  seed: number,
  multiple: number,
  most: number,
  fewestImages = 2,
): { module: Module; values: Float32Array[]; shapes: number[][]; dy: Float32Array } {
  const data = new RandomCase(seed);
  const module = drawModule(data, () => multiple * data.integer(1, most));
  const xShape = [
    fewestImages + data.integer(0, 1),
    data.integer(3, 8),
    data.integer(3, 8),
    module.inputChannels,
  ];
  const { units, outputChannels } = branchPlan(module);
  const shapes = [
    xShape,
    ...units.flatMap(({ kernelSize, inputChannels, filters }) => [
      [kernelSize, kernelSize, inputChannels, filters],
      [filters],
      [filters],
    ]),
  ];
  const values = shapes.map((shape) => data.floats(shape.reduce((a, b) => a * b)));
  units.forEach((_, i) => values[2 + 3 * i].forEach((v, j, gamma) => (gamma[j] = 1 + v / 2)));
  return { module, values, shapes, dy: data.floats(xShape[0] * xShape[1] * xShape[2] * outputChannels) };
}

type Random = ReturnType<typeof randomModule>;

/** Output and gradients, from plain operations; those of this engine are checked against the cpu backend elsewhere. */
function expected({ module, values, shapes, dy }: Random, backend: string): Float32Array[] {
  void tf.setBackend(backend);
  return tf.tidy(() => {
    const [x, ...weights] = values.map((v, i) => tf.tensor(v, shapes[i]));
    const y = referenceModule(module, x as tf.Tensor4D, weights);
    const loss = (...all: tf.Tensor[]) =>
      tf.sum(tf.mul(referenceModule(module, all[0] as tf.Tensor4D, all.slice(1)), tf.tensor(dy, y.shape)));
    return [y, ...tf.grads(loss)([x, ...weights])].map((t) => Float32Array.from(t.dataSync()));
  });
}

/** The same from the two kernels. */
function actual({ module, values, shapes, dy }: Random): Float32Array[] {
  void tf.setBackend('onednn');
  return tf.tidy(() => {
    const tensors = values.map((v, i) => tf.tensor(v, shapes[i]));
    const plan = branchPlan(module);
    const names = ['x', ...plan.units.flatMap((_, i) => [`kernel${i}`, `gamma${i}`, `beta${i}`])];
    const inputs = Object.fromEntries(tensors.map((t, i) => [names[i], t]));
    const { epsilon, activation } = module;
    const attributes = { plan, epsilon, activation } as unknown as tf.NamedAttrMap;
    const [y, ...rest] = tf
      .engine()
      .runKernel('InceptionTrain', inputs, attributes) as unknown as tf.Tensor[];
    const statistics = rest
      .slice(0, -1)
      .map((t, i) => [`${i % 2 === 0 ? 'mean' : 'variance'}${i >> 1}`, t] as const);
    const all = {
      dy: tf.tensor(dy, y.shape),
      y,
      ...inputs,
      ...Object.fromEntries(statistics),
      saved0: rest[rest.length - 1],
    };
    const gradients = tf.engine().runKernel('InceptionTrainGrad', all, attributes) as unknown as tf.Tensor[];
    return [y, ...gradients].map((t) => Float32Array.from(t.dataSync()));
  });
}

/** The largest difference of each output from plain convolutions, as a share of that output's largest value. */
function shares(random: Random, { backend = 'onednn', winograd = true } = {}): number[] {
  setExact(true);
  const want = expected(random, backend);
  setExact(!winograd);
  const got = actual(random);
  setExact(false);
  return got.map((values, i) => largestShare(values, want[i]));
}

describeNative('a whole Inception module equals the composed one', () => {
  beforeAll(() => setThreads(1));
  afterAll(expectNoTensors);

  it.each([true, false])('outputs and every gradient of 40 random modules, winograd %s', (winograd) => {
    for (let seed = 0; seed < 40; seed++) {
      const [multiple, most, images] = [
        [16, 2, 2],
        [1, 4, 2],
        [1, 12, 2],
        [1, 50, 64], // enough for Winograd's algorithm, whatever the height and width
      ][seed % 4];
      const random = randomModule(seed, multiple, most, images);
      const worst = Math.max(...shares(random, { backend: most === 4 ? 'cpu' : 'onednn', winograd }));
      expect({ seed, worst: worst < 2e-3 ? 'small' : worst }).toEqual({ seed, worst: 'small' });
    }
  });

  it('the same numbers with one thread and with two', () => {
    const random = randomModule(7, 16, 4);
    const [one, two] = [1, 2].map((threads) => {
      setThreads(threads);
      return actual(random);
    });
    setThreads(1);
    one.forEach((values, i) => expect(largestError(two[i], values)).toBeLessThan(1e-4));
  });

  it('the same numbers twice', () => {
    const random = randomModule(11, 16, 3);
    expect(actual(random)).toEqual(actual(random));
  });

  it('bf16 stays within its rounding', () => {
    if (!engineInfo().bf16)
      return expect(() => setPrecision('bf16')).toThrow('expected a processor with bfloat16');
    setPrecision('bf16');
    for (let seed = 100; seed < 110; seed++) {
      const [output] = shares(randomModule(seed, 8, 4));
      expect(output).toBeLessThan(0.05);
    }
    setPrecision('float32');
  });
});
