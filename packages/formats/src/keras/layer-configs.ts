import { isObject } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { AdaptiveAveragePooling2D } from '@googlenet/model';
import { FormatError } from '../errors';

/** A configuration as JSON, the keys in either style. */
export type Config = Record<string, unknown>;

/** How one kind of layer is written in Keras 3's words, and made from them. */
interface Codec {
  /** Keras's settings besides the name, from those of TensorFlow.js. */
  write(config: Config): Config;
  /** A layer from Keras's settings. */
  read(config: Config, common: { name: string; trainable: boolean }): tfl.layers.Layer;
}

const ACTIVATIONS: Record<string, string> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  tanh: 'tanh',
  elu: 'elu',
  selu: 'selu',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'silu',
};

function unsupported(what: string, got: unknown): FormatError {
  return new FormatError(
    'UNSUPPORTED',
    `keras: expected ${what}, got ${show(got)}. Replace it before you convert the model.`,
  );
}

function writeActivation(value: unknown): string {
  const name = value ?? 'linear';
  if (typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  throw unsupported(`an activation of ${Object.keys(ACTIVATIONS).join(', ')}`, value);
}

type Activation = NonNullable<Parameters<typeof tfl.layers.activation>[0]>['activation'];

function readActivation(value: unknown): Activation {
  const found = Object.keys(ACTIVATIONS).find((name) => ACTIVATIONS[name] === (value ?? 'linear'));
  if (found !== undefined) return found as Activation;
  throw unsupported(`an activation of ${Object.values(ACTIVATIONS).join(', ')}`, value);
}

function writeRegularizer(value: unknown): Config | null {
  if (value === undefined || value === null) return null;
  const { config } = value as { config?: Config };
  const { l1 = 0, l2 = 0 } = isObject(config) ? config : {};
  return { module: 'keras.regularizers', class_name: 'L1L2', config: { l1, l2 }, registered_name: null };
}

function readRegularizer(value: unknown): ReturnType<typeof tfl.regularizers.l1l2> | undefined {
  if (value === undefined || value === null) return undefined;
  const { class_name: name, config } = value as { class_name?: unknown; config?: Config };
  if (!/^L1$|^L2$|^L1L2$/.test(String(name)) || !isObject(config))
    throw unsupported('a regularizer L1, L2 or L1L2', name);
  return tfl.regularizers.l1l2({ l1: Number(config.l1 ?? 0), l2: Number(config.l2 ?? 0) });
}

function pairOf(value: unknown): [number, number] {
  const pair = Array.isArray(value) ? value : [value, value];
  if (pair.length === 2 && pair.every((item) => Number.isSafeInteger(item) && item >= 0))
    return [Number(pair[0]), Number(pair[1])];
  throw unsupported('two whole numbers', value);
}

function paddingOf(value: unknown): 'same' | 'valid' {
  if (value === 'same' || value === 'valid') return value;
  throw unsupported('padding same or valid', value);
}

function requireChannelsLast(config: Config): void {
  const format = config.data_format ?? 'channels_last';
  if (format !== 'channels_last') throw unsupported('channels last', format);
}

/** What convolutions share. */
const convolution = {
  write: (config: Config): Config => ({
    kernel_size: config.kernelSize,
    strides: pairOf(config.strides),
    padding: config.padding,
    data_format: 'channels_last',
    dilation_rate: pairOf(config.dilationRate ?? 1),
    activation: writeActivation(config.activation),
    use_bias: config.useBias,
    bias_regularizer: writeRegularizer(config.biasRegularizer),
  }),
  read: (config: Config) => {
    requireChannelsLast(config);
    return {
      kernelSize: pairOf(config.kernel_size),
      strides: pairOf(config.strides),
      padding: paddingOf(config.padding),
      dilationRate: pairOf(config.dilation_rate ?? 1),
      activation: readActivation(config.activation),
      useBias: config.use_bias !== false,
      biasRegularizer: readRegularizer(config.bias_regularizer),
    };
  },
};

function pool(make: (config: Parameters<typeof tfl.layers.maxPooling2d>[0]) => tfl.layers.Layer): Codec {
  return {
    write: (config) => ({
      pool_size: pairOf(config.poolSize),
      strides: pairOf(config.strides ?? config.poolSize),
      padding: config.padding,
      data_format: 'channels_last',
    }),
    read: (config, common) => {
      requireChannelsLast(config);
      const poolSize = pairOf(config.pool_size);
      return make({
        ...common,
        poolSize,
        strides: pairOf(config.strides ?? poolSize),
        padding: paddingOf(config.padding),
      });
    },
  };
}

function globalPool(make: (config: { name: string }) => tfl.layers.Layer): Codec {
  return {
    write: () => ({ data_format: 'channels_last', keepdims: false }),
    read: (config, common) => {
      requireChannelsLast(config);
      if (config.keepdims === true) throw unsupported('a global pool without keepdims', true);
      return make(common);
    },
  };
}

function plain(make: (config: { name: string }) => tfl.layers.Layer): Codec {
  return { write: () => ({}), read: (_config, common) => make(common) };
}

const CODECS: Record<string, Codec> = {
  Activation: {
    write: (config) => ({ activation: writeActivation(config.activation) }),
    read: (config, common) =>
      tfl.layers.activation({ ...common, activation: readActivation(config.activation) }),
  },
  AdaptiveAveragePooling2D: {
    write: (config) => ({ output_size: config.outputSize, data_format: 'channels_last' }),
    read: (config, common) =>
      new AdaptiveAveragePooling2D({ ...common, outputSize: pairOf(config.output_size) }),
  },
  Add: plain(tfl.layers.add),
  Average: plain(tfl.layers.average),
  AveragePooling2D: pool(tfl.layers.averagePooling2d),
  BatchNormalization: {
    write: (config) => ({
      axis: config.axis ?? -1,
      momentum: config.momentum,
      epsilon: config.epsilon,
      center: config.center ?? true,
      scale: config.scale ?? true,
    }),
    read: (config, common) => {
      const axis = Array.isArray(config.axis) ? Number(config.axis[0]) : Number(config.axis ?? -1);
      return tfl.layers.batchNormalization({
        ...common,
        axis,
        momentum: Number(config.momentum),
        epsilon: Number(config.epsilon),
      });
    },
  },
  Concatenate: {
    write: (config) => ({ axis: config.axis ?? -1 }),
    read: (config, common) => tfl.layers.concatenate({ ...common, axis: Number(config.axis ?? -1) }),
  },
  Conv2D: {
    write: (config) => ({
      ...convolution.write(config),
      filters: config.filters,
      groups: 1,
      kernel_regularizer: writeRegularizer(config.kernelRegularizer),
    }),
    read: (config, common) => {
      if ((config.groups ?? 1) !== 1) throw unsupported('a convolution of one group', config.groups);
      const kernelRegularizer = readRegularizer(config.kernel_regularizer);
      const options = {
        ...common,
        ...convolution.read(config),
        filters: Number(config.filters),
        kernelRegularizer,
      };
      return tfl.layers.conv2d({ ...options, kernelInitializer: 'zeros' });
    },
  },
  Dense: {
    write: (config) => ({
      units: config.units,
      activation: writeActivation(config.activation),
      use_bias: config.useBias,
      kernel_regularizer: writeRegularizer(config.kernelRegularizer),
      bias_regularizer: writeRegularizer(config.biasRegularizer),
    }),
    read: (config, common) =>
      tfl.layers.dense({
        ...common,
        units: Number(config.units),
        activation: readActivation(config.activation),
        useBias: config.use_bias !== false,
        kernelRegularizer: readRegularizer(config.kernel_regularizer),
        biasRegularizer: readRegularizer(config.bias_regularizer),
        kernelInitializer: 'zeros',
      }),
  },
  DepthwiseConv2D: {
    write: (config) => ({ ...convolution.write(config), depth_multiplier: config.depthMultiplier ?? 1 }),
    read: (config, common) => {
      const depthMultiplier = Number(config.depth_multiplier ?? 1);
      return tfl.layers.depthwiseConv2d({ ...common, ...convolution.read(config), depthMultiplier });
    },
  },
  Dropout: {
    write: (config) => ({ rate: config.rate, seed: null, noise_shape: null }),
    read: (config, common) => tfl.layers.dropout({ ...common, rate: Number(config.rate) }),
  },
  ELU: {
    write: (config) => ({ alpha: config.alpha }),
    read: (config, common) => tfl.layers.elu({ ...common, alpha: Number(config.alpha ?? 1) }),
  },
  Flatten: {
    write: () => ({ data_format: 'channels_last' }),
    read: (config, common) => {
      requireChannelsLast(config);
      return tfl.layers.flatten(common);
    },
  },
  GlobalAveragePooling2D: globalPool((config) => tfl.layers.globalAveragePooling2d(config)),
  GlobalMaxPooling2D: globalPool((config) => tfl.layers.globalMaxPooling2d(config)),
  LeakyReLU: {
    write: (config) => ({ negative_slope: config.alpha }),
    // Keras 2 calls it alpha.
    read: (config, common) =>
      tfl.layers.leakyReLU({ ...common, alpha: Number(config.negative_slope ?? config.alpha ?? 0.3) }),
  },
  MaxPooling2D: pool(tfl.layers.maxPooling2d),
  Maximum: plain(tfl.layers.maximum),
  Minimum: plain(tfl.layers.minimum),
  Multiply: plain(tfl.layers.multiply),
  Permute: {
    write: (config) => ({ dims: config.dims }),
    read: (config, common) => tfl.layers.permute({ ...common, dims: (config.dims as unknown[]).map(Number) }),
  },
  Rescaling: {
    write: (config) => ({ scale: config.scale, offset: config.offset ?? 0 }),
    read: (config, { name }) => {
      const [scale, offset] = [config.scale, config.offset ?? 0];
      if (typeof scale !== 'number' || typeof offset !== 'number')
        throw unsupported('a rescaling by two numbers', [scale, offset]);
      return tfl.layers.rescaling({ name, scale, offset });
    },
  },
  ReLU: {
    write: (config) => ({ max_value: config.maxValue ?? null, negative_slope: 0, threshold: 0 }),
    read: (config, common) => {
      if (config.negative_slope || config.threshold)
        throw unsupported('a ReLU without slope and threshold', config.name);
      const limit = config.max_value ?? undefined;
      return tfl.layers.reLU({ ...common, maxValue: limit === undefined ? undefined : Number(limit) });
    },
  },
  Reshape: {
    write: (config) => ({ target_shape: config.targetShape }),
    read: (config, common) =>
      tfl.layers.reshape({ ...common, targetShape: (config.target_shape as unknown[]).map(Number) }),
  },
  Softmax: plain((common) => tfl.layers.softmax(common)),
  ZeroPadding2D: {
    write: (config) => ({ padding: config.padding, data_format: 'channels_last' }),
    read: (config, common) => {
      requireChannelsLast(config);
      const sides = Array.isArray(config.padding) ? config.padding : [config.padding, config.padding];
      return tfl.layers.zeroPadding2d({ ...common, padding: [pairOf(sides[0]), pairOf(sides[1])] });
    },
  },
};

function codecOf(className: string, layer: string): Codec {
  if (Object.hasOwn(CODECS, className)) return CODECS[className];
  throw new FormatError(
    'UNSUPPORTED',
    `keras(${show(layer)}): expected a layer of ${Object.keys(CODECS).join(', ')}, got ${show(className)}. Replace the layer.`,
  );
}

/** Keras's settings of a layer. */
export function writeLayerConfig(layer: tfl.layers.Layer): Config {
  const config = layer.getConfig() as Config;
  if (config.dataFormat === 'channelsFirst') throw unsupported('channels last', layer.name);
  const codec = codecOf(layer.getClassName(), layer.name);
  return { name: layer.name, trainable: layer.trainable, dtype: 'float32', ...codec.write(config) };
}

/** A layer from Keras's settings. */
export function readLayerConfig(className: string, config: Config): tfl.layers.Layer {
  const name = String(config.name);
  return codecOf(className, name).read(config, { name, trainable: config.trainable !== false });
}
