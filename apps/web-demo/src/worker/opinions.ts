import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { mainOutput } from '@googlenet/training';
import { findModules, Flow } from './graph';
import type { Opinion } from './protocol';
import { fitReadout, readOut, type Readout } from './readout';

/** Pictures of 784 bytes with known classes. */
export interface References {
  images: Uint8Array;
  labels: Uint8Array;
}

export interface ModuleReadout {
  name: string;
  readout: Readout;
}

const BATCH_SIZE = 25;

/**
 * Learns, for each module, which features each class has on average. A module's features are the means of its channels over
 * the plane. Empty where the references have classes that the model does not.
 */
export async function fitModules(
  model: tfl.LayersModel,
  { images, labels }: References,
): Promise<ModuleReadout[]> {
  const classes = model.outputs[mainOutput(model)]?.shape[1] ?? 0;
  if (labels.some((label) => label >= classes)) return [];
  const features = new Map<string, number[]>();
  for (let start = 0; start < labels.length; start += BATCH_SIZE) {
    const count = Math.min(BATCH_SIZE, labels.length - start);
    const pixels = Float32Array.from(
      images.subarray(784 * start, 784 * (start + count)),
      (byte) => byte / 255,
    );
    const batch = tf.tensor4d(pixels, [count, 28, 28, 1]);
    for (const [name, values] of await featuresOf(model, batch)) {
      features.set(name, [...(features.get(name) ?? []), ...values]);
    }
    batch.dispose();
  }
  return [...features].map(([name, values]) => ({ name, readout: fitReadout(values, labels, classes) }));
}

/** What the modules and the auxiliary heads say of one picture, in the order of the network. */
export async function readModules(
  model: tfl.LayersModel,
  input: tf.Tensor4D,
  readouts: readonly ModuleReadout[],
): Promise<Opinion[]> {
  const features = await featuresOf(model, input);
  const heads = await headOpinions(model, input);
  return readouts.flatMap(({ name, readout }) => {
    const own = {
      name,
      probabilities: readOut(readout, features.get(name) ?? []),
      accuracy: readout.accuracy,
    };
    const beside = heads.filter((head) => PLACE_OF[head.name] === name);
    return [own, ...beside];
  });
}

/** Where the auxiliary heads stand. */
const PLACE_OF: Record<string, string> = { aux1: 'inception_4a', aux2: 'inception_4d' };

async function featuresOf(model: tfl.LayersModel, images: tf.Tensor4D): Promise<Map<string, Float32Array>> {
  const modules = findModules(model);
  const means = tf.tidy(() => {
    const flow = new Flow(model.inputs[0], images);
    return modules.map(({ output }) => tf.mean(flow.compute(output), [1, 2]));
  });
  try {
    const values = await Promise.all(means.map((mean) => mean.data<'float32'>()));
    return new Map(modules.map(({ name }, i) => [name, values[i]]));
  } finally {
    tf.dispose(means);
  }
}

async function headOpinions(model: tfl.LayersModel, input: tf.Tensor4D): Promise<Opinion[]> {
  const main = mainOutput(model);
  const heads = model.outputNames
    .map((name, i) => ({ name, tensor: model.outputs[i] }))
    .filter((_, i) => i !== main);
  if (heads.length === 0) return [];
  const outputs = tf.tidy(() => {
    const flow = new Flow(model.inputs[0], input);
    return heads.map(({ tensor }) => flow.compute(tensor));
  });
  try {
    return await Promise.all(
      heads.map(async ({ name }, i) => ({ name, probabilities: Array.from(await outputs[i].data()) })),
    );
  } finally {
    tf.dispose(outputs);
  }
}
