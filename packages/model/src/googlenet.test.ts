import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { inceptionCost } from '@googlenet/inception';
import {
  endpoints,
  googlenet,
  INCEPTION_FILTERS,
  summarize,
  VARIANTS,
  type GoogLeNetOptions,
  type Variant,
} from './index';
import { useCpu, withModel } from './testing/models';

beforeAll(useCpu);

const l2 = tfl.regularizers.l2({ l2: 0.5 });
const SMALL: GoogLeNetOptions = { widthMultiplier: 0.125, seed: 7 };

describe('parameter counts are exact', () => {
  it.each<[string, GoogLeNetOptions, number, number]>([
    ['paper, 1000 classes, RGB', { variant: 'paper' }, 6_998_552, 0],
    ['paper with both auxiliary heads', { variant: 'paper', auxiliary: true }, 13_378_280, 0],
    ['paper, 10 classes, RGB', { variant: 'paper', numClasses: 10 }, 5_983_802, 0],
    [
      'paper, 10 classes, grey',
      { variant: 'paper', numClasses: 10, inputShape: [224, 224, 1] },
      5_977_530,
      0,
    ],
    ['torchvision', { variant: 'torchvision' }, 6_624_904, 14_560],
    [
      'torchvision with auxiliary heads',
      { variant: 'torchvision', auxiliary: true },
      13_004_888,
      14_560 + 512,
    ],
    ['mnist', {}, 6_162_794, 15_808],
    ['mnist without convolution biases', { unit: { useBias: false } }, 6_154_890, 15_808],
    ['mnist with auxiliary heads', { auxiliary: true }, 6_162_794 + 2_174_090 + 2_176_138, 15_808],
  ])('%s', (_name, options, trainable, moving) => {
    withModel({ seed: 1, ...options }, (model) => {
      const { totals } = summarize(model);
      expect(totals.trainable).toBe(trainable);
      expect(totals.nonTrainable).toBe(moving);
      expect(totals.parameters).toBe(model.countParams());
    });
  });

  it('slim without its classifier, counted as in its own test: weights, betas and moving statistics', () => {
    withModel({ variant: 'slim' }, (model) => {
      const { rows } = summarize(model);
      const base = rows.filter(({ name }) => name !== 'logits');
      expect(base.reduce((sum, row) => sum + row.parameters, 0)).toBe(5_607_184);
    });
  });

  it.each([
    ['two5x5', 7_727_466],
    ['one5x5', 5_875_610],
  ] as const)('mnist with %s in the 5x5 branch', (branch5x5, trainable) => {
    withModel({ branch5x5 }, (model) => expect(summarize(model).totals.trainable).toBe(trainable));
  });

  it('an image costs the multiply-accumulates that the reference facts give', () => {
    const millions = (options: GoogLeNetOptions) =>
      withModel(options, (model) => Math.round(summarize(model).totals.macs / 1e6));
    expect(millions({ variant: 'paper' })).toBe(1583);
    expect(millions({ variant: 'torchvision' })).toBe(1498);
    expect(millions({ branch5x5: 'two5x5' })).toBe(1498);
    withModel({}, (model) => expect(summarize(model).totals.macs).toBe(1_162_387_456));
  });

  it.each(Object.entries(VARIANTS))('%s says of itself what it is', (variant, { parameters, macs }) => {
    withModel({ variant: variant as Variant }, (model) => {
      const { totals } = summarize(model);
      expect(totals).toMatchObject({ ...parameters, macs });
    });
  });

  it('a module costs what the cost function of the inception package says', () => {
    withModel({ variant: 'paper' }, (model) => {
      const row = summarize(model).rows.find(({ name }) => name === 'inception_4a')!;
      const cost = inceptionCost({
        height: 14,
        width: 14,
        inputChannels: 480,
        filters: INCEPTION_FILTERS['4a'],
      });
      expect(row.macs).toBe(cost.macs);
    });
  });
});

describe('endpoints', () => {
  const modules = (sizes: [number, number, number], pools: [number, number]): [string, number[]][] => [
    ['inception_3a', [sizes[0], sizes[0], 256]],
    ['inception_3b', [sizes[0], sizes[0], 480]],
    ['pool3', [pools[0], pools[0], 480]],
    ['inception_4a', [sizes[1], sizes[1], 512]],
    ['inception_4b', [sizes[1], sizes[1], 512]],
    ['inception_4c', [sizes[1], sizes[1], 512]],
    ['inception_4d', [sizes[1], sizes[1], 528]],
    ['inception_4e', [sizes[1], sizes[1], 832]],
    ['pool4', [pools[1], pools[1], 832]],
    ['inception_5a', [sizes[2], sizes[2], 832]],
    ['inception_5b', [sizes[2], sizes[2], 1024]],
    ['global_pool', [1024]],
    ['dropout', [1024]],
  ];
  const imagenet = modules([28, 14, 7], [14, 7]);
  const stem = (lrn: boolean): [string, number[]][] => {
    const norm = (name: string, shape: number[]): [string, number[]][] => (lrn ? [[name, shape]] : []);
    return [
      ['conv1_7x7_s2', [112, 112, 64]],
      ['pool1', [56, 56, 64]],
      ...norm('norm1', [56, 56, 64]),
      ['conv2_3x3_reduce', [56, 56, 64]],
      ['conv2_3x3', [56, 56, 192]],
      ...norm('norm2', [56, 56, 192]),
      ['pool2', [28, 28, 192]],
    ];
  };
  it.each([
    ['mnist', 10, [['conv1', [28, 28, 192]], ...modules([28, 14, 7], [14, 7])]],
    ['cifar', 10, [['conv1', [32, 32, 192]], ...modules([32, 16, 8], [16, 8])]],
    ['paper', 1000, [...stem(true), ...imagenet]],
    ['torchvision', 1000, [...stem(false), ...imagenet]],
    ['slim', 1000, [...stem(false), ...imagenet]],
  ] as const)('%s has the shapes of its source', (variant, classes, expected) => {
    withModel({ variant, auxiliary: true }, (model) => {
      const found = endpoints(model).map(({ name, shape }) => [name, shape.slice(1)]);
      expect(found).toEqual([...expected, ['logits', [classes]], ['predictions', [classes]]]);
    });
  });

  it('auxiliary heads pool 14x14 to 4x4 and are outputs by name, after the main one', () => {
    for (const variant of ['mnist', 'paper', 'torchvision'] as const) {
      withModel({ variant, auxiliary: true }, (model) => {
        expect(model.outputNames).toEqual(['predictions', 'aux1', 'aux2']);
        for (const [head, channels] of [
          ['aux1', 512],
          ['aux2', 528],
        ] as const) {
          const pool = model.getLayer(`${head}_pool`);
          expect(pool.output).toMatchObject({ shape: [null, 4, 4, channels] });
          expect(model.getLayer(`${head}_conv`).output).toMatchObject({ shape: [null, 4, 4, 128] });
          expect(model.getLayer(`${head}_fc`).output).toMatchObject({ shape: [null, 1024] });
        }
      });
    }
  });
});

describe('width, seeds and wrong options', () => {
  it('a quarter of the width has a quarter of the filters, in eights and at least 8', () => {
    withModel({ widthMultiplier: 0.25 }, (model) => {
      expect(model.getLayer('conv1').getWeights()[0].shape).toEqual([3, 3, 1, 48]);
      expect(model.getLayer('inception_3a').getConfig().filters).toEqual({
        conv1x1: 16,
        reduce3x3: 24,
        conv3x3: 32,
        reduce5x5: 8,
        conv5x5: 8,
        poolProj: 8,
      });
    });
  });

  it('the same seed gives the same weights, another seed other weights, no two layers the same', () => {
    const kernels = (seed: number) =>
      withModel({ ...SMALL, seed }, (model) =>
        model
          .getWeights()
          .filter((weight) => weight.rank > 1)
          .map((weight) => Array.from(weight.dataSync())),
      );
    const first = kernels(7);
    expect(kernels(7)).toEqual(first);
    const other = kernels(8);
    first.forEach((values, i) => expect(values.slice(0, 4)).not.toEqual(other[i].slice(0, 4)));
    const starts = first.map((values) => (values[0] / values[1]).toFixed(6));
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('initial kernels are Glorot uniform', () => {
    withModel(SMALL, (model) => {
      const kernel = model.getLayer('inception_5b').getWeights()[0];
      const limit = Math.sqrt(6 / (kernel.shape[2]! + kernel.shape[3]!));
      const values = kernel.dataSync();
      expect(Math.max(...values)).toBeLessThanOrEqual(limit);
      expect(Math.max(...values)).toBeGreaterThan(limit * 0.98);
      expect(Math.min(...values)).toBeLessThan(-limit * 0.98);
    });
  });

  it('what a unit is given holds for every convolution: initializer with a stream for each layer, regularizer', () => {
    const unit = { kernelInitializer: tfl.initializers.heNormal({ seed: 5 }), kernelRegularizer: l2 };
    withModel({ ...SMALL, unit, auxiliary: true }, (model) => {
      const convolutions = model.layers.filter(({ name }) => /^(conv1|inception_..|aux._conv)$/.test(name));
      expect(convolutions).toHaveLength(12);
      const seeds = convolutions.map((layer) => {
        const { kernelInitializer, kernelRegularizer } = layer.getConfig() as Record<string, never>;
        expect(kernelInitializer).toMatchObject({
          className: 'VarianceScaling',
          config: { scale: 2, mode: 'fanIn' },
        });
        expect(kernelRegularizer).toMatchObject({ className: 'L1L2', config: { l2: 0.5 } });
        return (kernelInitializer as { config: { seed: number } }).config.seed;
      });
      expect(new Set(seeds).size).toBe(12);
    });
  });

  it('every wrong option is reported at once', () => {
    const build = () =>
      googlenet({ numClasses: 1, inputShape: [28, 0, 1], widthMultiplier: NaN, dropout: 1, seed: 0.5 });
    expect(build).toThrow(RangeError);
    expect(build).toThrow(
      [
        'googlenet: expected numClasses to be an integer of at least 2, got 1. Give the number of classes in the data.',
        'googlenet: expected inputShape to be three positive integers [height, width, channels], got [28, 0, 1]. MNIST is [28, 28, 1].',
        'googlenet: expected widthMultiplier to be a finite number above 0, got NaN. The published network is 1.',
        'googlenet: expected dropout to be in [0, 1), got 1. Use 0 to drop nothing.',
        'googlenet: expected seed to be a safe integer, got 0.5. Leave it out for other weights each time.',
      ].join('\n'),
    );
    expect(() => googlenet({ variant: 'v2' as 'mnist' })).toThrow(
      'googlenet: expected variant to be one of mnist, paper, torchvision, slim, cifar, got "v2".',
    );
  });

  it('an unknown option is refused, and the one that was meant is named, in a unit as well', () => {
    const build = (options: object) => () => googlenet(options);
    expect(build({ widthMultipler: 2 })).toThrow(
      new RangeError(
        'googlenet: expected only options that it knows, got "widthMultipler". Did you mean "widthMultiplier"?',
      ),
    );
    expect(build({ unit: { useBais: false }, numclasses: 3 })).toThrow(
      new RangeError(
        'googlenet: expected only options that it knows, got "numclasses". Did you mean "numClasses"?\n' +
          'googlenet: expected only options that it knows, got "unit.useBais". Did you mean "unit.useBias"?',
      ),
    );
    expect(build({ optimizer: 'adam' })).toThrow(
      /got "optimizer"\. Use any of variant, numClasses, .*, seed\.$/,
    );
    expect(build({ unit: { activation: 'linear' } })).toThrow('got "unit.activation".');
    expect(build(JSON.parse('{ "__proto__": 1 }') as object)).toThrow('got "__proto__".');
    for (const options of [null, 'paper', []]) expect(build(options as never)).toThrow(TypeError);
  });

  it('an unknown variant does not hide what else is wrong', () => {
    const build = () =>
      googlenet({
        variant: 'x' as 'mnist',
        numClasses: 1,
        dropout: 2,
        branch5x5: 'six' as 'one5x5',
        auxiliary: 'yes' as never,
        unit: 1 as never,
      });
    expect(build).toThrow(RangeError);
    expect(build).toThrow(
      [
        'googlenet: expected variant to be one of mnist, paper, torchvision, slim, cifar, got "x". Choose one of these.',
        'googlenet: expected numClasses to be an integer of at least 2, got 1. Give the number of classes in the data.',
        'googlenet: expected dropout to be in [0, 1), got 2. Use 0 to drop nothing.',
        'googlenet: expected auxiliary to be true or false, got "yes". Use a boolean.',
        'googlenet: expected branch5x5 to be one of one5x5, two5x5, one3x3, two3x3, got "six". Use one of these.',
        'googlenet: expected unit to be an object of options, got 1. Leave it out for the unit of the variant.',
      ].join('\n'),
    );
    expect(() => googlenet({ inputShape: [2, 2, 1], seed: 0.5 })).toThrow(
      /expected seed .*\ngooglenet\("pool4"\): expected a feature map/,
    );
  });

  it('sizes that no engine can hold are refused by name, before any weight is made', () => {
    const before = tf.memory().numTensors;
    const build = () => googlenet({ numClasses: 1e12, widthMultiplier: 1e9, inputShape: [1e9, 1e9, 1] });
    expect(build).toThrow(RangeError);
    expect(build).toThrow(
      [
        'googlenet: expected numClasses for a network of at most 2147483647 weights, got 1000000000000. Give the number of classes in the data.',
        'googlenet: expected inputShape of at most 2147483647 numbers, got [1000000000, 1000000000, 1]. Use smaller images.',
        'googlenet: expected widthMultiplier for a network of at most 2147483647 weights, got 1000000000. The published network is 1.',
      ].join('\n'),
    );
    expect(() => googlenet({ widthMultiplier: 1e308 })).toThrow('expected widthMultiplier for a network');
    expect(() => googlenet({ inputShape: [28, 28, 2e6] })).toThrow('Use fewer channels.');
    expect(() => googlenet({ widthMultiplier: 15, numClasses: 1e5 })).toThrow('expected sizes for a network');
    expect(() => googlenet({ ...SMALL, inputShape: [40_000, 40_000, 1], auxiliary: true })).toThrow(
      /^googlenet\("aux1_fc"\): expected at most 2147483647 weights, got /,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('an input that is too small names the layer where it vanishes, before any weight is made', () => {
    const before = tf.memory().numTensors;
    expect(() => googlenet({ ...SMALL, inputShape: [2, 2, 1] })).toThrow(
      'googlenet("pool4"): expected a feature map of at least 2x2, got 1x1. Use a larger inputShape.',
    );
    expect(() => googlenet({ ...SMALL, variant: 'torchvision', inputShape: [64, 3, 3] })).toThrow(
      'googlenet("pool2"): expected a feature map of at least 2x2, got 16x1. Use a larger inputShape.',
    );
    expect(() => googlenet({ ...SMALL, inputShape: [8, 8, 1], auxiliary: true })).toThrow(
      'googlenet("aux1_pool"): expected a feature map of at least 5x5, got 4x4. Use a larger inputShape or auxiliary: false.',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['mnist', 'paper', 'torchvision', 'slim', 'cifar'] as const)(
    'the smallest input that %s accepts builds and runs',
    (variant) => {
      const { inputShape } = VARIANTS[variant];
      const accepted = (size: number) => {
        try {
          return googlenet({
            variant,
            inputShape: [size, size, inputShape[2]],
            widthMultiplier: 0.01,
            seed: 1,
          });
        } catch {
          return undefined;
        }
      };
      const sizes = Array.from({ length: 40 }, (_, i) => i + 1);
      const size = sizes.find((candidate) => accepted(candidate))!;
      expect(size).toBe({ mnist: 3, paper: 31, torchvision: 31, slim: 17, cifar: 3 }[variant]);
      const model = accepted(size)!;
      const y = model.predict(tf.ones([1, size, size, inputShape[2]])) as tf.Tensor;
      expect(tf.sum(y).dataSync()[0]).toBeCloseTo(1, 4);
    },
  );
});

describe('running', () => {
  it('probabilities sum to one, do not depend on dropout, and no tensor is left', () => {
    withModel({ ...SMALL, inputShape: [12, 12, 1] }, (model) => {
      const x = tf.randomUniform([2, 12, 12, 1], 0, 1, 'float32', 3);
      const before = tf.memory().numTensors;
      const runs = Array.from({ length: 3 }, () => {
        const y = model.predict(x) as tf.Tensor;
        const values = Array.from(y.dataSync());
        y.dispose();
        return values;
      });
      expect(tf.memory().numTensors).toBe(before);
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[2]).toEqual(runs[0]);
      expect(runs[0].slice(0, 10).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(new Set(runs[0]).size).toBeGreaterThan(10);
      x.dispose();
    });
  });

  it('200 predictions leave no tensor behind', () => {
    withModel({ ...SMALL, inputShape: [4, 4, 1], widthMultiplier: 0.01, auxiliary: false }, (model) => {
      const x = tf.ones([1, 4, 4, 1]);
      tf.dispose(model.predict(x));
      const before = tf.memory().numTensors;
      for (let i = 0; i < 200; i++) tf.dispose(model.predict(x));
      expect(tf.memory().numTensors).toBe(before);
      x.dispose();
    });
  });

  it('disposing a model frees everything that building it took', () => {
    const before = tf.memory().numTensors;
    withModel({ ...SMALL, auxiliary: true }, () => undefined);
    expect(tf.memory().numTensors).toBe(before);
  });
});
