import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { inception } from './inception-layer';
import { expectClose, fillWithWaves, plainModule, wave } from './testing/reference';

const BACKEND = 'inception-engine';
const UNITS = 7;
const FILTERS = [3, 2, 4, 2, 3, 2] as const;
type Call = { inputs: Record<string, tf.Tensor>; attrs: Record<string, unknown> };
const calls: { forward?: Call; backward?: Call } = {};

/** Answers like an engine, with numbers that show where each output goes. */
function registerEngine(): void {
  tf.copyRegisteredKernels('cpu', BACKEND);
  tf.registerBackend(BACKEND, () => tf.findBackend('cpu'));
  const channels = (inputs: Call['inputs'], i: number) => inputs[`gamma${i}`].shape;
  tf.registerKernel({
    kernelName: 'InceptionTrain',
    backendName: BACKEND,
    kernelFunc: (call) => {
      calls.forward = call as unknown as Call;
      const { inputs } = calls.forward;
      const statistics = Array.from({ length: UNITS }, (_, i) => [
        tf.fill(channels(inputs, i), i + 1),
        tf.fill(channels(inputs, i), 10 * (i + 1)),
      ]);
      return [tf.ones([2, 6, 7, 12]), ...statistics.flat(), tf.fill([5], 0.5), tf.fill([2], 0.25)];
    },
  });
  tf.registerKernel({
    kernelName: 'InceptionTrainGrad',
    backendName: BACKEND,
    kernelFunc: (call) => {
      calls.backward = { ...(call as unknown as Call) };
      const { inputs } = calls.backward;
      expect(Array.from(inputs.saved0.dataSync())).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
      expect(Array.from(inputs.saved1.dataSync())).toEqual([0.25, 0.25]);
      expect(inputs.mean6.dataSync()[0]).toBe(7);
      expect(inputs.variance6.dataSync()[0]).toBe(70);
      const gradients = Array.from({ length: UNITS }, (_, i) => [
        tf.fill(inputs[`kernel${i}`].shape, i),
        tf.fill(channels(inputs, i), 100 + i),
        tf.fill(channels(inputs, i), 200 + i),
      ]);
      return [tf.fill(inputs.x.shape, 3), ...gradients.flat()];
    },
  });
}

beforeAll(async () => {
  registerEngine();
  await tf.setBackend(BACKEND);
});
afterAll(() => tf.setBackend('cpu'));

it('trains a module as one operation where the engine has it, and leaves no tensor behind', () => {
  const layer = inception({
    name: 'i',
    filters: FILTERS,
    branch5x5: 'two5x5',
    epsilon: 0.01,
    momentum: 0.75,
  });
  layer.apply(tfl.input({ shape: [6, 7, 5] }));
  fillWithWaves(layer.units);
  const x = tf.variable(wave([2, 6, 7, 5], 3));
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const [bias, mean, variance] = tf.tidy(() =>
    [layer.units[3].bias, layer.units[3].movingMean, layer.units[3].movingVariance].map(
      (w) => w!.read().dataSync()[0],
    ),
  );
  const before = tf.memory().numTensors;
  const { value, grads } = tf.variableGrads(
    () => tf.sum<tf.Scalar>(layer.apply(x, { training: true }) as tf.Tensor),
    [...variables, x],
  );
  expect(value.dataSync()[0]).toBe(2 * 6 * 7 * 12);
  const first = (name: string) =>
    grads[variables.find((variable) => variable.name.endsWith(name))!.name].dataSync()[0];
  expect(grads[x.name].dataSync()[0]).toBe(3);
  expect([first('5x5_2/kernel'), first('5x5_2/gamma'), first('5x5_2/beta')]).toEqual([5, 105, 205]);
  expect(first('pool_proj/bias')).toBe(0);
  expect(Object.keys(grads)).toHaveLength(UNITS * 4 + 1);
  expect(calls.forward?.attrs).toEqual({
    epsilon: 0.01,
    activation: 'relu',
    plan: {
      units: [
        { kernelSize: 1, inputChannels: 5, filters: 3, source: 'input', outputChannel: 0 },
        { kernelSize: 1, inputChannels: 5, filters: 2, source: 'input' },
        { kernelSize: 3, inputChannels: 2, filters: 4, source: 1, outputChannel: 3 },
        { kernelSize: 1, inputChannels: 5, filters: 2, source: 'input' },
        { kernelSize: 5, inputChannels: 2, filters: 3, source: 3 },
        { kernelSize: 5, inputChannels: 3, filters: 3, source: 4, outputChannel: 7 },
        { kernelSize: 1, inputChannels: 5, filters: 2, source: 'pooled', outputChannel: 10 },
      ],
      outputChannels: 12,
    },
  });
  const perUnit = (fields: string[]) =>
    Array.from({ length: UNITS }, (_, i) => fields.map((field) => `${field}${i}`)).flat();
  expect(Object.keys(calls.forward!.inputs)).toEqual(['x', ...perUnit(['kernel', 'gamma', 'beta'])]);
  expect(Object.keys(calls.backward!.inputs).sort()).toEqual(
    ['dy', 'x', 'y', ...perUnit(['kernel', 'gamma', 'beta', 'mean', 'variance']), 'saved0', 'saved1'].sort(),
  );
  expect(layer.units[3].movingMean!.read().dataSync()[0]).toBeCloseTo(0.75 * mean + 0.25 * (4 + bias), 5);
  expect(layer.units[3].movingVariance!.read().dataSync()[0]).toBeCloseTo(0.75 * variance + 0.25 * 40, 5);
  tf.dispose([value, grads]);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose(layer.apply(x, { training: true }) as tf.Tensor);
  expect(tf.memory().numTensors).toBe(before);
});

it('composes a module without batch norm, and every inference', () => {
  tf.tidy(() => {
    delete calls.forward;
    const x = wave<tf.Tensor4D>([2, 6, 7, 5], 3);
    for (const [batchNorm, training] of [
      [false, true],
      [true, false],
    ]) {
      // prettier-ignore
      const layer = inception({ filters: FILTERS, batchNorm });
      layer.apply(tfl.input({ shape: [6, 7, 5] }));
      const y = layer.apply(x, { training }) as tf.Tensor;
      expectClose(y, tf.concat(plainModule(x, layer.units, training), 3), 1e-5);
    }
    expect(calls.forward).toBeUndefined();
  });
});
