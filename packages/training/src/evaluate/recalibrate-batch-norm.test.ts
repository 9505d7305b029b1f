import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { convBatchNorm, inception } from '@googlenet/inception';
import golden from '../__fixtures__/torch-update-bn.json';
import type { TrainingBatch, TrainingData } from '../data';
import { train } from '../loop/train';
import { collect, noise, ofType, TinyData, tinyModel, useCpu, weightValues } from '../testing/tiny';
import { recalibrateBatchNorm } from './recalibrate-batch-norm';

beforeAll(useCpu);

/** Images in their order, whatever is asked for. */
function inOrder(images: Float32Array, shape: readonly number[]): TrainingData {
  const [size, ...rest] = shape;
  const area = rest.reduce((product, length) => product * length, 1);
  return {
    size,
    async *batches({ batchSize }): AsyncGenerator<TrainingBatch> {
      for (let at = 0; at < size; at += batchSize) {
        const count = Math.min(batchSize, size - at);
        yield {
          images: images.slice(at * area, (at + count) * area),
          labels: new Int32Array(count),
          shape: [count, ...rest],
        };
      }
    },
  };
}

function movingValues(layer: tfl.layers.Layer, kind: 'moving_mean' | 'moving_variance'): number[] {
  return layer.weights
    .filter(({ originalName }) => originalName.endsWith(kind))
    .flatMap((weight) => Array.from(weight.read().dataSync()));
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  // float32 sums of some hundred values against float64, or in another order.
  got.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected[i]))),
  );
}

/** Mean of the batches' means and biased variances over all axes but the last, in plain float64. */
function averageMoments(batches: readonly tf.Tensor[]): { mean: number[]; variance: number[] } {
  const channels = batches[0].shape.at(-1)!;
  const [mean, variance] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)];
  for (const batch of batches) {
    const values = batch.dataSync<'float32'>();
    for (let c = 0; c < channels; c++) {
      const own = values.filter((_, i) => i % channels === c);
      const average = own.reduce((a, b) => a + b, 0) / own.length;
      mean[c] += average / batches.length;
      variance[c] += own.reduce((sum, v) => sum + (v - average) ** 2, 0) / own.length / batches.length;
    }
  }
  return { mean, variance };
}

describe('recalibrateBatchNorm', () => {
  it("gives PyTorch's update_bn, the variance biased", async () => {
    const [first, second] = golden.kernels;
    const conv = (kernel: { shape: number[] }) =>
      tfl.layers.conv2d({
        filters: kernel.shape[3],
        kernelSize: kernel.shape[0],
        padding: 'same',
        useBias: false,
      });
    const norms = [tfl.layers.batchNormalization(), tfl.layers.batchNormalization({ momentum: 0.5 })];
    const input = tfl.input({ shape: golden.shape.slice(1) });
    const convs = [conv(first), conv(second)];
    const output = [convs[0], norms[0], tfl.layers.reLU(), convs[1], norms[1]].reduce(
      (x, layer) => layer.apply(x) as tfl.SymbolicTensor,
      input,
    );
    const model = tfl.model({ inputs: input, outputs: output });
    golden.kernels.forEach(({ values, shape }, i) => convs[i].setWeights([tf.tensor(values, shape)]));
    const data = inOrder(Float32Array.from(golden.images), golden.shape);
    const result = await recalibrateBatchNorm(model, data, { batchSize: golden.batchSize });
    expect(result).toEqual({ layers: 2, batches: 3, images: 12 });
    const n = golden.batchSize * golden.shape[1] * golden.shape[2];
    norms.forEach((norm, i) => {
      expectClose(movingValues(norm, 'moving_mean'), golden.runningMean[i]);
      expectClose(
        movingValues(norm, 'moving_variance'),
        golden.runningVariance[i].map((variance) => (variance * (n - 1)) / n),
      );
    });
  });

  it('sets the averages of convBatchNorm and inception layers, in nested models and with a bias too', async () => {
    const stem = convBatchNorm({
      filters: 3,
      kernelSize: 3,
      name: 'stem',
      useBias: true,
      biasInitializer: 'ones',
    });
    const module = inception({ name: 'module', filters: [2, 2, 3, 2, 2, 2] });
    const inner = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [5, 5, 3] }), module] });
    const input = tfl.input({ shape: [5, 5, 1] });
    const middle = stem.apply(input) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: inner.apply(middle) as tfl.SymbolicTensor });
    const images = noise(7 * 25, 3);
    const { layers } = await recalibrateBatchNorm(model, inOrder(images, [7, 5, 5, 1]), { batchSize: 3 });
    expect(layers).toBe(2);

    const batches = [images.slice(0, 75), images.slice(75, 150), images.slice(150)].map((part) =>
      tf.tensor4d(part, [part.length / 25, 5, 5, 1]),
    );
    const [stemKernel, stemBias] = stem.getWeights() as [tf.Tensor4D, tf.Tensor1D];
    const convolved = batches.map((x) => tf.add(tf.conv2d(x, stemKernel, 1, 'same'), stemBias));
    const expected = averageMoments(convolved);
    expectClose(movingValues(stem, 'moving_mean'), expected.mean);
    expectClose(movingValues(stem, 'moving_variance'), expected.variance);

    // What the module sees is normalised with the batch's own statistics; its first unit is the 1x1 branch.
    const seen = convolved.map((z) => {
      const { mean, variance } = tf.moments(z, [0, 1, 2]);
      return tf.relu(tf.mul(tf.sub(z, mean), tf.rsqrt(tf.add(variance, 1e-3)))) as tf.Tensor4D;
    });
    const kernel = module.units[0].kernel.read() as tf.Tensor4D;
    const own = averageMoments(seen.map((x) => tf.conv2d(x, kernel, 1, 'same')));
    expectClose(Array.from(module.units[0].movingMean!.read().dataSync()), own.mean);
    expectClose(Array.from(module.units[0].movingVariance!.read().dataSync()), own.variance);
    for (const unit of module.units) expect(unit.movingVariance!.read().dataSync()).not.toContain(0);
  });

  it('leaves all other weights, the layers and the number of tensors as they were; dropout plays no part', async () => {
    const run = async (dropout: number): Promise<number[][]> => {
      const model = tfl.sequential({
        layers: [
          tfl.layers.inputLayer({ inputShape: [4, 4, 1] }),
          ...(dropout > 0 ? [tfl.layers.dropout({ rate: dropout })] : []),
          ...tinyModel({ dropout: 0 }).layers,
        ],
      });
      const before = weightValues(model);
      const tensors = tf.memory().numTensors;
      await recalibrateBatchNorm(model, new TinyData(20), { batchSize: 8 });
      expect(tf.memory().numTensors).toBe(tensors);
      expect(model.layers.some((layer) => Object.hasOwn(layer, 'call'))).toBe(false);
      const after = weightValues(model);
      const changed = after.flatMap((values, i) =>
        JSON.stringify(values) === JSON.stringify(before[i])
          ? []
          : [model.weights[i].originalName.split('/').at(-1)],
      );
      expect(changed).toEqual(['moving_mean', 'moving_variance']);
      return after;
    };
    expect(await run(0.5)).toEqual(await run(0));
  });

  it('averages over the calls of a layer that a model uses twice', async () => {
    const norm = tfl.layers.batchNormalization({ momentum: 0.9, inputShape: [2] });
    const input = tfl.input({ shape: [2] });
    const double = tfl.layers.add().apply([input, input]) as tfl.SymbolicTensor;
    const outputs = [norm.apply(input), norm.apply(double)] as tfl.SymbolicTensor[];
    const model = tfl.model({ inputs: input, outputs });
    await recalibrateBatchNorm(model, inOrder(Float32Array.of(1, 10, 3, 30), [2, 2]));
    expectClose(movingValues(norm, 'moving_mean'), [3, 30]); // of 2 and 4, of 20 and 40
    expectClose(movingValues(norm, 'moving_variance'), [2.5, 250]); // of 1 and 4, of 100 and 400
  });

  it('uses as many batches as asked, shuffled, and tells how far it is', async () => {
    const data = new TinyData(20);
    const seen: number[][] = [];
    const result = await recalibrateBatchNorm(tinyModel(), data, {
      batchSize: 6,
      batches: 2,
      seed: 4,
      augment: {},
      normalize: { mean: 0, std: 1 },
      onProgress: (...progress) => seen.push(progress),
    });
    expect(result).toEqual({ layers: 1, batches: 2, images: 12 });
    expect(seen).toEqual([
      [6, 20],
      [12, 20],
    ]);
    expect(data.requests).toEqual([
      { batchSize: 6, shuffle: true, seed: 4, augment: {}, normalize: { mean: 0, std: 1 } },
    ]);
  });

  it('leaves frozen layers and models without batch norm alone', async () => {
    const model = tinyModel();
    model.layers[1].trainable = false;
    const before = weightValues(model);
    expect(await recalibrateBatchNorm(model, new TinyData(8))).toEqual({ layers: 0, batches: 0, images: 0 });
    expect(weightValues(model)).toEqual(before);
    const plain = tinyModel({ batchNorm: false });
    expect(await recalibrateBatchNorm(plain, new TinyData(8))).toMatchObject({ layers: 0 });
  });

  it('puts the averages back when it is aborted or the images hold NaN', async () => {
    const model = tinyModel();
    const before = weightValues(model);
    const tensors = tf.memory().numTensors;
    const abort = new AbortController();
    const aborted = recalibrateBatchNorm(model, new TinyData(20), {
      batchSize: 4,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await expect(aborted).rejects.toThrow('enough');
    const spoilt = new TinyData(20, 1, (images, step) => step === 1 && images.fill(NaN));
    await expect(recalibrateBatchNorm(model, spoilt, { batchSize: 4 })).rejects.toThrow(
      /expected finite batch statistics, got NaN at channel 0\. Check the weights/,
    );
    expect(weightValues(model)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses what it cannot do, and says why', async () => {
    const model = tinyModel();
    await expect(recalibrateBatchNorm(model, new TinyData(0))).rejects.toThrow(
      'recalibrateBatchNorm(data.size): expected a positive integer, got 0. Check how the dataset was split.',
    );
    await expect(recalibrateBatchNorm(model, new TinyData(4), { batchSize: 1.5 })).rejects.toThrow(
      /\(batchSize\): expected a positive integer, got 1.5/,
    );
    await expect(recalibrateBatchNorm(model, new TinyData(4), { batches: 0 })).rejects.toThrow(
      /\(batches\): expected a positive integer, got 0/,
    );
    const still = tfl.sequential({
      layers: [tfl.layers.batchNormalization({ momentum: 1, inputShape: [4, 4, 1], name: 'still' })],
    });
    await expect(recalibrateBatchNorm(still, new TinyData(4))).rejects.toThrow(
      /recalibrateBatchNorm\("still"\): expected a momentum from 0 to below 1/,
    );
  });
});

describe('the warning at the end of a training', () => {
  const warningAfter = async (model: tfl.LayersModel, epochs: number): Promise<string | undefined> => {
    const config = { epochs, batchSize: 4, seed: 1 };
    return ofType(await collect(train({ model, data: new TinyData(20), config })), 'done')[0].warning;
  };

  it('comes while the averages hold more than 5 % of their first values', async () => {
    expect(await warningAfter(tinyModel(), 1)).toBe(
      'train(model): expected moving averages of batch norm that have settled, got 5 steps at momentum 0.9: 59 % of them is still what training ' +
        'began with, and evaluation may look worse than the network is. Call recalibrateBatchNorm(model, data), train longer or lower the momentum.',
    );
    expect(await warningAfter(tinyModel(), 5)).toMatch(/got 25 steps at momentum 0.9: 7 %/);
    expect(await warningAfter(tinyModel(), 6)).toBeUndefined(); // 0.9^30 = 0.042
  });

  it('does not come without batch norm', async () => {
    expect(await warningAfter(tinyModel({ batchNorm: false }), 1)).toBeUndefined();
    expect(await warningAfter(tinyModel({ batchNorm: false }), 2)).toBeUndefined();
  });
});
