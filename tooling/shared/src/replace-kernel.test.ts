import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { FLOATS, inheritKernels, replaceKernel, type KernelReplacement } from './replace-kernel';

const NAME = 'replace-kernel-test';
const calls: string[] = [];

/** Stands for the backend of an engine; `faithful` marks what has come through it. */
const backend = { faithful: (info: tf.TensorInfo) => ({ ...info, marked: true }) };

type Backend = typeof backend;

function call(kernelName: string, inputs: Record<string, unknown>, attrs?: Record<string, unknown>): unknown {
  const kernel = tf.getKernel(kernelName, NAME);
  return kernel.kernelFunc({ inputs, attrs, backend } as unknown as Parameters<tf.KernelFunc>[0]);
}

const tensor = (shape: number[], dtype: tf.DataType = 'float32'): tf.TensorInfo => ({
  dataId: {},
  shape,
  dtype,
});

const own: KernelReplacement<Backend>['kernelFunc'] = ({ attrs }) => {
  calls.push(`own ${JSON.stringify(attrs)}`);
  return tensor([]);
};

beforeAll(() => {
  tf.registerKernel({
    kernelName: 'Asked',
    backendName: 'cpu',
    kernelFunc: () => (calls.push('inherited'), tensor([2])),
  });
  inheritKernels(NAME);
});
beforeEach(() => calls.splice(0));

it('inherits the kernels of the cpu backend, and stores what they give as its declared type', () => {
  expect(call('Asked', {})).toMatchObject({ shape: [2], marked: true });
  expect(tf.getKernelsForBackend(NAME).length).toBe(tf.getKernelsForBackend('cpu').length);
});

it('calls the new kernel for what it accepts, and the inherited one for everything else', () => {
  replaceKernel<Backend>(NAME, {
    kernelName: 'Asked',
    accepts: {
      inputs: { x: { dtype: 'float32', rank: [1, 2] }, bias: { dtype: 'float32', optional: true } },
      attributes: { mode: ['a', undefined] },
      where: ({ inputs }) => inputs.x.shape[0] !== 5,
    },
    kernelFunc: own,
  });
  const accepted: [Record<string, unknown>, Record<string, unknown>?][] = [
    [{ x: tensor([1]) }],
    [{ x: tensor([1, 2]), bias: null }, { mode: 'a' }],
  ];
  for (const given of accepted) call('Asked', ...given);
  expect(calls).toEqual(['own {}', 'own {"mode":"a"}']);
  const refused: [Record<string, unknown>, Record<string, unknown>?][] = [
    [{}],
    [{ x: tensor([1], 'int32') }],
    [{ x: tensor([1, 1, 1]) }],
    [{ x: tensor([0]) }],
    [{ x: tensor([1]), other: tensor([1]) }],
    [{ x: tensor([1]) }, { mode: 'b' }],
    [{ x: tensor([5]) }],
  ];
  calls.splice(0);
  for (const given of refused) call('Asked', ...given);
  expect(calls).toEqual(refused.map(() => 'inherited'));
});

it('says what was expected and what came where there is no inherited kernel', () => {
  replaceKernel<Backend>(NAME, { kernelName: 'Alone', accepts: { inputs: FLOATS }, kernelFunc: own });
  call('Alone', { x: tensor([2]), y: tensor([3, 4]) });
  expect(calls).toHaveLength(1);
  expect(() => call('Alone', { x: tensor([2]), y: tensor([3, 4], 'int32') })).toThrow(
    'Alone: expected "y" to be float32, got x float32 [2], y int32 [3, 4].',
  );
});
