import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import sklearn from '../__fixtures__/sklearn-logistic.json';
import { fakeCollectives } from '../testing/fake-collective';
import { noise, TinyData } from '../testing/tiny';
import { balancedClassWeights } from './class-weights';
import { extractFeatures, joinFeatures, type Features } from './features';
import { minimize } from './lbfgs';
import { fitLinearClassifier } from './linear-classifier';

/** Two classes whose means differ by `distance` in the first of ten features; the rest is noise. */
function clouds(count: number, distance: number, seed = 1, width = 10): Features {
  const values = noise(count * width, seed).map(
    (u, i) => (u - 0.5) * 4 + (i % width === 0 ? ((i / width) % 2) * distance : 0),
  );
  return {
    values,
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    indices: Int32Array.from({ length: count }, (_, i) => i),
    count,
    width,
  };
}

function accuracy({ kernel, bias }: { kernel: Float32Array; bias: Float32Array }, data: Features): number {
  let correct = 0;
  for (let row = 0; row < data.count; row++) {
    const scores = Array.from(bias, (b, c) => {
      let sum = b;
      for (let i = 0; i < data.width; i++)
        sum += data.values[row * data.width + i] * kernel[i * bias.length + c];
      return sum;
    });
    correct += Number(scores.indexOf(Math.max(...scores)) === data.labels[row]);
  }
  return correct / data.count;
}

describe('minimize', () => {
  it("finds the minimum of Rosenbrock's valley", async () => {
    const objective = ([x, y]: Float64Array) =>
      Promise.resolve({
        value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
      });
    const { point } = await minimize(objective, Float64Array.of(-1.2, 1), {
      maxSteps: 200,
      tolerance: 1e-14,
    });
    expect(point[0]).toBeCloseTo(1, 4);
    expect(point[1]).toBeCloseTo(1, 4);
  });
});

describe('fitLinearClassifier', () => {
  it('finds the direction that tells two classes apart, on new data too', async () => {
    const fitted = await fitLinearClassifier(clouds(100, 3));
    expect(fitted.heldOut.images).toBe(100);
    expect(fitted.heldOut.accuracy).toBeGreaterThan(0.8);
    expect(accuracy(fitted, clouds(400, 3, 2))).toBeGreaterThan(0.85);
    expect(Math.abs(accuracy(fitted, clouds(400, 3, 2)) - fitted.heldOut.accuracy)).toBeLessThan(0.1);
  });

  it('gives the kernel that scikit-learn finds at the same penalty', async () => {
    const { values, labels, width, classes, kernels, penalties } = sklearn;
    const features: Features = {
      values: Float32Array.from(values),
      labels: Int32Array.from(labels),
      indices: Int32Array.from(labels.keys()),
      count: labels.length,
      width,
    };
    const fitted = await fitLinearClassifier(features, { seed: 1 });
    const expected = kernels[penalties.indexOf(fitted.penalty)];
    expect(fitted.kernel).toHaveLength(width * classes);
    const largest = Math.max(...expected.map(Math.abs));
    fitted.kernel.forEach((value, i) => expect(Math.abs(value - expected[i]) / largest).toBeLessThan(0.01));
  });

  it('a strong penalty is chosen where features are noise', async () => {
    const noisy = await fitLinearClassifier(clouds(40, 0, 3, 200));
    const clear = await fitLinearClassifier(clouds(40, 8, 3));
    expect(noisy.penalty).toBeGreaterThan(clear.penalty);
    expect(noisy.heldOut.accuracy).toBeLessThan(0.75);
  });

  it('weights move the border towards the lighter class', async () => {
    const data = clouds(200, 1.5);
    const share = async (classWeights: number[]) => {
      const { kernel, bias } = await fitLinearClassifier(data, { classWeights });
      return accuracy({ kernel, bias }, { ...data, labels: new Int32Array(200).fill(1) });
    };
    expect(await share([1, 5])).toBeGreaterThan((await share([1, 1])) + 0.1);
  });

  it('keeps the views of an image in one fold: memorised images do not count as held out', async () => {
    const single = clouds(40, 0, 5, 60);
    const four = joinFeatures([single, single, single, single]);
    const { heldOut } = await fitLinearClassifier(four);
    expect(heldOut.images).toBe(160);
    expect(heldOut.accuracy).toBeLessThan(0.75);
  });

  it('leaves no tensor behind, works with one image a class, and stops when told', async () => {
    const before = tf.memory().numTensors;
    const { kernel } = await fitLinearClassifier(clouds(2, 5));
    expect(kernel.every(Number.isFinite)).toBe(true);
    await expect(fitLinearClassifier(clouds(20, 1), { signal: AbortSignal.abort('enough') })).rejects.toBe(
      'enough',
    );
    const late = new AbortController();
    setTimeout(() => late.abort('interrupted'));
    await expect(fitLinearClassifier(clouds(20, 1), { signal: late.signal })).rejects.toBe('interrupted');
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[Partial<Features> | object, RegExp]>([
    [{ labels: new Int32Array(20) }, /two classes/],
    [{ labels: Int32Array.from({ length: 20 }, (_, i) => (i % 2) * 2) }, /none of class 1/],
    [{ labels: new Int32Array(3) }, /as many labels/],
    [{ values: new Float32Array(200).fill(NaN) }, /finite features/],
  ])('refuses %#', async (change, message) => {
    await expect(fitLinearClassifier({ ...clouds(20, 1), ...change })).rejects.toThrow(message);
  });

  it('refuses weights that do not fit', async () => {
    await expect(fitLinearClassifier(clouds(20, 1), { classWeights: [1] })).rejects.toThrow(
      /2 positive classWeights/,
    );
    await expect(fitLinearClassifier(clouds(20, 1), { classWeights: [1, 0] })).rejects.toThrow(/positive/);
  });
});

describe('extractFeatures', () => {
  const model = () =>
    tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [4, 4, 1] }),
        tfl.layers.dense({ units: 5, kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }) }),
      ],
    });

  it('gives the outputs of every image with its label, and leaves no tensor', async () => {
    const network = model();
    const before = tf.memory().numTensors;
    const features = await extractFeatures(network, new TinyData(10), { batchSize: 4 });
    expect(tf.memory().numTensors).toBe(before);
    expect([features.count, features.width, ...features.labels]).toEqual([
      10, 5, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
    ]);
    const one = await extractFeatures(network, new TinyData(10), { batchSize: 10 });
    one.values.forEach((value, i) => expect(features.values[i]).toBeCloseTo(value, 5));
    network.dispose();
  });

  it('several processes compute a share each and have all of them', async () => {
    const network = model();
    const { values, ...alone } = await extractFeatures(network, new TinyData(11), { batchSize: 4 });
    const all = await Promise.all(
      fakeCollectives(3).map((collective) =>
        extractFeatures(network, new TinyData(11), { batchSize: 4, collective }),
      ),
    );
    for (const features of all) {
      expect(features).toMatchObject(alone);
      features.values.forEach((value, i) => expect(value).toBeCloseTo(values[i], 6));
    }
    network.dispose();
  });

  it('refuses a model that ends in a map, and stops when told', async () => {
    const network = model();
    const map = tfl.sequential({
      layers: [tfl.layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [4, 4, 1] })],
    });
    await expect(extractFeatures(map, new TinyData(4))).rejects.toThrow(
      /expected an output \[batch, features\]/,
    );
    await expect(
      extractFeatures(network, new TinyData(4), { signal: AbortSignal.abort('enough') }),
    ).rejects.toBe('enough');
    map.dispose();
    network.dispose();
  });
});

describe('balancedClassWeights', () => {
  it('gives every class the same say', () => {
    expect(balancedClassWeights([10, 30])).toEqual([2, 2 / 3]);
    expect(() => balancedClassWeights([1, 0])).toThrow('of class 1');
  });
});
