import { show } from '@googlenet-tooling/shared/show';
import * as tfl from '@tensorflow/tfjs-layers';
import { toStandardLayers } from '@googlenet/inception';
import { assemble, type Part } from '../parts';
import type { Quantization } from '../quantize';
import { GraphBuilder, type Value } from './builder';
import { asHere, asThere, convertLayer, isIdentity, padsOf } from './layers';
import { onnxParts, type OnnxValue } from './schema';

/** Options of {@link writeOnnx}. */
export interface OnnxWriteOptions {
  /** Axes of images: `NCHW`, as ONNX's own operations and most of its users have them, or `NHWC`, as here. Default `NCHW`. */
  imageLayout?: 'NCHW' | 'NHWC';
  /** Whether a model of grey images takes colour ones, red, green and blue, and mixes them (ITU-R BT.601). Default false. */
  greyFromRgb?: boolean;
  /** Whether a softmax at the end is left out, and the outputs are logits. Default false. */
  logits?: boolean;
  /** Whether outputs `aux1`, `aux2` are kept. Default false. */
  auxiliary?: boolean;
  /** `fold` makes each batch norm a part of its convolution; `keep` leaves it, for training on. Default `fold`. */
  batchNorm?: 'fold' | 'keep';
  /** Kernels in fewer bits; the runtime widens them. Default: float32. */
  quantize?: Quantization;
  /** Name of the input. Default: its layer's. */
  inputName?: string;
  /** Names of the outputs, in order. Default: their layers'. */
  outputNames?: readonly string[];
  /** Names of the classes, in order: `classes` in the metadata, as JSON. */
  classes?: readonly string[];
  /** How pixels become the input: `preprocessing` in the metadata, as JSON. */
  preprocessing?: unknown;
  /** More text for the metadata. */
  metadata?: Readonly<Record<string, string>>;
}

/** The version of ONNX's operations in the files written. */
export const ONNX_OPSET = 17;

/**
 * A model as an ONNX file, for inference: dropout is left out, and batch norm uses its moving statistics.
 *
 * The batch axis is free. Memory: the weights once more, and the file.
 * @param model - a model of this project, or any of the built-in layers that `convertLayer` lists; it is left as it was.
 * @returns the file. Input `[batch, channels, height, width]` float32 (`imageLayout`), outputs `[batch, classes]`.
 * @throws {FormatError} `UNSUPPORTED` that names the layer; `TOO_LARGE` beyond 2 GiB.
 */
export async function writeOnnx(
  model: tfl.LayersModel,
  options: OnnxWriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const standard = toStandardLayers(model);
  try {
    return await assemble(await graphParts(standard, options));
  } finally {
    standard.dispose();
  }
}

async function graphParts(model: tfl.LayersModel, options: OnnxWriteOptions): Promise<Part[]> {
  const {
    imageLayout = 'NCHW',
    logits = false,
    auxiliary = false,
    quantize,
    classes,
    preprocessing,
    metadata = {},
  } = options;
  const builder = new GraphBuilder(quantize);
  const wanted = model.outputs.filter(({ sourceLayer }) => auxiliary || !/^aux\d$/.test(sourceLayer.name));
  const { outputNames = wanted.map((output) => (logits ? logitsName(output) : output.sourceLayer.name)) } =
    options;
  if (outputNames.length !== wanted.length || new Set(outputNames).size !== wanted.length) {
    throw new RangeError(
      `writeOnnx: expected ${wanted.length} names of outputs, all different, got ${show(outputNames)}. Name each output.`,
    );
  }
  if (options.inputName !== undefined && model.inputs.length !== 1) {
    throw new RangeError(
      `writeOnnx: expected a model of one input for inputName, got ${model.inputs.length}. Leave the option out.`,
    );
  }
  const inputs: OnnxValue[] = [];
  const known = new Map<number, Value>();
  for (const input of model.inputs) {
    const name = builder.unique(options.inputName ?? input.sourceLayer.name);
    const isImage = input.shape.length === 4;
    const channelsFirst = isImage && imageLayout === 'NCHW';
    if (options.greyFromRgb && input.shape[3] === 1) {
      const shape = [...input.shape.slice(0, 3), 3];
      inputs.push({ name, shape: valueShape(shape, channelsFirst) });
      const colour = asThere(builder, { name, shape, channelsFirst });
      const mix = builder.floats('grey/kernel', Float32Array.of(0.299, 0.587, 0.114), [1, 3, 1, 1]);
      const grey = builder.node('Conv', [colour.name, mix], {
        name: 'grey',
        attributes: { kernel_shape: [1, 1] },
      });
      known.set(input.id, { name: grey, shape: input.shape, channelsFirst: true });
      continue;
    }
    inputs.push({ name, shape: valueShape(input.shape, channelsFirst) });
    known.set(input.id, asThere(builder, { name, shape: input.shape, channelsFirst }));
  }
  const walk = new Walk(builder, options.batchNorm !== 'keep', wanted, known);
  const outputs: OnnxValue[] = [];
  for (const [i, output] of wanted.entries()) {
    let value = await walk.value(output, logits);
    if (imageLayout === 'NHWC') value = asHere(builder, value);
    const isMade = builder.nodes.some((node) => node.outputs.includes(value.name));
    const isTaken = outputs.some(({ name }) => name === value.name);
    if (!isMade || isTaken)
      value = { ...value, name: builder.node('Identity', [value.name], { name: `${value.name}/identity` }) };
    if (value.name !== outputNames[i]) builder.rename(value.name, outputNames[i]);
    outputs.push({ name: outputNames[i], shape: valueShape(value.shape, value.channelsFirst) });
  }
  return onnxParts({
    opset: ONNX_OPSET,
    producer: '@googlenet/formats',
    graphName: model.name,
    inputs,
    outputs,
    nodes: builder.nodes,
    initializers: builder.initializers,
    metadata: {
      ...(classes ? { classes: JSON.stringify(classes) } : {}),
      ...(preprocessing === undefined ? {} : { preprocessing: JSON.stringify(preprocessing) }),
      ...metadata,
    },
  });
}

function logitsName(output: tfl.SymbolicTensor): string {
  return isSoftmax(output.sourceLayer) && output.inputs.length === 1
    ? output.inputs[0].sourceLayer.name
    : output.sourceLayer.name;
}

function isSoftmax(layer: tfl.layers.Layer): boolean {
  return (
    layer.getClassName() === 'Softmax' ||
    (layer.getClassName() === 'Activation' && layer.getConfig().activation === 'softmax')
  );
}

function valueShape(shape: readonly (number | null)[], channelsFirst: boolean): (number | string | null)[] {
  const sizes = shape.slice(1);
  return ['batch', ...(channelsFirst ? [sizes[2], sizes[0], sizes[1]] : sizes)];
}

/** Converts what the outputs need, each tensor once. */
class Walk {
  private readonly uses = new Map<number, number>();

  constructor(
    private readonly builder: GraphBuilder,
    private readonly folds: boolean,
    outputs: readonly tfl.SymbolicTensor[],
    private readonly known: Map<number, Value>,
  ) {
    const seen = new Set<number>();
    const count = (tensor: tfl.SymbolicTensor) => {
      this.uses.set(tensor.id, (this.uses.get(tensor.id) ?? 0) + 1);
      if (seen.has(tensor.id)) return;
      seen.add(tensor.id);
      tensor.inputs.forEach(count);
    };
    outputs.forEach(count);
  }

  async value(tensor: tfl.SymbolicTensor, withoutSoftmax = false): Promise<Value> {
    const known = this.known.get(tensor.id);
    if (known) return known;
    const value = await this.convert(tensor, withoutSoftmax);
    this.known.set(tensor.id, value);
    return value;
  }

  private async convert(tensor: tfl.SymbolicTensor, withoutSoftmax: boolean): Promise<Value> {
    const layer = tensor.sourceLayer;
    if (isIdentity(layer) || (withoutSoftmax && isSoftmax(layer))) return this.value(tensor.inputs[0]);
    if (layer instanceof tfl.LayersModel) return this.nested(layer, tensor);
    if (layer.getClassName() === 'BatchNormalization' && this.folds) {
      const [convolution] = tensor.inputs;
      if (this.takesNorm(convolution)) return this.layer(convolution, { fold: layer });
    }
    return this.layer(tensor, { withoutSoftmax });
  }

  private async layer(
    tensor: tfl.SymbolicTensor,
    options: { fold?: tfl.layers.Layer; withoutSoftmax?: boolean },
  ): Promise<Value> {
    const layer = tensor.sourceLayer;
    const config = layer.getConfig();
    let sources = tensor.inputs;
    let pads: number[] | undefined;
    const [first] = sources;
    // A convolution can add the zeros itself; a pool cannot, since its padding is "no value".
    const isPadded = first.sourceLayer.getClassName() === 'ZeroPadding2D' && this.uses.get(first.id) === 1;
    if (/Conv2D$/.test(layer.getClassName()) && config.padding === 'valid' && isPadded) {
      pads = padsOf(first.sourceLayer.getConfig());
      sources = first.inputs;
    }
    const inputs: Value[] = [];
    for (const source of sources) inputs.push(await this.value(source));
    return convertLayer({
      builder: this.builder,
      layer,
      config,
      inputs,
      shape: tensor.shape,
      pads,
      ...options,
    });
  }

  /** Whether a batch norm can be folded into the layer that makes this tensor: it is linear, and nobody else uses it. */
  private takesNorm(tensor: tfl.SymbolicTensor): boolean {
    const layer = tensor.sourceLayer;
    const { activation = 'linear' } = layer.getConfig();
    return (
      /^(Conv2D|DepthwiseConv2D|Dense)$/.test(layer.getClassName()) &&
      activation === 'linear' &&
      this.uses.get(tensor.id) === 1
    );
  }

  private async nested(model: tfl.LayersModel, tensor: tfl.SymbolicTensor): Promise<Value> {
    const inner = new Map<number, Value>();
    for (const [i, input] of model.inputs.entries()) inner.set(input.id, await this.value(tensor.inputs[i]));
    const output = model.outputs[tensor.outputTensorIndex ?? 0];
    return new Walk(this.builder, this.folds, [output], inner).value(output);
  }
}
