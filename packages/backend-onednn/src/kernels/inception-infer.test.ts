import '@tensorflow/tfjs-layers';
import { numbered, OPTIONAL_KERNELS, runKernel } from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import { branchPlan } from '../../../inception/src/testing/module-plan';
import { engineInfo, engineProfile, setExact, setThreads } from '../index';
import { describeNative, expectNoTensors, largestError, largestShare, RandomCase } from '../testing/compare';
import { drawModule, type Module, referenceInference } from '../testing/inception-reference';

type WeightName = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';
type Weights = Partial<Record<WeightName, tf.Tensor>>;

interface Case {
  module: Module;
  x: tf.Tensor4D;
  /** Of every unit. */
  units: Weights[];
}

/** A module of up to `most` channels, and an input of it: plain, with biases, or with any batch norm. */
function randomCase(seed: number, most: number): Case {
  const data = new RandomCase(seed);
  const module = drawModule(data, () => data.integer(1, most));
  const names = data.pick([
    ['kernel'],
    ['kernel', 'bias'],
    ['kernel', 'bias'],
    ['kernel', 'beta', 'mean', 'variance'],
    ['kernel', 'bias', 'gamma', 'beta', 'mean', 'variance'],
  ] as const);
  const tensor = (...shape: number[]) => tf.tensor(data.floats(tf.util.sizeFromShape(shape)), shape);
  const x = tensor(
    data.integer(2, 9),
    data.integer(1, 15),
    data.integer(1, 15),
    module.inputChannels,
  ) as tf.Tensor4D;
  const units = branchPlan(module).units.map(({ kernelSize, inputChannels, filters }) => {
    const draw = (name: WeightName) => {
      if (name === 'kernel') return tensor(kernelSize, kernelSize, inputChannels, filters);
      return name === 'variance' ? tf.add(tf.square(tensor(filters)), 0.1) : tensor(filters);
    };
    return Object.fromEntries(names.map((name) => [name, draw(name)]));
  });
  return { module, x, units };
}

/** What the kernel gives, which may be nothing. */
function infer({ module, x, units }: Case): tf.Tensor[] {
  const { activation, epsilon } = module;
  const inputs = { x, ...numbered<WeightName, tf.Tensor>(units) };
  return runKernel(OPTIONAL_KERNELS.inceptionInfer, inputs, {
    plan: branchPlan(module),
    activation,
    epsilon,
  });
}

/** A unit's kernel and bias, its batch norm folded into them. */
function folded({ kernel, bias, gamma, beta, mean, variance }: Weights, epsilon: number): tf.Tensor[] {
  if (!kernel || !mean || !variance) return [kernel, bias].flatMap((t) => t ?? []);
  const scale = tf.mul(gamma ?? 1, tf.rsqrt(tf.add(variance, epsilon)));
  return [tf.mul(kernel, scale), tf.add(beta ?? 0, tf.mul(tf.sub(bias ?? 0, mean), scale))];
}

const valuesOf = (t: tf.Tensor) => Float32Array.from(t.dataSync<'float32'>());

/** The largest difference from plain convolutions, as a share of the largest value; what the kernel does not take counts as none. */
function share(one: Case): number {
  const [y] = infer(one);
  setExact(true);
  const weights = one.units.map((unit) => folded(unit, one.module.epsilon));
  const expected = valuesOf(referenceInference(one.module, one.x, weights.flat(), weights[0].length === 2));
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
      const variables = one.units.map(({ kernel, ...others }) => ({
        ...others,
        kernel: tf.variable(kernel ?? tf.zeros([0])),
      }));
      const changed = { ...one, units: variables };
      const packingMs = () => {
        engineProfile();
        infer(changed);
        return engineProfile().weightReorder;
      };
      expect(packingMs()).toBeGreaterThan(0);
      expect(packingMs()).toBe(0);
      const [first, second] = variables.map(({ kernel }) => kernel);
      const attributes = { learningRates: [0.1], weightDecays: [0], momentum: 0, nesterov: false };
      tf.engine().runKernel('SgdStep', { param0: first, grad0: tf.onesLike(first) }, attributes);
      expect(share(changed)).toBeLessThan(1e-4);
      second.assign(tf.zerosLike(second));
      expect(share(changed)).toBeLessThan(1e-4);
      tf.dispose(variables.map(({ kernel }) => kernel));
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
