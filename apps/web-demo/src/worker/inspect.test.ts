import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fromStandardLayers, toStandardLayers } from '@googlenet/inception';
import { googlenet } from '@googlenet/model';
import { mainLogits } from '@googlenet/training';
import { useWasm } from '@googlenet/backend-wasm';
import { findModules, Flow } from './graph';
import { describeModules, inspectModule, summarizeModules } from './inspect';
import { predictOne, toInput } from './predict';

const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);
const OPTIONS = { widthMultiplier: 0.0625, seed: 3 };

const moduleNames = ['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'].map((name) => `inception_${name}`);

let model: tfl.LayersModel;
let standard: tfl.LayersModel;
let withHeads: tfl.LayersModel;
let input: tf.Tensor4D;

beforeAll(async () => {
  await useWasm({ threads: 1 });
  model = googlenet(OPTIONS);
  standard = fromStandardLayers(toStandardLayers(model));
  withHeads = googlenet({ ...OPTIONS, auxiliary: true });
  input = toInput(image);
});

describe.each([
  ['of one layer each', () => model],
  ['that were standard layers', () => standard],
  ['beside auxiliary heads', () => withHeads],
])('Inception modules %s', (_, choose) => {
  let subject: tfl.LayersModel;
  beforeAll(() => {
    subject = choose();
  });

  it('are found in order, with their shapes', () => {
    const modules = describeModules(subject);
    expect(modules.map(({ name }) => name)).toEqual(moduleNames);
    expect(modules[0]).toEqual({
      name: 'inception_3a',
      inputShape: [28, 28, 16],
      outputShape: [28, 28, 32],
      channels: { conv1x1: 8, conv3x3: 8, conv5x5: 8, poolProj: 8 },
      branch5x5: 'two3x3',
    });
    for (const [i, module] of modules.entries()) {
      if (i > 0) expect(module.inputShape[2]).toBe(modules[i - 1]?.outputShape[2]);
      expect(Object.values(module.channels).reduce((sum, count) => sum + count, 0)).toBe(
        module.outputShape[2],
      );
    }
    expect(modules.map(({ outputShape }) => outputShape[0])).toEqual([28, 28, 14, 14, 14, 14, 14, 7, 7]);
  });

  it('have branches that give the module when concatenated, and a logit whose softmax is the answer', async () => {
    const before = tf.memory().numTensors;
    const differences = tf.tidy(() => {
      const flow = new Flow(subject.inputs[0], input);
      const gaps = findModules(subject).map((module) => {
        const joined = tf.concat(Object.values(flow.branches(module)), 3);
        return tf.max(tf.abs(tf.sub(joined, flow.compute(module.output))));
      });
      return tf.stack(gaps).arraySync() as number[];
    });
    expect(Math.max(...differences)).toBeLessThan(1e-6);
    const fromLogits = tf.tidy(() =>
      tf.softmax(new Flow(subject.inputs[0], input).compute(mainLogits(subject))).arraySync(),
    );
    const { probabilities, auxiliary } = await predictOne(subject, image);
    expect(auxiliary.map(({ name }) => name)).toEqual(subject === withHeads ? ['aux1', 'aux2'] : []);
    probabilities.forEach((part, i) => expect(part).toBeCloseTo((fromLogits as number[][])[0][i], 5));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('inspectModule', () => {
  it('gives the same for a network that was taken apart and put together, and the evidence that a nudge of the module confirms', async () => {
    const before = tf.memory().numTensors;
    const view = await inspectModule(model, input, 'inception_4c', 7);
    const other = await inspectModule(standard, input, 'inception_4c', 7);
    expect(tf.memory().numTensors).toBe(before);
    expect(view.target).toBe(7);
    view.branches.forEach((branch, i) => {
      expect(branch.evidence).toBeCloseTo(other.branches[i].evidence, 4);
      expect(branch.activationShare).toBeCloseTo(other.branches[i].activationShare, 5);
      expect(branch.maps).toHaveLength(Math.min(12, branch.channels));
    });
    expect(view.branches.reduce((sum, { activationShare }) => sum + activationShare, 0)).toBeCloseTo(1, 5);

    // Activation times gradient is the derivative along "a little more of this branch".
    const nudge = 1e-2;
    const [up, down] = [1 + nudge, 1 - nudge].map((factor) =>
      tf.tidy(() => {
        const module = findModules(model).find(({ name }) => name === 'inception_4c')!;
        const branches = new Flow(model.inputs[0], input).branches(module);
        const parts = Object.entries(branches).map(([name, value]) =>
          name === 'conv3x3' ? tf.mul(value, factor) : value,
        );
        const logits = new Flow(module.output, tf.concat(parts, 3)).compute(mainLogits(model));
        return (logits.arraySync() as number[][])[0][7];
      }),
    );
    const slope = (up - down) / (2 * nudge);
    expect(view.branches[1].evidence).toBeCloseTo(slope, 2);
  });

  it('explains the most probable class unless asked for another, and refuses an unknown module', async () => {
    const { probabilities } = await predictOne(model, image);
    const view = await inspectModule(model, input, 'inception_5b');
    expect(view.target).toBe(probabilities.indexOf(Math.max(...probabilities)));
    expect(view.gradCam.pixels).toHaveLength(49);
    await expect(inspectModule(model, input, 'inception_9z')).rejects.toThrow(
      /expected the name of an Inception module/,
    );
  });
});

describe('summarizeModules', () => {
  it('has a picture and four parts of one for every module', async () => {
    const before = tf.memory().numTensors;
    const summaries = await summarizeModules(model, input);
    expect(tf.memory().numTensors).toBe(before);
    expect(summaries.map(({ name }) => name)).toEqual(moduleNames);
    for (const { mean, activationShare } of summaries) {
      expect(Math.max(...mean.pixels)).toBe(255);
      expect(Object.values(activationShare).reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 5);
    }
  });
});
