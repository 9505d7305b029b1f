import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, foldBatchNorm, type ConvUnit, type Inception } from '@googlenet/inception';
import { findFirstConvolution, findModules, Flow } from './graph';
import { channelOf } from './grey-map';
import { inputOf } from './inspect';
import type { MapName, MapTrace } from './protocol';

type UnitLayer = Inception | ConvBatchNorm;

/** The tensors around the convolution that makes a map. */
type Around = {
  input: tf.Tensor;
  /** In the pool branch: what the pool takes its maxima from. */
  pooled?: tf.Tensor;
  activation: tf.Tensor;
};

/**
 * What the pixels of a feature map are computed from: the activations that enter its last convolution, and the kernel of its channel
 * with the batch norm folded in.
 *
 * @param image - one picture as the network takes it
 * @throws {RangeError} if the model has no such map
 */
export async function traceMap(model: tfl.LayersModel, image: tf.Tensor, map: MapName): Promise<MapTrace> {
  const layer = layerOf(model, map.place);
  const plain = withoutBatchNorm(layer);
  const units = plain instanceof ConvBatchNorm ? plain.units : plain.unitsByBranch()[map.branch ?? 'conv1x1'];
  const around = tf.tidy(() => {
    const flow = new Flow(inputOf(model), image);
    return 'branches' in layer
      ? aroundBranch(flow, layer, units, map.branch ?? 'conv1x1')
      : {
          input: tf.clone(flow.compute(layer.input as tfl.SymbolicTensor)),
          activation: flow.compute(layer.output as tfl.SymbolicTensor),
        };
  });
  try {
    return await readTrace(map, plain, units, around);
  } finally {
    tf.dispose(Object.values(around));
    if (plain !== layer) plain.dispose();
  }
}

function layerOf(model: tfl.LayersModel, place: string): UnitLayer {
  const first = findFirstConvolution(model);
  const layer = first?.name === place ? first : findModules(model).find(({ name }) => name === place)?.layer;
  if (layer) return layer;
  throw new RangeError(
    `traceMap(${place}): expected the first convolution or a module, got none of this model. Open one of its modules.`,
  );
}

/** A layer of the same function with nothing but kernels and biases; the layer itself where it has no more. */
function withoutBatchNorm(layer: UnitLayer): UnitLayer {
  if (!layer.settings.batchNorm) return layer;
  const input = tfl.input({ batchShape: (layer.input as tfl.SymbolicTensor).shape });
  return foldBatchNorm(layer)(input).sourceLayer as UnitLayer;
}

function aroundBranch(
  flow: Flow,
  layer: Inception,
  units: readonly ConvUnit[],
  branch: NonNullable<MapName['branch']>,
): Around {
  const entering = flow.compute(layer.input as tfl.SymbolicTensor) as tf.Tensor4D;
  const activation = layer.branches(entering)[branch];
  if (branch === 'poolProj')
    return { input: tf.maxPool(entering, 3, 1, 'same'), pooled: tf.clone(entering), activation };
  const run = (x: tf.Tensor4D, { kernel, bias }: ConvUnit): tf.Tensor4D =>
    tf.fused.conv2d({
      x,
      filter: kernel.read() as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      bias: bias?.read(),
      activation: layer.settings.activation,
    });
  return { input: tf.clone(units.slice(0, -1).reduce(run, entering)), activation };
}

async function readTrace(
  map: MapName,
  plain: UnitLayer,
  units: readonly ConvUnit[],
  { input, pooled, activation }: Around,
): Promise<MapTrace> {
  const unit = units.at(-1);
  const [, height = 0, width = 0, channels = 0] = activation.shape;
  if (!(map.channel >= 0 && map.channel < channels)) {
    throw new RangeError(
      `traceMap(${map.place}): expected a channel from 0 to ${channels - 1}, got ${map.channel}. Take one of these.`,
    );
  }
  const inputShape = input.shape.slice(1) as MapTrace['inputShape'];
  const [kernelHeight, kernelWidth] = unit?.kernelSize ?? [1, 1];
  const { strides, padding } =
    plain instanceof ConvBatchNorm ? plain.geometry : { strides: 1, padding: 'same' as const };
  const before = (outputSize: number, inputSize: number, kernelSize: number) => {
    if (typeof padding === 'number') return padding;
    const missing = (outputSize - 1) * strides + kernelSize - inputSize;
    return padding === 'same' ? Math.floor(Math.max(0, missing) / 2) : 0;
  };
  const ofChannel = async (tensor: tf.Tensor) => channelOf(await tensor.data(), channels, map.channel);
  return {
    ...map,
    height,
    width,
    activation: await ofChannel(activation),
    unit: unit?.name ?? '',
    source: pooled ? 'pool' : (units.at(-2)?.name ?? ''),
    inputShape,
    input: await input.data<'float32'>(),
    ...(pooled && { pooled: await pooled.data<'float32'>() }),
    kernelShape: [kernelHeight, kernelWidth, inputShape[2]],
    // The pool of a naive module has no projection: each of its channels is one of the input's.
    kernel: unit
      ? await ofChannel(unit.kernel.read())
      : Float32Array.from({ length: inputShape[2] }, (_, i) => Number(i === map.channel)),
    bias: unit?.bias ? ((await ofChannel(unit.bias.read()))[0] ?? 0) : 0,
    strides,
    padding: [before(height, inputShape[0], kernelHeight), before(width, inputShape[1], kernelWidth)],
    relu: unit !== undefined && plain.settings.activation === 'relu',
  };
}
