import * as tf from '@tensorflow/tfjs-core';

/** What a kernel of the engine `Backend` is called with. */
export interface KernelArguments<Backend> {
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
  backend: Backend;
}

/** A kernel of the engine `Backend`. */
export type Kernel<Backend> = (args: KernelArguments<Backend>) => tf.TensorInfo | tf.TensorInfo[];

/** What one input of a kernel may be. */
export interface TensorRule {
  /** The data types that the kernel can read. */
  dtype: tf.DataType | readonly tf.DataType[];
  /** The rank, or the least and the most. Default: any. */
  rank?: number | readonly [least: number, most: number];
  /** Whether the input may be left out (undefined or null). Default false. */
  optional?: boolean;
  /** Whether an axis may have length 0. Default false. */
  empty?: boolean;
}

/** What a kernel accepts: nothing else ever reaches it. */
export interface Accepts<Backend> {
  /** The inputs by name; `'*'` stands for every input that has no rule of its own. An input without a rule is refused. */
  inputs: Readonly<Record<string, TensorRule>>;
  /** Values that an attribute may have; attributes that are not named may have any. */
  attributes?: Readonly<Record<string, readonly unknown[]>>;
  /** Asked last, for what depends on several of them. */
  where?: (args: KernelArguments<Backend>) => boolean;
}

/** A kernel of this engine, over the inherited one of the same name. */
export interface KernelReplacement<Backend> {
  kernelName: string;
  accepts: Accepts<Backend>;
  kernelFunc: Kernel<Backend>;
}

/** A backend that keeps the promise that a tensor's stored type is its declared one. */
export interface FaithfulBackend {
  /** The same numbers, stored as the type that the tensor declares. */
  faithful(info: tf.TensorInfo): tf.TensorInfo;
}

/** Any number of float32 tensors, of any rank. */
export const FLOATS: Readonly<Record<string, TensorRule>> = { '*': { dtype: 'float32' } };

/**
 * Takes over every kernel of the cpu backend. Their results keep the engine's promise that a tensor's stored type is its declared one
 * (the cpu backend's cast hands the same numbers on under another type).
 */
export function inheritKernels(backendName: string): void {
  for (const config of tf.getKernelsForBackend('cpu')) {
    const kernelFunc: tf.KernelFunc = (args) => {
      const result = config.kernelFunc(args);
      const backend = args.backend as FaithfulBackend;
      return Array.isArray(result) ? result.map((info) => backend.faithful(info)) : backend.faithful(result);
    };
    tf.registerKernel({ ...config, backendName, kernelFunc });
  }
}

/**
 * Registers a kernel over the inherited one. What it does not accept goes to the inherited kernel; where there is none, it is a `TypeError`.
 * This is the only place where that is decided.
 */
export function replaceKernel<Backend>(
  backendName: string,
  { kernelName, accepts, kernelFunc }: KernelReplacement<Backend>,
): void {
  const inherited = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
  if (inherited) tf.unregisterKernel(kernelName, backendName);
  const run = (given: KernelArguments<Backend>) => {
    // Operations without attributes hand over none.
    const args = { ...given, attrs: (given.attrs as Record<string, unknown> | undefined) ?? {} };
    const why = refusal(accepts, args);
    if (why === undefined) return kernelFunc(args);
    if (inherited) return inherited.kernelFunc(given as unknown as Parameters<tf.KernelFunc>[0]);
    throw new TypeError(
      `${kernelName}: expected ${why}, got ${describe(given.inputs)}. See the table of optional engine kernels in docs/architecture.md.`,
    );
  };
  tf.registerKernel({ kernelName, backendName, kernelFunc: run as unknown as tf.KernelFunc });
}

/** Why a call is not accepted; undefined where it is. */
function refusal<Backend>(accepts: Accepts<Backend>, args: KernelArguments<Backend>): string | undefined {
  const rules = accepts.inputs;
  const inputs = args.inputs as Record<string, tf.TensorInfo | null | undefined>;
  for (const name in rules) {
    if (name !== '*' && !rules[name].optional && !inputs[name]) return `an input "${name}"`;
  }
  for (const name in inputs) {
    const rule = (rules[name] ?? rules['*']) as TensorRule | undefined;
    const input = inputs[name];
    if (!input) {
      if (rule && (rule.optional || rules[name] === undefined)) continue;
      return `an input "${name}"`;
    }
    if (!rule) return `no input "${name}"`;
    const why = mismatch(rule, name, input);
    if (why !== undefined) return why;
  }
  for (const name in accepts.attributes) {
    const allowed = accepts.attributes[name];
    if (!allowed.includes(args.attrs[name])) return `${name} to be one of ${allowed.join(', ')}`;
  }
  return accepts.where?.(args) === false ? 'other shapes or attributes' : undefined;
}

function mismatch(rule: TensorRule, name: string, { dtype, shape }: tf.TensorInfo): string | undefined {
  const fits = typeof rule.dtype === 'string' ? rule.dtype === dtype : rule.dtype.includes(dtype);
  if (!fits) return `"${name}" to be ${String(rule.dtype)}`;
  const { rank } = rule;
  if (rank !== undefined) {
    const [least, most] = typeof rank === 'number' ? [rank, rank] : rank;
    if (shape.length < least || shape.length > most) return `"${name}" to have rank ${String(rank)}`;
  }
  return !rule.empty && shape.includes(0) ? `"${name}" to have elements` : undefined;
}

/** The first inputs of a call, for its error. */
function describe(inputs: Record<string, tf.TensorInfo | undefined>): string {
  return Object.entries(inputs)
    .slice(0, 8)
    .map(([name, one]) => `${name} ${one ? `${one.dtype} [${one.shape.join(', ')}]` : 'missing'}`)
    .join(', ');
}
