import * as tf from '@tensorflow/tfjs-core';

/**
 * Names of the kernels that an engine may register to run faster: see {@link OptionalKernels}.
 *
 * Whoever has a use for one asks for it on the current backend; where it is missing, the same numbers are composed from plain
 * operations. A forward kernel is used only where its gradient is there too.
 */
export const OPTIONAL_KERNELS = {
  batchNormTrain: 'BatchNormTrain',
  batchNormTrainGrad: 'BatchNormTrainGrad',
  inceptionTrain: 'InceptionTrain',
  inceptionTrainGrad: 'InceptionTrainGrad',
  inceptionInfer: 'InceptionInfer',
  adamStep: 'AdamStep',
  sgdStep: 'SgdStep',
  emaStep: 'EmaStep',
  movingAverages: 'MovingAverages',
} as const satisfies Record<string, OptionalKernel>;

export type OptionalKernel = keyof OptionalKernels;

/** What each optional kernel is given and gives back. Tensors are float32, NHWC; filters HWIO; the formulas are those of Keras. */
export interface OptionalKernels {
  /**
   * Batch norm of a batch by its own statistics, `x` `[..., channels]`, `gamma` and `beta` `[channels]`.
   * Gives `y`, `mean` `[channels]`, `variance` `[channels]` (biased).
   */
  BatchNormTrain: { inputs: 'x' | 'gamma' | 'beta'; attributes: NormAttributes };
  /** Gives `dx`, `dgamma`, `dbeta`. Where the ReLU let the gradient through, `y` says; an engine may read it off `x` as well. */
  BatchNormTrainGrad: {
    inputs: 'dy' | 'x' | 'y' | 'gamma' | 'beta' | 'mean' | 'variance';
    attributes: NormAttributes;
  };
  /**
   * Branches of convolutions with batch norm as one operation, as the plan says.
   * Gives `y`, of every unit `mean` and `variance`, then whatever the engine wants back as `saved0`, `saved1` and so on.
   */
  InceptionTrain: {
    inputs: 'x' | Numbered<'kernel' | 'gamma' | 'beta'>;
    attributes: InceptionAttributes;
  };
  /** Gives `dx`, of every unit `dkernel`, `dgamma` and `dbeta`. */
  InceptionTrainGrad: {
    inputs: 'dy' | 'x' | 'y' | Numbered<'kernel' | 'gamma' | 'beta' | 'mean' | 'variance' | 'saved'>;
    attributes: InceptionAttributes;
  };
  /**
   * Branches of convolutions with activation as one operation, without a gradient: with a bias (of all units or of none), or with batch norm
   * by the moving statistics (`mean` and `variance` of all units, what the layer has of `bias`, `gamma` and `beta`).
   * Gives `y`; nothing where the engine is faster with the single operations.
   */
  InceptionInfer: {
    inputs: 'x' | Numbered<'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance'>;
    attributes: InceptionAttributes;
  };
  /**
   * One step of Adam: `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`,
   * `param -= rate sqrt(1 - beta2^step) / (1 - beta1^step) m / (sqrt(v) + epsilon)`. Gives nothing: `param`, `m` and `v` change in place,
   * so nobody else may hold their data.
   */
  AdamStep: { inputs: Numbered<'param' | 'grad' | 'm' | 'v'>; attributes: AdamAttributes };
  /**
   * One step of gradient descent: `velocity = momentum velocity - rate g`, `param += velocity`, with Nesterov
   * `param += momentum velocity - rate g`. `velocity` is there where momentum is more than 0. Gives nothing, as above.
   */
  SgdStep: { inputs: Numbered<'param' | 'grad' | 'velocity'>; attributes: SgdAttributes };
  /** `average = decay average + (1 - decay) param`. Gives nothing: `average` changes in place. */
  EmaStep: { inputs: Numbered<'param' | 'average'>; attributes: EmaAttributes };
  /**
   * Gives `decay average + (1 - decay) (value + offset)` for each group, all of one shape; `offset` may be left out.
   * The inputs stay as they are: others may hold moving statistics, to go back to them.
   */
  MovingAverages: { inputs: Numbered<'average' | 'value' | 'offset'>; attributes: EmaAttributes };
}

type Numbered<Name extends string> = `${Name}${number}`;

export interface NormAttributes {
  readonly epsilon: number;
  readonly activation: 'linear' | 'relu';
}

export interface ModuleAttributes {
  readonly plan: BranchPlan;
  readonly activation: 'linear' | 'relu';
}

export type InceptionAttributes = NormAttributes & ModuleAttributes;

/**
 * Branches of convolutions from one input, joined on the channels: what an engine has to know of a module. One of them at least is a 1x1 of
 * the input, and one is of the pooled input.
 */
export interface BranchPlan {
  /** In the order of their weights; a unit reads only units before it. */
  readonly units: readonly PlannedUnit[];
  /** Channels of the joined output. */
  readonly outputChannels: number;
  /** The first channel of the output that is the pooled input itself; left out where there is none. */
  readonly pooledChannel?: number;
}

/** A convolution at stride 1 with `same` padding, then its batch norm and activation. */
export interface PlannedUnit {
  /** Taps a side, odd. */
  readonly kernelSize: number;
  readonly inputChannels: number;
  readonly filters: number;
  /** What it reads: the input, the 3x3 max pool of the input at stride 1, or the output of the unit of this index. */
  readonly source: 'input' | 'pooled' | number;
  /** The first channel of the joined output that it gives; left out where another unit reads it. */
  readonly outputChannel?: number;
}

export interface StepAttributes {
  /** Of every parameter. */
  readonly learningRates: readonly number[];
  /** Of every parameter: added to the gradient (`g + decay param`), or with `decoupled` taken off the parameter first. */
  readonly weightDecays: readonly number[];
}

export interface AdamAttributes extends StepAttributes {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** From 1. */
  readonly step: number;
  readonly decoupled: boolean;
}

export interface SgdAttributes extends StepAttributes {
  readonly momentum: number;
  readonly nesterov: boolean;
}

export interface EmaAttributes {
  readonly decay: number;
}

/** Whether the current backend has every one of the named kernels. */
export function hasKernels(...names: OptionalKernel[]): boolean {
  const backend = tf.getBackend();
  return names.every((name) => (tf.getKernel(name, backend) as tf.KernelConfig | undefined) !== undefined);
}

/** Runs a kernel; the caller disposes what it gives. */
export function runKernel<Name extends OptionalKernel>(
  name: Name,
  inputs: Readonly<Record<OptionalKernels[Name]['inputs'], tf.Tensor>>,
  attributes: OptionalKernels[Name]['attributes'],
): tf.Tensor[] {
  const outputs: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(name, inputs, attributes as unknown as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

const numberedNames = new Map<string, string[]>();

/** `name0`, `name1` ...: made once, since a step of an optimizer needs hundreds. */
export function numberedName(name: string, index: number): string {
  let names = numberedNames.get(name);
  if (names === undefined) numberedNames.set(name, (names = []));
  return (names[index] ??= `${name}${index}`);
}

/** Numbered names for a list of groups: `[{ param, grad }, ...]` as `param0`, `grad0`, `param1` and so on. */
export function numbered<Name extends string, T>(
  groups: readonly Readonly<Partial<Record<Name, T>>>[],
): Record<`${Name}${number}`, T> {
  const all: Record<string, T> = {};
  groups.forEach((group, i) => {
    for (const name in group) all[numberedName(name, i)] = group[name] as T;
  });
  return all;
}

/** How many inputs of a numbered name there are. */
export function countNumbered(inputs: object, name: string): number {
  let count = 0;
  while (numberedName(name, count) in inputs) count++;
  return count;
}

/** What is wrong with a plan for an input of so many channels: `expected ..., got ...`; undefined where nothing is. */
export function planProblem(plan: BranchPlan, inputChannels: number): string | undefined {
  const { units, outputChannels, pooledChannel } = plan;
  const read = new Set<number>();
  const slices = pooledChannel === undefined ? [] : [[pooledChannel, inputChannels] as const];
  for (const [i, unit] of units.entries()) {
    const { source, kernelSize, filters, outputChannel } = unit;
    if (![kernelSize, filters].every((size) => Number.isInteger(size) && size > 0) || kernelSize % 2 === 0)
      return `expected an odd kernel size and filters of unit ${i}, got ${kernelSize} and ${filters}`;
    const before = typeof source === 'number' ? (units[source] as PlannedUnit | undefined) : undefined;
    if (typeof source === 'number') {
      if (source >= i || before === undefined || before.outputChannel !== undefined || read.has(source))
        return `expected unit ${i} to read a unit before it that nothing else reads, got ${source}`;
      read.add(source);
    }
    const channels = before?.filters ?? inputChannels;
    if (unit.inputChannels !== channels)
      return `expected unit ${i} to read ${channels} channels, got ${unit.inputChannels}`;
    if (outputChannel !== undefined) slices.push([outputChannel, filters]);
  }
  if (units.some(({ outputChannel }, i) => outputChannel === undefined && !read.has(i)))
    return 'expected every unit to be read or to be a part of the output, got one that is neither';
  const pooled =
    units.filter(({ source }) => source === 'pooled').length + (pooledChannel === undefined ? 0 : 1);
  if (pooled !== 1)
    return `expected the pooled input to be read, or be a part of the output, once, got ${pooled} times`;
  if (!units.some(({ source, kernelSize }) => source === 'input' && kernelSize === 1))
    return 'expected a 1x1 unit that reads the input, got none';
  let next = 0;
  for (const [first, count] of slices.sort(([a], [b]) => a - b)) {
    if (first !== next)
      return `expected parts of the output side by side, got one at ${first} behind ${next}`;
    next += count;
  }
  return next === outputChannels ? undefined : `expected ${next} output channels, got ${outputChannels}`;
}
