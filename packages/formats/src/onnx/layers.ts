import { show } from '@googlenet-tooling/shared/show';
import type * as tfl from '@tensorflow/tfjs-layers';
import { FormatError } from '../errors';
import { averages } from './averages';
import { numbersOf, type Constant, type GraphBuilder, type Value } from './builder';
import type { OnnxAttribute } from './schema';
import { samePadding } from './windows';

/*
 * What ONNX operations a layer is. Between layers every tensor of four axes has its channels second, as ONNX wants it.
 */

type Config = Record<string, unknown>;
type Attributes = Record<string, OnnxAttribute>;

/** Everything that the conversion of one layer needs. */
export interface LayerContext {
  readonly builder: GraphBuilder;
  readonly layer: tfl.layers.Layer;
  readonly config: Config;
  readonly inputs: readonly Value[];
  /** Shape of the output as in the layers model. */
  readonly shape: readonly (number | null)[];
  /** A batch norm that follows and is to be folded into this layer. */
  readonly fold?: tfl.layers.Layer;
  /** Zeros that are added around the input: top, left, bottom, right. */
  readonly pads?: readonly number[];
  /** Whether a softmax at the end is left out. */
  readonly withoutSoftmax?: boolean;
}

type Convert = (context: LayerContext) => Value | Promise<Value>;

/** What is the same at inference. */
const IDENTITY = new Set([
  'Dropout',
  'SeededDropout',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'SpatialDropout1D',
  'ActivityRegularization',
]);

/** Whether a layer does nothing at inference. */
export function isIdentity(layer: tfl.layers.Layer): boolean {
  const { activation } = layer.getConfig();
  return (
    IDENTITY.has(layer.getClassName()) || (layer.getClassName() === 'Activation' && activation === 'linear')
  );
}

const ACTIVATIONS: Record<
  string,
  (builder: GraphBuilder, input: string, name: string, axis: number) => string
> = {
  relu: simple('Relu'),
  sigmoid: simple('Sigmoid'),
  tanh: simple('Tanh'),
  elu: simple('Elu'),
  selu: simple('Selu'),
  softplus: simple('Softplus'),
  softsign: simple('Softsign'),
  relu6: (builder, input, name) => {
    const limit = (suffix: string, value: number) =>
      builder.floats(`${name}/${suffix}`, Float32Array.of(value), []);
    return builder.node('Clip', [input, limit('min', 0), limit('max', 6)], { name });
  },
  hardSigmoid: (builder, input, name) =>
    builder.node('HardSigmoid', [input], {
      name,
      attributes: { alpha: { float: 0.2 }, beta: { float: 0.5 } },
    }),
  swish: (builder, input, name) =>
    builder.node('Mul', [input, builder.node('Sigmoid', [input], { name: `${name}/sigmoid` })], { name }),
  softmax: (builder, input, name, axis) => builder.node('Softmax', [input], { name, attributes: { axis } }),
};

function simple(opType: string) {
  return (builder: GraphBuilder, input: string, name: string) => builder.node(opType, [input], { name });
}

function activate(
  { builder, layer, withoutSoftmax }: LayerContext,
  value: Value,
  activation: unknown,
): Value {
  if (activation === undefined || activation === null || activation === 'linear') return value;
  if (activation === 'softmax' && withoutSoftmax) return value;
  if (typeof activation !== 'string' || !Object.hasOwn(ACTIVATIONS, activation)) {
    throw new FormatError(
      'UNSUPPORTED',
      `writeOnnx(${show(layer.name)}): expected an activation of ${Object.keys(ACTIVATIONS).join(', ')}, got ${show(activation)}. Replace it.`,
    );
  }
  const suffixed =
    value.name.startsWith(layer.name) && value.name !== layer.name
      ? layer.name
      : `${layer.name}/${activation}`;
  return {
    ...value,
    name: ACTIVATIONS[activation](builder, value.name, suffixed, value.channelsFirst ? 1 : -1),
  };
}

/** The axis of ONNX for one of the layers model. */
function axisOf({ shape, channelsFirst }: Value, axis: number): number {
  const positive = axis < 0 ? axis + shape.length : axis;
  return channelsFirst ? [0, 2, 3, 1][positive] : positive;
}

/** The tensor with its axes as in the layers model. */
export function asHere(builder: GraphBuilder, value: Value): Value {
  if (!value.channelsFirst) return value;
  const name = builder.node('Transpose', [value.name], {
    name: `${value.name}/nhwc`,
    attributes: { perm: [0, 2, 3, 1] },
  });
  return { ...value, name, channelsFirst: false };
}

/** The tensor as it lies between layers. */
export function asThere(builder: GraphBuilder, value: Value): Value {
  if (value.channelsFirst || value.shape.length !== 4) return value;
  const name = builder.node('Transpose', [value.name], {
    name: `${value.name}/nchw`,
    attributes: { perm: [0, 3, 1, 2] },
  });
  return { ...value, name, channelsFirst: true };
}

const pair = (value: unknown): [number, number] =>
  Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [Number(value), Number(value)];

/** How far a window moves, with TensorFlow's `same`: the odd pixel at the end. */
function windowOf(context: LayerContext, kernel: [number, number]): Attributes {
  const { config, inputs, pads = [0, 0, 0, 0] } = context;
  const strides = pair(config.strides ?? 1);
  const dilations = pair(config.dilationRate ?? 1);
  const attributes: Attributes = { kernel_shape: kernel, strides };
  if (dilations.some((rate) => rate !== 1)) attributes.dilations = dilations;
  if (config.padding !== 'same') return { ...attributes, pads };
  const sizes = inputs[0].shape.slice(1, 3).filter((size) => size !== null);
  if (sizes.length < 2) return { ...attributes, auto_pad: 'SAME_UPPER' };
  const totals = sizes.map((size, i) => samePadding(size, (kernel[i] - 1) * dilations[i] + 1, strides[i]));
  const before = totals.map((total) => Math.floor(total / 2));
  return { ...attributes, pads: [...before, totals[0] - before[0], totals[1] - before[1]] };
}

function weight(layer: tfl.layers.Layer, field: string): tfl.LayerVariable | undefined {
  return layer.weights.find(({ originalName }) => originalName.endsWith(`/${field}`));
}

function required(layer: tfl.layers.Layer, field: string): tfl.LayerVariable {
  const found = weight(layer, field);
  if (found !== undefined) return found;
  throw new FormatError(
    'UNSUPPORTED',
    `writeOnnx(${show(layer.name)}): expected a built layer with a weight ${field}, got none. Build the model first.`,
  );
}

function vector(layer: tfl.layers.Layer, field: string): Constant | undefined {
  return weight(layer, field) && constantOf(layer, field);
}

function constantOf(layer: tfl.layers.Layer, field: string): Constant {
  const variable = required(layer, field);
  return {
    name: `${layer.name}/${field}`,
    shape: variable.shape as number[],
    read: () => numbersOf(variable.read()),
  };
}

/** Factor and addend of each channel that a batch norm is, from its moving statistics. */
async function scaleAndShift(norm: tfl.layers.Layer): Promise<{ scale: Float64Array; shift: Float64Array }> {
  const read = async (field: string) => {
    const variable = weight(norm, field);
    return variable && numbersOf(variable.read());
  };
  const [gamma, beta] = [await read('gamma'), await read('beta')];
  const mean = await numbersOf(required(norm, 'moving_mean').read());
  const variance = await numbersOf(required(norm, 'moving_variance').read());
  const epsilon = norm.getConfig().epsilon as number;
  const scale = Float64Array.from(variance, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  return { scale, shift: scale.map((factor, i) => (beta?.[i] ?? 0) - mean[i] * factor) };
}

/** A kernel, and its bias, with a batch norm folded in where there is one. */
function kernelAndBias(layer: tfl.layers.Layer, kernel: Constant, channels: number, fold?: tfl.layers.Layer) {
  const bias = vector(layer, 'bias');
  if (fold === undefined) return { kernel, bias };
  return {
    kernel: {
      ...kernel,
      read: async () => {
        const [values, { scale }] = await Promise.all([kernel.read(), scaleAndShift(fold)]);
        const count = scale.length;
        return values.map((value, i) => value * scale[i % count]);
      },
    },
    bias: {
      name: `${layer.name}/bias`,
      shape: [channels],
      read: async () => {
        const [values, { scale, shift }] = await Promise.all([bias?.read(), scaleAndShift(fold)]);
        return Float32Array.from(shift, (value, i) => value + (values?.[i] ?? 0) * scale[i]);
      },
    },
  };
}

async function convolve(
  context: LayerContext,
  constant: Constant,
  options: { axis: number; group?: number; name: string; input: string; bias?: Constant },
): Promise<string> {
  const { builder } = context;
  const stored = constant.stored ?? [3, 2, 0, 1].map((axis) => constant.shape[axis]);
  const attributes = windowOf(context, [stored[2], stored[3]]);
  if (options.group !== undefined) attributes.group = options.group;
  const inputs = [options.input, await builder.kernel(constant, options.axis)];
  if (options.bias) inputs.push(builder.constant(options.bias));
  return builder.node('Conv', inputs, { name: options.name, attributes });
}

const conv2d: Convert = async (context) => {
  const { layer, config, inputs, shape, fold } = context;
  const variable = required(layer, 'kernel');
  const { kernel, bias } = kernelAndBias(
    layer,
    {
      name: `${layer.name}/kernel`,
      shape: variable.shape as number[],
      order: [3, 2, 0, 1],
      read: () => numbersOf(variable.read()),
    },
    (variable.shape as number[])[3],
    fold,
  );
  const name = await convolve(context, kernel, {
    axis: 0,
    name: `${layer.name}/conv`,
    input: inputs[0].name,
    bias,
  });
  return activate(context, { name, shape, channelsFirst: true }, config.activation);
};

const depthwiseConv2d: Convert = async (context) => {
  const { layer, config, inputs, shape, fold } = context;
  const variable = required(layer, 'depthwise_kernel');
  const [height, width, channels, multiplier] = variable.shape as number[];
  const constant: Constant = {
    name: `${layer.name}/depthwise_kernel`,
    shape: variable.shape as number[],
    order: [2, 3, 0, 1],
    stored: [channels * multiplier, 1, height, width],
    read: () => numbersOf(variable.read()),
  };
  const { kernel, bias } = kernelAndBias(layer, constant, channels * multiplier, fold);
  const name = await convolve(context, kernel, {
    axis: 0,
    group: channels,
    name: `${layer.name}/conv`,
    input: inputs[0].name,
    bias,
  });
  return activate(context, { name, shape, channelsFirst: true }, config.activation);
};

const dense: Convert = async (context) => {
  const { builder, layer, config, inputs, shape, fold } = context;
  const variable = required(layer, 'kernel');
  const { kernel, bias } = kernelAndBias(
    layer,
    {
      name: `${layer.name}/kernel`,
      shape: variable.shape as number[],
      read: () => numbersOf(variable.read()),
    },
    (variable.shape as number[])[1],
    fold,
  );
  const input = asHere(builder, inputs[0]);
  const matrix = await builder.kernel(kernel, 1);
  const addend = bias ? [builder.constant(bias)] : [];
  let name: string;
  if (shape.length === 2)
    name = builder.node('Gemm', [input.name, matrix, ...addend], { name: `${layer.name}/gemm` });
  else {
    name = builder.node('MatMul', [input.name, matrix], { name: `${layer.name}/matmul` });
    if (bias) name = builder.node('Add', [name, ...addend], { name: `${layer.name}/add` });
  }
  return asThere(builder, activate(context, { name, shape, channelsFirst: false }, config.activation));
};

const batchNormalization: Convert = ({ builder, layer, config, inputs, shape }) => {
  const [input] = inputs;
  const axis = axisOf(input, Number(config.axis ?? -1));
  if (axis !== 1) {
    throw new FormatError(
      'UNSUPPORTED',
      `writeOnnx(${show(layer.name)}): expected a batch norm on the channels, got axis ${show(config.axis)}. Use axis -1.`,
    );
  }
  const mean = constantOf(layer, 'moving_mean');
  const fallback = (field: string, value: number): Constant => ({
    name: `${layer.name}/${field}`,
    shape: mean.shape,
    read: () => Promise.resolve(new Float32Array(mean.shape[0]).fill(value)),
  });
  const constants = [
    vector(layer, 'gamma') ?? fallback('gamma', 1),
    vector(layer, 'beta') ?? fallback('beta', 0),
    mean,
    constantOf(layer, 'moving_variance'),
  ].map((one) => builder.constant(one));
  const attributes = {
    epsilon: { float: Number(config.epsilon) },
    momentum: { float: Number(config.momentum) },
  };
  return {
    ...input,
    shape,
    name: builder.node('BatchNormalization', [input.name, ...constants], { name: layer.name, attributes }),
  };
};

function pool(opType: 'MaxPool' | 'AveragePool'): Convert {
  return (context) => {
    const { builder, layer, config, inputs, shape } = context;
    const window = windowOf(
      { ...context, config: { ...config, strides: config.strides ?? config.poolSize } },
      pair(config.poolSize),
    );
    const attributes = opType === 'AveragePool' ? { ...window, count_include_pad: 0 } : window;
    return {
      name: builder.node(opType, [inputs[0].name], { name: layer.name, attributes }),
      shape,
      channelsFirst: true,
    };
  };
}

function globalPool(opType: 'GlobalAveragePool' | 'GlobalMaxPool'): Convert {
  return ({ builder, layer, inputs, shape }) => {
    const pooled = builder.node(opType, [inputs[0].name], { name: `${layer.name}/pool` });
    return {
      name: builder.node('Flatten', [pooled], { name: layer.name, attributes: { axis: 1 } }),
      shape,
      channelsFirst: false,
    };
  };
}

const zeroPadding2d: Convert = ({ builder, layer, inputs, shape, config }) => {
  const [top, left, bottom, right] = padsOf(config);
  const pads = builder.integers(`${layer.name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  return {
    name: builder.node('Pad', [inputs[0].name, pads], { name: layer.name }),
    shape,
    channelsFirst: true,
  };
};

/** Top, left, bottom, right of a `ZeroPadding2D`. */
export function padsOf(config: Config): number[] {
  const padding = config.padding as number | [number, number] | [[number, number], [number, number]];
  const [rows, columns] = Array.isArray(padding) ? padding : [padding, padding];
  const [[top, bottom], [left, right]] = [pair(rows), pair(columns)];
  return [top, left, bottom, right];
}

const rescaling: Convert = ({ builder, layer, config, inputs }) => {
  const by = (opType: 'Mul' | 'Add', field: 'scale' | 'offset', name: string) =>
    builder.node(
      opType,
      [name, builder.floats(`${layer.name}/${field}`, Float32Array.of(Number(config[field])), [])],
      {
        name: `${layer.name}/${opType.toLowerCase()}`,
      },
    );
  return { ...inputs[0], name: by('Add', 'offset', by('Mul', 'scale', inputs[0].name)) };
};

function merge(opType: string, isVariadic: boolean): Convert {
  return ({ builder, layer, inputs, shape }) => {
    const names = inputs.map(({ name }) => name);
    const name = isVariadic
      ? builder.node(opType, names, { name: layer.name })
      : names.reduce((left, right) => builder.node(opType, [left, right], { name: layer.name }));
    return { name, shape, channelsFirst: inputs[0].channelsFirst };
  };
}

const concatenate: Convert = ({ builder, layer, config, inputs, shape }) => {
  const axis = axisOf(inputs[0], Number(config.axis ?? -1));
  const name = builder.node(
    'Concat',
    inputs.map(({ name }) => name),
    { name: layer.name, attributes: { axis } },
  );
  return { name, shape, channelsFirst: inputs[0].channelsFirst };
};

const flatten: Convert = ({ builder, layer, inputs, shape }) => {
  const [input] = inputs;
  const isOnePixel = input.shape[1] === 1 && input.shape[2] === 1;
  const ordered = isOnePixel ? input : asHere(builder, input);
  return {
    name: builder.node('Flatten', [ordered.name], { name: layer.name, attributes: { axis: 1 } }),
    shape,
    channelsFirst: false,
  };
};

const reshape: Convert = ({ builder, layer, inputs, shape }) => {
  const target = builder.integers(`${layer.name}/shape`, [0, ...shape.slice(1).map((size) => size ?? -1)]);
  const name = builder.node('Reshape', [asHere(builder, inputs[0]).name, target], { name: layer.name });
  return asThere(builder, { name, shape, channelsFirst: false });
};

const permuteAxes: Convert = ({ builder, layer, config, inputs, shape }) => {
  const attributes = { perm: [0, ...(config.dims as number[])] };
  const name = builder.node('Transpose', [asHere(builder, inputs[0]).name], { name: layer.name, attributes });
  return asThere(builder, { name, shape, channelsFirst: false });
};

const localResponseNormalization: Convert = ({ builder, layer, config, inputs, shape }) => {
  const { size, alpha, beta, bias } = config as Record<string, number>;
  const attributes = { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: bias } };
  return {
    name: builder.node('LRN', [inputs[0].name], { name: layer.name, attributes }),
    shape,
    channelsFirst: true,
  };
};

/** ONNX has no adaptive pool: two products with matrices of averages, rows from the left and columns from the right. */
const adaptiveAveragePooling2d: Convert = ({ builder, layer, config, inputs, shape }) => {
  const [, height, width] = inputs[0].shape;
  if (height === null || width === null) {
    throw new FormatError(
      'UNSUPPORTED',
      `writeOnnx(${show(layer.name)}): expected an input of fixed size, got [${show(inputs[0].shape)}]. Build the model with an input shape.`,
    );
  }
  const [rows, columns] = pair(config.outputSize);
  const right = new Float32Array(width * columns);
  averages(width, columns).forEach(
    (value, i) => (right[(i % width) * columns + Math.floor(i / width)] = value),
  );
  const left = builder.floats(`${layer.name}/rows`, averages(height, rows), [rows, height]);
  const product = builder.node('MatMul', [left, inputs[0].name], { name: `${layer.name}/matmul` });
  const factors = [product, builder.floats(`${layer.name}/columns`, right, [width, columns])];
  return { name: builder.node('MatMul', factors, { name: layer.name }), shape, channelsFirst: true };
};

const CONVERT: Record<string, Convert> = {
  Activation: (context) =>
    activate(context, { ...context.inputs[0], shape: context.shape }, context.config.activation),
  AdaptiveAveragePooling2D: adaptiveAveragePooling2d,
  Add: merge('Sum', true),
  Average: merge('Mean', true),
  AveragePooling2D: pool('AveragePool'),
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  ELU: ({ builder, layer, config, inputs }) => ({
    ...inputs[0],
    name: builder.node('Elu', [inputs[0].name], {
      name: layer.name,
      attributes: { alpha: { float: Number(config.alpha) } },
    }),
  }),
  Flatten: flatten,
  GlobalAveragePooling2D: globalPool('GlobalAveragePool'),
  GlobalMaxPooling2D: globalPool('GlobalMaxPool'),
  LeakyReLU: ({ builder, layer, config, inputs }) => ({
    ...inputs[0],
    name: builder.node('LeakyRelu', [inputs[0].name], {
      name: layer.name,
      attributes: { alpha: { float: Number(config.alpha) } },
    }),
  }),
  Lrn: localResponseNormalization,
  MaxPooling2D: pool('MaxPool'),
  Maximum: merge('Max', true),
  Minimum: merge('Min', true),
  Multiply: merge('Mul', false),
  Permute: permuteAxes,
  ReLU: (context) =>
    activate(
      context,
      context.inputs[0],
      (context.config.maxValue ?? null) === null
        ? 'relu'
        : context.config.maxValue === 6
          ? 'relu6'
          : `relu up to ${show(context.config.maxValue)}`,
    ),
  Rescaling: rescaling,
  Reshape: reshape,
  Softmax: (context) => activate(context, context.inputs[0], 'softmax'),
  ZeroPadding2D: zeroPadding2d,
};

/** Converts one layer; `UNSUPPORTED` for a layer that has no counterpart here. */
export async function convertLayer(context: LayerContext): Promise<Value> {
  const { layer, config } = context;
  const className = layer.getClassName();
  const convert = Object.hasOwn(CONVERT, className) ? CONVERT[className] : undefined;
  if (convert === undefined || config.dataFormat === 'channelsFirst') {
    throw new FormatError(
      'UNSUPPORTED',
      `writeOnnx(${show(layer.name)}): expected a layer of ${Object.keys(CONVERT).join(', ')} with channels last, got ${className}. Replace the layer.`,
    );
  }
  return convert(context);
}
