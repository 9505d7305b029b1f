import '@tensorflow/tfjs-layers';
import type { ModuleAttributes } from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import { branchPlan } from '../../../inception/src/testing/module-plan';
import { engineInfo, engineProfile, setExact, setThreads } from '../index';
import { describeNative, expectNoTensors, largestError, largestShare, RandomCase } from '../testing/compare';
import { drawModule, type Module, referenceInference } from '../testing/inception-reference';

interface Case {
  module: Module;
  biased: boolean;
  x: tf.Tensor4D;
  weights: tf.Tensor[];
}

/** A module of up to `most` channels, and an input of it. */
function randomCase(seed: number, most: number): Case {
  const data = new RandomCase(seed);
  const module = drawModule(data, () => data.integer(1, most));
  const biased = data.pick([true, true, false]);
  const tensor = (...shape: number[]) => tf.tensor(data.floats(tf.util.sizeFromShape(shape)), shape);
  const x = tensor(
    data.integer(2, 9),
    data.integer(1, 15),
    data.integer(1, 15),
    module.inputChannels,
  ) as tf.Tensor4D;
  const weights = branchPlan(module).units.flatMap(({ kernelSize, inputChannels, filters }) => [
    tensor(kernelSize, kernelSize, inputChannels, filters),
    ...(biased ? [tensor(filters)] : []),
  ]);
  return { module, biased, x, weights };
}

/** What the kernel gives, which may be nothing. */
function infer({ module, biased, x, weights }: Case): tf.Tensor[] {
  const names = biased ? ['kernel', 'bias'] : ['kernel'];
  const named = weights.map(
    (t, i) => [`${names[i % names.length]}${Math.floor(i / names.length)}`, t] as const,
  );
  const attributes: ModuleAttributes = { plan: branchPlan(module), activation: module.activation };
  const outputs = tf
    .engine()
    .runKernel(
      'InceptionInfer',
      { x, ...Object.fromEntries(named) },
      attributes as unknown as tf.NamedAttrMap,
    );
  return outputs as unknown as tf.Tensor[];
}

const valuesOf = (t: tf.Tensor) => Float32Array.from(t.dataSync<'float32'>());

/** The largest difference from plain convolutions, as a share of the largest value; what the kernel does not take counts as none. */
function share(one: Case): number {
  const [y] = infer(one);
  setExact(true);
  const expected = valuesOf(referenceInference(one.module, one.x, one.weights, one.biased));
  setExact(false);
  return largestShare(valuesOf(y), expected);
}

function expectSmallShare(seed: number, one: Case): void {
  const worst = share(one);
  expect({ seed, worst: worst < 1e-4 ? 'small' : worst }).toEqual({ seed, worst: 'small' });
}

/** Whether this processor's level has the kernel. */
const hasModules = () => ['base', 'avx2'].includes(engineInfo().instructionSet) && process.arch === 'x64';

describeNative('a whole Inception module of inference', () => {
  beforeAll(async () => {
    await tf.setBackend('onednn');
    setThreads(1);
  });
  afterEach(() => setThreads(1));
  afterAll(expectNoTensors);

  it.each([3, 20, 70])('equals the composed one: 40 random modules of up to %i channels', (most) => {
    for (let seed = 0; seed < 40; seed++) {
      tf.tidy(() => {
        const one = randomCase(1000 * most + seed, most);
        if (!hasModules()) return expect(infer(one)).toEqual([]);
        expectSmallShare(seed, one);
      });
    }
  });

  it('gives the same numbers twice, and nearly the same with two threads or without Winograd', () => {
    if (!hasModules()) return;
    tf.tidy(() => {
      const one = randomCase(3, 70);
      const [first, second] = [infer(one), infer(one)].map(([y]) => valuesOf(y));
      expect(second).toEqual(first);
      setThreads(2);
      expect(largestError(valuesOf(infer(one)[0]), first)).toBeLessThan(1e-4);
      setThreads(1);
      setExact(true);
      expect(largestError(valuesOf(infer(one)[0]), first)).toBeLessThan(1e-3);
      setExact(false);
    });
  });

  it.each([3, 12])('equals the composed one where %i threads share the images', (threads) => {
    if (!hasModules()) return;
    for (let seed = 0; seed < 12; seed++) {
      tf.tidy(() => {
        const one = randomCase(100 * threads + seed, 60);
        const few = { ...one, x: tf.slice(one.x, 0, [2, -1, -1, -1]) };
        setThreads(threads);
        expectSmallShare(seed, few);
      });
    }
  });

  it('packs the weights once, and anew when one of them changes', () => {
    if (!hasModules()) return;
    tf.tidy(() => {
      const one = randomCase(5, 30);
      const variables = one.weights.map((t) => tf.variable(t));
      const changed = { ...one, weights: variables };
      const packingMs = () => {
        engineProfile();
        infer(changed);
        return engineProfile().weightReorder;
      };
      expect(packingMs()).toBeGreaterThan(0);
      expect(packingMs()).toBe(0);
      const grad = tf.onesLike(variables[0]);
      const attributes = { learningRates: [0.1], weightDecays: [0], momentum: 0, nesterov: false };
      tf.engine().runKernel('SgdStep', { param0: variables[0], grad0: grad }, attributes);
      expect(share(changed)).toBeLessThan(1e-4);
      variables[1].assign(tf.zerosLike(variables[1]));
      expect(share(changed)).toBeLessThan(1e-4);
      tf.dispose(variables);
    });
  });

  it('lets NaN pass', () => {
    if (!hasModules()) return;
    tf.tidy(() => {
      const one = randomCase(6, 20);
      const [y] = infer({ ...one, x: tf.mul(one.x, NaN) });
      const sources = branchPlan(one.module).units.filter(({ source }) => source !== 'pooled');
      const channels = sources.reduce((sum, u) => sum + (u.outputChannel === undefined ? 0 : u.filters), 0);
      const positions = y.size / (y.shape[3] ?? NaN);
      expect(valuesOf(y).filter(Number.isNaN).length).toBeGreaterThanOrEqual(positions * channels);
    });
  });
});
