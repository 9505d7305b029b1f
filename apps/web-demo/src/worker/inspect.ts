import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Inception } from '@googlenet/inception';
import { channelOf, highestOf, largestIndices, toGreyMap } from './grey-map';
import { applyAll, isInception, logitsPath } from './main-path';
import {
  branchNames,
  type BranchName,
  type BranchView,
  type ModuleInfo,
  type ModuleSummary,
  type ModuleView,
} from './protocol';

/** How many channels of a branch are shown. */
const mapsPerBranch = 12;

/** The modules with their shapes, found by sending an empty picture through. */
export function describeModules(model: tfl.LayersModel): ModuleInfo[] {
  const modules: ModuleInfo[] = [];
  tf.tidy(() => {
    walk(model, tf.zeros([1, 28, 28, 1]), (layer, x, y) => {
      const branches = layer.branches(x);
      modules.push({
        name: layer.name,
        inputShape: planeOf(x),
        outputShape: planeOf(y),
        channels: perBranch((branch) => branches[branch].shape[3]),
      });
    });
  });
  return modules;
}

/** Every module's mean activation for a picture, and each branch's part in it. @param image - `[1, 28, 28, 1]` in [0, 1] */
export async function summarizeModules(model: tfl.LayersModel, image: tf.Tensor): Promise<ModuleSummary[]> {
  const pending: { name: string; mean: tf.Tensor; sums: tf.Tensor }[] = [];
  const kept = tf.tidy(() => {
    walk(model, image, (layer, x, y) => {
      const branches = layer.branches(x);
      const mean = tf.mean(y, 3);
      const sums = tf.stack(branchNames.map((branch) => tf.sum(branches[branch])));
      pending.push({ name: layer.name, mean, sums });
    });
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
  const path = logitsPath(model);
  const at = path.findIndex((layer) => layer.name === name);
  const layer = path[at];
  if (!layer || !isInception(layer)) {
    throw new RangeError(
      `inspectModule(${name}): expected the name of an Inception module, got none of this model. Open one of its modules.`,
    );
  }
  const before = path.slice(0, at);
  const after = path.slice(at + 1);
  const chosen = target ?? (await strongestClass(model, image));
  const { tensors, outputs, widths } = tf.tidy(() => {
    const x = applyAll(before, image) as tf.Tensor4D;
    const branches = layer.branches(x);
    const activation = tf.concat(
      branchNames.map((branch) => branches[branch]),
      3,
    );
    const gradient = tf.grad((value: tf.Tensor) => {
      const logits = tf.reshape(applyAll(after, value), [-1]);
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
    const branches = branchNames.map((branch): BranchView => {
      const count = widths[branch];
      const own = sums.subarray(start, start + count);
      const first = start;
      start += count;
      return {
        branch,
        channels: count,
        activationShare: sumOf(own) / total,
        evidence: sumOf(evidence.slice(first, first + count)),
        maps: largestIndices(own, mapsPerBranch).map((channel) => ({
          channel,
          ...toGreyMap(channelOf(activation, channels, first + channel), height, width, highest, true),
        })),
      };
    });
    return { name, target: chosen, branches, gradCam: toGreyMap(gradCam, height, width, highestOf(gradCam)) };
  } finally {
    tf.dispose(tensors);
  }
}

async function strongestClass(model: tfl.LayersModel, image: tf.Tensor): Promise<number> {
  const index = tf.tidy(() => tf.argMax(tf.reshape(applyAll(logitsPath(model), image), [-1])));
  const [strongest = 0] = await index.data();
  index.dispose();
  return strongest;
}

function walk(
  model: tfl.LayersModel,
  image: tf.Tensor,
  visit: (layer: Inception, x: tf.Tensor4D, y: tf.Tensor4D) => void,
): void {
  let value = image;
  for (const layer of logitsPath(model)) {
    const next = layer.apply(value, { training: false }) as tf.Tensor;
    if (isInception(layer)) visit(layer, value as tf.Tensor4D, next as tf.Tensor4D);
    value = next;
  }
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum;
}

function planeOf({ shape }: tf.Tensor4D): [number, number, number] {
  return [shape[1], shape[2], shape[3]];
}

function perBranch<T>(value: (branch: BranchName, index: number) => T): Record<BranchName, T> {
  return Object.fromEntries(branchNames.map((branch, i) => [branch, value(branch, i)])) as Record<
    BranchName,
    T
  >;
}
