import type { Branch5x5 } from '@googlenet/inception';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { channelOf, highestOf, largestIndices, toGreyMap } from './grey-map';
import { mainLogits } from '@googlenet/training';
import { findModules, Flow } from './graph';
import {
  BRANCH_NAMES,
  type BranchName,
  type BranchView,
  type ModuleInfo,
  type ModuleSummary,
  type ModuleView,
} from './protocol';

/** How many channels of a branch are shown. */
const MAPS_PER_BRANCH = 12;

/** The modules with their shapes, found by sending an empty picture through. */
export function describeModules(model: tfl.LayersModel): ModuleInfo[] {
  const described: ModuleInfo[] = [];
  tf.tidy(() => {
    const flow = new Flow(inputOf(model), tf.zeros([1, ...(inputOf(model).shape.slice(1) as number[])]));
    for (const module of findModules(model)) {
      const branches = flow.branches(module);
      described.push({
        name: module.name,
        inputShape: planeOf(flow.compute(module.input)),
        outputShape: planeOf(flow.compute(module.output)),
        channels: perBranch((branch) => branches[branch].shape[3]),
        branch5x5: module.layer.getConfig().branch5x5 as Branch5x5,
      });
    }
  });
  return described;
}

/** Every module's mean activation for a picture, and each branch's part in it. @param image - one picture as the network takes it */
export async function summarizeModules(model: tfl.LayersModel, image: tf.Tensor): Promise<ModuleSummary[]> {
  const pending: { name: string; mean: tf.Tensor; sums: tf.Tensor }[] = [];
  const kept = tf.tidy(() => {
    const flow = new Flow(inputOf(model), image);
    for (const module of findModules(model)) {
      const branches = flow.branches(module);
      const mean = tf.mean(flow.compute(module.output), 3);
      const sums = tf.stack(BRANCH_NAMES.map((branch) => tf.sum(branches[branch])));
      pending.push({ name: module.name, mean, sums });
    }
    return pending.flatMap(({ mean, sums }) => [mean, sums]);
  });
  try {
    return await Promise.all(
      pending.map(async ({ name, mean, sums }) => {
        const [, height = 0, width = 0] = mean.shape;
        const [values, parts] = await Promise.all([mean.data(), sums.data()]);
        const total = sumOf(parts) || 1;
        return {
          name,
          mean: toGreyMap(values, height, width, highestOf(values)),
          activationShare: perBranch((_, i) => (parts[i] ?? 0) / total),
        };
      }),
    );
  } finally {
    tf.dispose(kept);
  }
}

/**
 * One module for one picture: the strongest maps of each branch, and Grad-CAM for a class.
 *
 * @param target - the class; without it, the most probable one
 * @throws {RangeError} if the model has no such module
 * @see Selvaraju et al. 2016 (arXiv:1610.02391), equations 1 and 2
 */
export async function inspectModule(
  model: tfl.LayersModel,
  image: tf.Tensor,
  name: string,
  target?: number,
): Promise<ModuleView> {
  const module = findModules(model).find((candidate) => candidate.name === name);
  if (!module) {
    throw new RangeError(
      `inspectModule(${name}): expected the name of an Inception module, got none of this model. Open one of its modules.`,
    );
  }
  const scores = mainLogits(model);
  const chosen = target ?? (await strongestClass(model, image, scores));
  const { tensors, outputs, widths } = tf.tidy(() => {
    const branches = new Flow(inputOf(model), image).branches(module);
    const activation = tf.concat(
      BRANCH_NAMES.map((branch) => branches[branch]),
      3,
    );
    const gradient = tf.grad((value: tf.Tensor) => {
      const logits = tf.reshape(new Flow(module.output, value).compute(scores), [-1]);
      return tf.sum(tf.slice(logits, chosen, 1));
    })(activation);
    const weights = tf.mean(gradient, [1, 2], true);
    const gradCam = tf.relu(tf.sum(tf.mul(weights, activation), 3));
    const evidence = tf.sum(tf.mul(gradient, activation), [0, 1, 2]);
    const outputs = { activation, gradCam, evidence };
    const widths = perBranch((branch) => branches[branch].shape[3]);
    return { tensors: Object.values(outputs), outputs, widths };
  });
  try {
    const [, height = 0, width = 0, channels = 0] = outputs.activation.shape;
    const [activation, gradCam, evidence] = await Promise.all([
      outputs.activation.data(),
      outputs.gradCam.data(),
      outputs.evidence.data(),
    ]);
    const highest = highestOf(activation);
    const sums = new Float64Array(channels);
    for (let i = 0; i < activation.length; i++)
      sums[i % channels] = (sums[i % channels] ?? 0) + (activation[i] ?? 0);
    const total = sumOf(sums) || 1;
    let start = 0;
    const branches = BRANCH_NAMES.map((branch): BranchView => {
      const count = widths[branch];
      const own = sums.subarray(start, start + count);
      const first = start;
      start += count;
      return {
        branch,
        channels: count,
        activationShare: sumOf(own) / total,
        evidence: sumOf(evidence.slice(first, first + count)),
        maps: largestIndices(own, MAPS_PER_BRANCH).map((channel) => ({
          channel,
          ...toGreyMap(channelOf(activation, channels, first + channel), height, width, highest, true),
        })),
      };
    });
    const heat = toGreyMap(gradCam, height, width, highestOf(gradCam));
    return { name, target: chosen, highest, branches, gradCam: heat };
  } finally {
    tf.dispose(tensors);
  }
}

async function strongestClass(
  model: tfl.LayersModel,
  image: tf.Tensor,
  scores: tfl.SymbolicTensor,
): Promise<number> {
  const index = tf.tidy(() => tf.argMax(tf.reshape(new Flow(inputOf(model), image).compute(scores), [-1])));
  const [strongest = 0] = await index.data();
  index.dispose();
  return strongest;
}

export function inputOf(model: tfl.LayersModel): tfl.SymbolicTensor {
  return model.inputs[0];
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum;
}

function planeOf({ shape }: tf.Tensor): [number, number, number] {
  return [shape[1] ?? 0, shape[2] ?? 0, shape[3] ?? 0];
}

function perBranch<T>(value: (branch: BranchName, index: number) => T): Record<BranchName, T> {
  return Object.fromEntries(BRANCH_NAMES.map((branch, i) => [branch, value(branch, i)])) as Record<
    BranchName,
    T
  >;
}
