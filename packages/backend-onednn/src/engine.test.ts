import * as tfl from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { engineInfo, engineProfile, isAvailable, setPrecision, setThreads } from './index';
import * as exported from './index';
import { describeNative, largestError, RandomCase } from './testing/compare';

it('the exports are these', () => {
  expect(Object.keys(exported).sort()).toEqual(
    [
      'engineInfo',
      'engineProfile',
      'getPrecision',
      'isAvailable',
      'setExact',
      'setPrecision',
      'setThreads',
      'useOneDnn',
    ].sort(),
  );
});

it('isAvailable says yes, or why not and what to do', () => {
  const { available, reason, hint } = isAvailable();
  expect(available ? [reason, hint] : [typeof reason, typeof hint]).toEqual(
    available ? [undefined, undefined] : ['string', 'string'],
  );
});

it.each([0, -1, 1.5, NaN, 1025])('setThreads(%s) is refused', (count) => {
  expect(() => setThreads(count)).toThrow(RangeError);
});

it('an unknown precision is refused', () => {
  expect(() => setPrecision('fp8' as 'bf16')).toThrow('expected "float32" or "bf16"');
});

if (!isAvailable().available)
  it('without the add-on the engine is not registered, and its functions say so', () => {
    expect(tf.engine().registryFactory).not.toHaveProperty('onednn');
    expect(() => engineInfo()).toThrow('engineInfo: expected the native engine, got none');
    expect(() => setThreads(1)).toThrow('setThreads: expected the native engine, got none');
  });

/** A small network with every kind of layer that training meets. */
function smallNetwork(): tfl.LayersModel {
  const convolution = { filters: 8, kernelSize: 3, padding: 'same', useBias: false } as const;
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        ...convolution,
        inputShape: [8, 8, 1],
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
      }),
      tfl.layers.batchNormalization(),
      tfl.layers.activation({ activation: 'relu' }),
      tfl.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      tfl.layers.conv2d({ ...convolution, kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }) }),
      tfl.layers.activation({ activation: 'relu' }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ units: 4, kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }) }),
    ],
  });
}

/** Losses of training on one batch; everything is disposed. */
function train(backend: string, steps: number): { losses: number[]; tensors: number[]; bytes: number[] } {
  void tf.setBackend(backend);
  const data = new RandomCase(1);
  const model = smallNetwork();
  const optimizer = tf.train.adam(0.01);
  const x = tf.tensor4d(data.floats(8 * 64), [8, 8, 8, 1]);
  const labels = tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 8 }, (_, i) => i % 4),
        'int32',
      ),
      4,
    ),
  );
  const [losses, tensors, bytes]: number[][] = [[], [], []];
  for (let step = 0; step < steps; step++) {
    const loss = optimizer.minimize(
      () =>
        tf.tidy(() =>
          tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(
            labels,
            model.apply(x, { training: true }) as tf.Tensor,
          ),
        ),
      true,
    );
    losses.push((loss as tf.Scalar).dataSync()[0]);
    loss?.dispose();
    tensors.push(tf.memory().numTensors);
    if (backend === 'onednn') bytes.push(engineInfo().allocatedBytes);
  }
  optimizer.dispose();
  model.dispose();
  tf.dispose([x, labels]);
  return { losses, tensors, bytes };
}

describeNative('a model trains on the engine', () => {
  beforeAll(() => setThreads(1));
  afterAll(() => {
    tf.disposeVariables();
    void tf.setBackend('onednn');
  });

  it('with the cpu backend’s losses', () => {
    const expected = train('cpu', 3).losses;
    expect(largestError(train('onednn', 3).losses, expected)).toBeLessThan(1e-4);
  });

  it('to a lower loss, 500 steps without a tensor or a byte more, twice the same', () => {
    const first = train('onednn', 500);
    expect(first.losses[499]).toBeLessThan(first.losses[0] / 2);
    expect(first.tensors[499]).toBe(first.tensors[10]);
    expect(first.bytes[499]).toBe(first.bytes[10]);
    expect(train('onednn', 20).losses).toEqual(first.losses.slice(0, 20));
  });
});

describeNative('memory', () => {
  let before = 0;
  beforeAll(() => {
    void tf.setBackend('onednn');
    before = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(before));

  it('values that were read stay, though the memory of their tensor is used again', () => {
    const x = tf.fill([100, 100], 3);
    const y = tf.mul(x, 2);
    const kept = y.dataSync();
    y.dispose();
    const z = tf.mul(x, 5);
    expect(kept[9999]).toBe(6);
    tf.dispose([x, z]);
  });

  it('views that inherited kernels make of a tensor do not change with its memory', () => {
    const x = tf.tidy(() => tf.mul(tf.fill([4, 5000], 3), 2));
    const parts = tf.split(x, 2);
    const rows = tf.unstack(x);
    x.dispose();
    const other = tf.tidy(() => tf.mul(tf.fill([4, 5000], 1), 7));
    expect(parts.concat(rows).map((t) => t.dataSync()[4999])).toEqual([6, 6, 6, 6, 6, 6]);
    tf.dispose([other, ...parts, ...rows]);
  });

  it('a tensor moves to another backend and back', async () => {
    const x = tf.tidy(() => tf.mul(tf.fill([5000], 1), 4));
    await tf.setBackend('cpu');
    const y = tf.add(x, 1);
    await tf.setBackend('onednn');
    expect(tf.tidy(() => tf.sum(tf.mul(y, 2)).dataSync()[0])).toBe(50_000);
    tf.dispose([x, y]);
  });

  it('in-place kernels leave the array of the caller alone', () => {
    const mine = new Float32Array([1, 2, 3]);
    const [param, velocity, grad] = [tf.tensor1d(mine), tf.zeros([3]), tf.ones([3])];
    const attributes = { learningRates: [0.5], weightDecays: [0], momentum: 0.9, nesterov: false };
    tf.engine().runKernel('SgdStep', { param0: param, grad0: grad, velocity0: velocity }, attributes);
    expect([Array.from(mine), Array.from(param.dataSync()), Array.from(velocity.dataSync())]).toEqual([
      [1, 2, 3],
      [0.5, 1.5, 2.5],
      [-0.5, -0.5, -0.5],
    ]);
    tf.dispose([param, velocity, grad]);
  });

  it('the profile counts and starts anew', () => {
    engineProfile();
    tf.tidy(() => void tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])));
    expect(engineProfile().matrix).toBeGreaterThan(0);
    expect(engineProfile().matrix).toBe(0);
  });

  const cores = availableParallelism();
  const isLeftAlone = !process.env.GOMP_SPINCOUNT && !process.env.OMP_WAIT_POLICY;

  // Two programs for each core, so that none is left for the engine alone.
  (isLeftAlone && cores <= 16 ? it : it.skip)(
    'its threads stop spinning for each other where other programs want the processors',
    async () => {
      const others = Array.from({ length: 2 * cores }, () =>
        spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
      );
      try {
        setThreads(2);
        const a = tf.ones([256, 256]);
        const deadline = Date.now() + 60_000;
        while (engineInfo().spins && Date.now() < deadline) {
          const product = tf.matMul(a, a);
          expect(product.dataSync()[0]).toBe(256);
          product.dispose();
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        a.dispose();
        expect(engineInfo().spins).toBe(false);
      } finally {
        for (const other of others) other.kill();
      }
    },
  );
});
