import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import * as tfl from '@tensorflow/tfjs-layers';
import { ENGINES, seeded } from './testing/compare';
import { useWasm } from './use-wasm';

/** 64 pictures of 8x8 pixels, 0 to 255, of four classes: which quarter is bright. */
function pictures(): { pixels: Int32Array; classes: number[] } {
  const random = seeded(3);
  const classes = Array.from({ length: 64 }, (_, i) => i % 4);
  const pixels = classes.flatMap((one) =>
    Array.from({ length: 64 }, (_, i) => {
      const quarter = (i >= 32 ? 2 : 0) + (i % 8 >= 4 ? 1 : 0);
      return Math.floor((quarter === one ? 155 : 0) + 100 * random());
    }),
  );
  return { pixels: Int32Array.from(pixels), classes };
}

function network(): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 1 });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer,
      }),
      tfl.layers.globalMaxPooling2d({}),
      tfl.layers.dense({ units: 4, activation: 'softmax', kernelInitializer }),
    ],
  });
}

function dense(): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 1 });
  return tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [8, 8, 1] }),
      tfl.layers.dense({ units: 4, activation: 'softmax', kernelInitializer }),
    ],
  });
}

const toInputs = (pixels: Int32Array) =>
  tf.tidy(() => tf.div(tf.cast(tf.tensor4d(pixels, [64, 8, 8, 1], 'int32'), 'float32'), 255));

describe.each(ENGINES)('numbers of every type with %o', (options) => {
  beforeAll(async () => void (await useWasm(options)));

  it('integer pixels become floats by value', () => {
    const pixels = tf.tensor1d([0, 51, 255], 'int32');
    const scaled = tf.tidy(() => tf.div(tf.cast(pixels, 'float32'), 255));
    const [zero, fifth, one] = scaled.dataSync();
    expect([zero, one]).toEqual([0, 1]);
    expect(fifth).toBeCloseTo(0.2, 6);
    tf.dispose([pixels, scaled]);
  });

  it.each([
    ['int32', 'float32', [-2, 0, 3], [-2, 0, 3]],
    ['bool', 'float32', [1, 0, 1], [1, 0, 1]],
    ['bool', 'int32', [1, 0, 1], [1, 0, 1]],
    ['float32', 'int32', [-2.7, 0.5, 3.9], [-2, 0, 3]],
    ['float32', 'bool', [-2.7, 0, 0.2], [1, 0, 1]],
    ['int32', 'bool', [-2, 0, 3], [1, 0, 1]],
  ] as const)('casts %s to %s by value, and kernels read the result', (from, to, given, expected) => {
    const x = tf.tensor1d([...given], from);
    const before = tf.memory().numTensors;
    const y = tf.cast(x, to);
    const sum = tf.tidy(() => tf.add(tf.cast(y, 'float32'), tf.tensor1d([1, 1, 1])));
    expect(y.dtype).toBe(to);
    expect([...y.dataSync()]).toEqual(expected);
    expect([...sum.dataSync()]).toEqual(expected.map((value) => value + 1));
    expect([...x.dataSync()]).toHaveLength(3);
    tf.dispose([y, sum]);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it('a cast tensor lives on when its source is gone, and the other way round', () => {
    const x = tf.tensor1d([1, 2, 3], 'int32');
    const y = tf.cast(x, 'float32');
    x.dispose();
    const again = tf.relu(y);
    y.dispose();
    expect([...again.dataSync()]).toEqual([1, 2, 3]);
    again.dispose();
  });

  it('fit learns from one-hot labels and reports its accuracy', async () => {
    const { pixels, classes } = pictures();
    const model = dense();
    model.compile({
      optimizer: tf.train.adam(0.05),
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const x = toInputs(pixels);
    const y = tf.oneHot(tf.tensor1d(classes, 'int32'), 4);
    const { history } = await model.fit(x, y, { epochs: 20, batchSize: 16, shuffle: false, verbose: 0 });
    const losses = history.loss as number[];
    expect(losses[0]).toBeGreaterThan(0.3);
    expect(losses[19]).toBeLessThan(0.1);
    expect((history.acc as number[])[19]).toBe(1);
    model.dispose();
    tf.dispose([x, y]);
  });

  it('fitDataset trains from tf.data with integer pixels and labels', async () => {
    const { pixels, classes } = pictures();
    const examples = classes.map((label, i) => ({
      xs: tf.tidy(() => tf.tensor3d(pixels.slice(i * 64, i * 64 + 64), [8, 8, 1], 'int32')),
      ys: tf.scalar(label, 'int32'),
    }));
    const data = tfd
      .array(examples)
      .map((example) => {
        const { xs, ys } = example as unknown as { xs: tf.Tensor; ys: tf.Tensor1D };
        return { xs: tf.div(tf.cast(xs, 'float32'), 255), ys: tf.oneHot(tf.cast(ys, 'int32'), 4) };
      })
      .batch(16);
    const model = dense();
    model.compile({
      optimizer: tf.train.adam(0.05),
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await model.fitDataset(data, { epochs: 20, verbose: 0 });
    expect((history.loss as number[])[19]).toBeLessThan(0.1);
    expect((history.acc as number[])[19]).toBe(1);
    model.dispose();
    tf.dispose(examples.map(({ xs, ys }) => [xs, ys]).flat());
  });

  it('gives the losses of the cpu backend for one-hot and for sparse labels', async () => {
    const { pixels, classes } = pictures();
    const losses = async (loss: string, labels: () => tf.Tensor) => {
      const model = network();
      model.compile({ optimizer: tf.train.sgd(0.1), loss, metrics: ['accuracy'] });
      const x = toInputs(pixels);
      const y = labels();
      const found: number[] = [];
      for (let i = 0; i < 3; i++) found.push(...((await model.trainOnBatch(x, y)) as number[]));
      model.dispose();
      tf.dispose([x, y]);
      return found;
    };
    const kinds = [
      () =>
        losses('categoricalCrossentropy', () => tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), 4))),
      () => losses('sparseCategoricalCrossentropy', () => tf.tensor2d(classes, [64, 1])),
    ];
    for (const kind of kinds) {
      await tf.setBackend('cpu');
      const expected = await kind();
      await useWasm(options);
      const actual = await kind();
      actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
    }
  });

  it('takes tensors of the cpu backend over by value, whatever their type', async () => {
    await tf.setBackend('cpu');
    const casted = tf.tidy(() => tf.cast(tf.tensor1d([1, 2, 3], 'int32'), 'float32'));
    await useWasm(options);
    const sum = tf.tidy(() => tf.add(casted, tf.tensor1d([0.5, 0.5, 0.5])));
    expect([...sum.dataSync()]).toEqual([1.5, 2.5, 3.5]);
    tf.dispose([casted, sum]);
  });

  it('concat refuses shapes that do not fit, also where the kernel is called directly', () => {
    const [a, b] = [tf.ones([2, 2]), tf.ones([1, 2])];
    expect(() => tf.concat([a, b] as tf.Tensor2D[], 1)).toThrow(/Shape.*does not match/);
    expect(() =>
      tf.engine().runKernel('Concat', [a, b] as unknown as tf.NamedTensorMap, { axis: 1 }),
    ).toThrow(/does not match/);
    tf.dispose([a, b]);
  });

  it('what a caller writes into read data changes no tensor, uploaded or not', async () => {
    const x = tf.tensor1d([1, 2]);
    x.dataSync()[0] = 9;
    (await x.data())[1] = 9;
    expect([...x.dataSync()]).toEqual([1, 2]);
    x.dispose();
  });
});

describe.each(ENGINES)('optional kernels called directly with %o', (options) => {
  beforeAll(async () => void (await useWasm(options)));

  const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
    tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);
  const floats = (...shape: number[]) => tf.ones(shape);
  const norm = (channels: number) => ({ gamma: floats(channels), beta: floats(channels) });

  it.each([
    [
      'BatchNormTrain',
      () => ({ x: floats(2, 4), gamma: floats(3), beta: floats(4) }),
      {},
      /gamma of shape \[4\]/,
    ],
    ['BatchNormTrain', () => ({ x: floats(2, 4), gamma: floats(4) }), {}, /an input "beta"/],
    [
      'BatchNormTrain',
      () => ({ ...norm(4), x: tf.ones([2, 4], 'int32') }),
      {},
      /expected "x" to be float32, got .*x int32/,
    ],
    [
      'BatchNormTrainGrad',
      () => ({
        ...norm(4),
        x: floats(2, 4),
        y: floats(2, 4),
        dy: floats(1, 4),
        mean: floats(4),
        variance: floats(4),
      }),
      {},
      /dy of shape \[2, 4\], got \[1, 4\]/,
    ],
    [
      'AdamStep',
      () => ({ param0: floats(8), grad0: floats(8), m0: floats(8), v0: floats(2) }),
      { learningRates: [1], weightDecays: [0] },
      /v0 of shape \[8\], got \[2\]/,
    ],
    [
      'AdamStep',
      () => ({ param0: floats(8), grad0: floats(8), m0: floats(8), v0: floats(8) }),
      { learningRates: [], weightDecays: [0] },
      /learningRates of 1 numbers, got 0/,
    ],
    [
      'SgdStep',
      () => ({ param0: floats(8), grad0: floats(8) }),
      { learningRates: [1], weightDecays: [0], momentum: 0.9 },
      /param, grad, velocity for each of 1/,
    ],
    [
      'EmaStep',
      () => ({ param0: floats(8), average0: floats(1) }),
      { decay: 0.9 },
      /average0 of shape \[8\]/,
    ],
    [
      'InceptionTrain',
      () => ({ x: floats(1, 4, 4, 2), kernel0: floats(1, 1, 2, 4), gamma0: floats(4), beta0: floats(4) }),
      {
        activation: 'relu',
        epsilon: 1e-3,
        plan: {
          units: [
            { kernelSize: 1, inputChannels: 2, filters: 4, source: 'input', outputChannel: 0 },
            { kernelSize: 1, inputChannels: 2, filters: 4, source: 'pooled', outputChannel: 4 },
          ],
          outputChannels: 8,
        },
      },
      /expected 2 kernels, got 1/,
    ],
    [
      'InceptionTrain',
      () => ({ x: floats(1, 4, 4, 2), kernel0: floats(1, 1, 2, 4), gamma0: floats(4), beta0: floats(4) }),
      {
        activation: 'relu',
        epsilon: 1e-3,
        plan: {
          units: [{ kernelSize: 1, inputChannels: 2, filters: 4, source: 'input', outputChannel: 3 }],
          outputChannels: 7,
          pooledChannel: 0,
        },
      },
      /expected parts of the output side by side, got one at 3 behind 2/,
    ],
  ] as const)('%s refuses arrays that do not fit: case %#', (name, inputs, attrs, message) => {
    const before = tf.memory().numTensors;
    const given = inputs() as Record<string, tf.Tensor>;
    expect(() => run(name, given, attrs)).toThrow(message);
    tf.dispose(given);
    expect(tf.memory().numTensors).toBe(before);
  });
});
