import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { BranchPlan } from '@googlenet-tooling/shared/optional-kernels';
import { branchPlan, namedFilters, type ModuleShape } from '../../../inception/src/testing/module-plan';
import { difference, ENGINES, seeded, values, type KernelResult, type Random } from '../testing/compare';
import { useWasm } from '../use-wasm';

const EPSILON = 1e-3;

interface ModuleCase {
  kind: ModuleShape['kind'];
  activation: 'relu' | 'linear';
  plan: BranchPlan;
  /** Kernel shapes in the order of the units. */
  kernels: [number, number, number, number][];
}

/** A module of few channels. */
function moduleCase(
  kind: ModuleShape['kind'],
  activation: 'relu' | 'linear',
  branch5x5: ModuleShape['branch5x5'],
  inputChannels: number,
): ModuleCase {
  const filters = namedFilters([5, 9, 16, 12, 8, 7], kind, 'a test');
  const plan = branchPlan({ kind, branch5x5, filters, inputChannels });
  const kernels = plan.units.map((unit): [number, number, number, number] => [
    unit.kernelSize,
    unit.kernelSize,
    unit.inputChannels,
    unit.filters,
  ]);
  return { kind, activation, plan, kernels };
}

const CASES: ModuleCase[] = [
  moduleCase('reduced', 'relu', 'one5x5', 12),
  moduleCase('reduced', 'relu', 'two5x5', 10),
  moduleCase('reduced', 'linear', 'one3x3', 8),
  moduleCase('reduced', 'relu', 'two3x3', 3),
  moduleCase('naive', 'relu', 'one5x5', 12),
  moduleCase('naive', 'relu', 'two3x3', 6),
];

interface Numbers {
  x: Float32Array;
  xShape: number[];
  dy: Float32Array;
  weights: { kernel: Float32Array; gamma: Float32Array; beta: Float32Array }[];
}

function numbersOf(random: Random, { kernels, plan }: ModuleCase): Numbers {
  const xShape = [2, 7, 9, kernels[0][2]];
  const weights = kernels.map((shape) => ({
    kernel: values(random, shape),
    gamma: values(random, [shape[3]]).map((value) => 1 + value / 2),
    beta: values(random, [shape[3]]),
  }));
  return { x: values(random, xShape), xShape, dy: values(random, [126 * plan.outputChannels]), weights };
}

/** y, dx and every weight's gradient, composed from plain operations by the definition of the module. */
function composed(
  { kind, activation, kernels }: ModuleCase,
  { x, xShape, dy, weights }: Numbers,
): KernelResult[] {
  const unit = (input: tf.Tensor, tensors: tf.Tensor[], index: number) => {
    const [kernel, gamma, beta] = tensors.slice(1 + 3 * index, 4 + 3 * index);
    const z = tf.conv2d(input as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same');
    const mean = tf.mean(z, [0, 1, 2]);
    const centred = tf.sub(z, mean);
    const variance = tf.mean(tf.square(centred), [0, 1, 2]);
    const normal = tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, EPSILON))), gamma), beta);
    return activation === 'relu' ? tf.relu(normal) : normal;
  };
  const forward = (...tensors: tf.Tensor[]) => {
    const [input] = tensors;
    const run = (from: tf.Tensor, indices: number[]) =>
      indices.reduce((value, index) => unit(value, tensors, index), from);
    const pooled = tf.maxPool(input as tf.Tensor4D, 3, 1, 'same');
    const rest = kernels.map((_, i) => i);
    const branches =
      kind === 'naive'
        ? [run(input, [0]), run(input, [1]), run(input, rest.slice(2)), pooled]
        : [run(input, [0]), run(input, [1, 2]), run(input, rest.slice(3, -1)), run(pooled, rest.slice(-1))];
    return tf.concat(branches, 3);
  };
  const results: KernelResult[] = [];
  tf.tidy(() => {
    const inputs = [
      tf.tensor(x, xShape),
      ...weights.flatMap(({ kernel, gamma, beta }, i) => [
        tf.tensor(kernel, kernels[i]),
        tf.tensor1d(gamma),
        tf.tensor1d(beta),
      ]),
    ];
    const y = forward(...inputs);
    const gradients = tf.grads(forward)(inputs, tf.tensor(dy, y.shape));
    for (const tensor of [y, ...gradients])
      results.push({ shape: tensor.shape, data: [...tensor.dataSync()] });
  });
  return results;
}

/** The same by the engine's two kernels. */
function fused(
  { activation, plan, kernels }: ModuleCase,
  { x, xShape, dy, weights }: Numbers,
): KernelResult[] {
  const results: KernelResult[] = [];
  const attrs = { plan, activation, epsilon: EPSILON } as unknown as tf.NamedAttrMap;
  const runKernel = (name: string, inputs: Record<string, tf.Tensor>): tf.Tensor[] =>
    tf.engine().runKernel(name, inputs, attrs);
  tf.tidy(() => {
    const inputs: Record<string, tf.Tensor> = { x: tf.tensor(x, xShape) };
    weights.forEach(({ kernel, gamma, beta }, i) => {
      Object.assign(inputs, {
        [`kernel${i}`]: tf.tensor(kernel, kernels[i]),
        [`gamma${i}`]: tf.tensor1d(gamma),
        [`beta${i}`]: tf.tensor1d(beta),
      });
    });
    const [y, ...rest] = runKernel('InceptionTrain', inputs);
    const statistics = rest.splice(0, 2 * kernels.length);
    const all: Record<string, tf.Tensor> = { dy: tf.tensor(dy, y.shape), y, ...inputs };
    statistics.forEach((tensor, i) => (all[`${i % 2 === 0 ? 'mean' : 'variance'}${i >> 1}`] = tensor));
    rest.forEach((tensor, i) => (all[`saved${i}`] = tensor));
    for (const tensor of [y, ...runKernel('InceptionTrainGrad', all)])
      results.push({ shape: tensor.shape, data: [...tensor.dataSync()] });
  });
  return results;
}

describe('InceptionTrain', () => {
  it.each(CASES)(
    'and its gradient equal the module composed from plain operations: case %#',
    async (module) => {
      const numbers = numbersOf(seeded(91), module);
      await tf.setBackend('cpu');
      const expected = composed(module, numbers);
      for (const options of ENGINES) {
        await useWasm(options);
        const before = tf.memory() as tf.MemoryInfo & { usedBytes: number };
        expect(difference(expected, fused(module, numbers), 2e-4)).toBeUndefined();
        const after = tf.memory() as typeof before;
        // Scratch and zero padding may have been taken once; a second run takes nothing.
        fused(module, numbers);
        expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, usedBytes: after.usedBytes });
      }
    },
  );
});
