import { FormatError } from '../errors';
import { byteLengthOf, type Part } from '../parts';
import {
  bytesField,
  floatField,
  integerField,
  readFloat,
  readFloatBytes,
  readInteger,
  readIntegers,
  readMessage,
  readNested,
  readString,
  type Field,
} from '../protobuf';
import { toFloat32, type FileTensor } from '../tensors';
import {
  dataType,
  readPair,
  readTensor,
  tensorParts,
  type ExternalData,
  type OnnxInitializer,
} from './tensor-proto';

/*
 * The messages of onnx.proto3 that a network needs, with their field numbers.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

/** Value of a node's attribute. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | FileTensor;

/** One operation. */
export interface OnnxNode {
  readonly opType: string;
  /** Whose operation it is; missing for ONNX's own. */
  readonly domain?: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers as numbers, floats as `{ float }`, lists of integers as arrays, of floats as `{ floats }`. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of the graph. A size that is not fixed is its name, or `null`. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string | null)[];
}

/** What an ONNX file holds. */
export interface OnnxFile {
  readonly opset: number;
  readonly producer: string;
  readonly graphName: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  /** Weights by name; views of the file. */
  readonly initializers: Map<string, FileTensor>;
  /** `metadata_props`. */
  readonly metadata: Record<string, string>;
}

/** What {@link onnxParts} writes. */
export interface OnnxContents extends Omit<OnnxFile, 'initializers'> {
  readonly initializers: readonly OnnxInitializer[];
}

/** Floats of one attribute that are believed: weights lie in tensors. */
const MAX_FLOAT_BYTES = 2 ** 18;

/** IR version 8 belongs to opset 17 (ONNX 1.12, June 2022): old enough for every current runtime. */
const IR_VERSION = 8;

/** The parts of an ONNX file. */
export function onnxParts(contents: OnnxContents): Part[] {
  const { graphName, nodes, initializers, inputs, outputs, metadata } = contents;
  const graph = [
    ...nodes.flatMap((node) => bytesField(1, nodeParts(node))),
    ...bytesField(2, graphName),
    ...initializers.flatMap((tensor) => bytesField(5, tensorParts(tensor))),
    ...inputs.flatMap((value) => bytesField(11, valueParts(value))),
    ...outputs.flatMap((value) => bytesField(12, valueParts(value))),
  ];
  if (byteLengthOf(graph) > 2 ** 31 - 2 ** 20) {
    throw new FormatError(
      'TOO_LARGE',
      `writeOnnx: expected less than 2 GiB, got ${byteLengthOf(graph)} bytes. A protobuf file cannot be larger; write a smaller model.`,
    );
  }
  const pair = (key: string, value: string) => [...bytesField(1, key), ...bytesField(2, value)];
  return [
    ...integerField(1, IR_VERSION),
    ...bytesField(2, contents.producer),
    ...bytesField(7, graph),
    ...bytesField(8, [...bytesField(1, ''), ...integerField(2, contents.opset)]),
    ...Object.entries(metadata).flatMap(([key, value]) => bytesField(14, pair(key, value))),
  ];
}

function nodeParts({ opType, domain, name, inputs, outputs, attributes }: OnnxNode): Part[] {
  return [
    ...inputs.flatMap((input) => bytesField(1, input)),
    ...outputs.flatMap((output) => bytesField(2, output)),
    ...bytesField(3, name),
    ...bytesField(4, opType),
    ...Object.entries(attributes).flatMap(([key, value]) => bytesField(5, attributeParts(key, value))),
    ...(domain === undefined ? [] : bytesField(7, domain)),
  ];
}

function attributeParts(name: string, value: OnnxAttribute): Part[] {
  const typed = (type: number, field: Part[]) => [
    ...bytesField(1, name),
    ...field,
    ...integerField(20, type),
  ];
  if (typeof value === 'number') return typed(2, integerField(3, value));
  if (typeof value === 'string') return typed(3, bytesField(4, value));
  if ('float' in value) return typed(1, floatField(2, value.float));
  if ('floats' in value)
    return typed(
      6,
      value.floats.flatMap((item) => floatField(7, item)),
    );
  if ('dtype' in value) return typed(4, bytesField(5, tensorParts({ name: '', ...value })));
  return typed(
    7,
    value.flatMap((item) => integerField(8, item)),
  );
}

function valueParts({ name, shape }: OnnxValue): Part[] {
  const dimensions = shape.flatMap((size) =>
    bytesField(
      1,
      typeof size === 'number' ? integerField(1, size) : size === null ? [] : bytesField(2, size),
    ),
  );
  const tensor = [...integerField(1, dataType('F32')), ...bytesField(2, dimensions)];
  return [...bytesField(1, name), ...bytesField(2, bytesField(1, tensor))];
}

/** Options of {@link decodeOnnx}. */
export interface OnnxDecodeOptions {
  /** Files beside the ONNX file that hold its weights, by the path that it gives them. */
  externalData?: ExternalData;
}

/**
 * Reads an ONNX file: its graph, its weights as views of the file, its metadata.
 *
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE`, or `UNSUPPORTED` for weights in other files that are not handed over, and number
 * types that are not known here.
 */
export function decodeOnnx(file: Uint8Array, options: OnnxDecodeOptions = {}): OnnxFile {
  let opset = 0;
  let producer = '';
  let graph: Field | undefined;
  const metadata: Record<string, string> = {};
  for (const field of readMessage(file)) {
    if (field.number === 2) producer = readString(field);
    else if (field.number === 7) graph = field;
    else if (field.number === 8) {
      const { domain, version } = readOpset(field);
      if (domain === '' || domain === 'ai.onnx') opset = version;
    } else if (field.number === 14) {
      const [key, value] = readPair(field);
      metadata[key] = value;
    }
  }
  if (graph === undefined) {
    throw new FormatError(
      'MALFORMED',
      'decodeOnnx: expected an ONNX model, got a message without a graph. Check that this is an ONNX file.',
    );
  }
  return { opset, producer, metadata, ...readGraph(graph, options.externalData ?? new Map()) };
}

function readOpset(field: Field): { domain: string; version: number } {
  const result = { domain: '', version: 0 };
  for (const part of readNested(field)) {
    if (part.number === 1) result.domain = readString(part);
    if (part.number === 2) result.version = readInteger(part);
  }
  return result;
}

function readGraph(field: Field, external: ExternalData) {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers = new Map<string, FileTensor>();
  let graphName = '';
  for (const part of readNested(field)) {
    if (part.number === 1) nodes.push(readNode(part, external));
    else if (part.number === 2) graphName = readString(part);
    else if (part.number === 5) {
      const { name, tensor } = readTensor(part, external);
      initializers.set(name, tensor);
    } else if (part.number === 15) {
      throw new FormatError(
        'UNSUPPORTED',
        'decodeOnnx: expected dense weights, got sparse ones. Save the model with dense weights.',
      );
    } else if (part.number === 11) inputs.push(readValue(part));
    else if (part.number === 12) outputs.push(readValue(part));
  }
  // Files before IR version 4 list the weights among the inputs.
  return {
    nodes,
    graphName,
    initializers,
    outputs,
    inputs: inputs.filter(({ name }) => !initializers.has(name)),
  };
}

function readNode(field: Field, external: ExternalData): OnnxNode {
  let domain = '';
  const node = {
    opType: '',
    name: '',
    inputs: [] as string[],
    outputs: [] as string[],
    attributes: {} as Record<string, OnnxAttribute>,
  };
  for (const part of readNested(field)) {
    if (part.number === 1) node.inputs.push(readString(part));
    else if (part.number === 2) node.outputs.push(readString(part));
    else if (part.number === 3) node.name = readString(part);
    else if (part.number === 4) node.opType = readString(part);
    else if (part.number === 5) Object.assign(node.attributes, readAttribute(part, external));
    else if (part.number === 7) domain = readString(part);
  }
  return domain === '' || domain === 'ai.onnx' ? node : { ...node, domain };
}

/** What a missing value is by the attribute's type, since proto3 does not write zeros. */
const ZEROS: Partial<Record<number, OnnxAttribute>> = { 1: { float: 0 }, 2: 0, 3: '', 6: { floats: [] } };

function readAttribute(field: Field, external: ExternalData): Record<string, OnnxAttribute> {
  let name = '';
  let type = 0;
  let value: OnnxAttribute | undefined;
  const integers: number[] = [];
  const floats: number[] = [];
  for (const part of readNested(field)) {
    if (part.number === 1) name = readString(part);
    else if (part.number === 2) value = { float: readFloat(part) };
    else if (part.number === 3) value = readInteger(part);
    else if (part.number === 4) value = readString(part);
    else if (part.number === 5) value = readTensor(part, external).tensor;
    else if (part.number === 7) floats.push(...numbersOf(readFloatBytes(part)));
    else if (part.number === 8) integers.push(...readIntegers(part));
    else if (part.number === 20) type = readInteger(part);
  }
  if (floats.length > 0) value = { floats };
  return { [name]: value ?? (integers.length > 0 ? integers : (ZEROS[type] ?? integers)) };
}

/** The numbers of one field of floats, of which an attribute has few. */
function numbersOf(data: Uint8Array): Float32Array {
  if (data.length > MAX_FLOAT_BYTES) {
    throw new FormatError(
      'TOO_LARGE',
      `decodeOnnx: expected at most ${MAX_FLOAT_BYTES} bytes of floats in an attribute, got ${data.length}. Get the file again.`,
    );
  }
  return toFloat32({ dtype: 'F32', shape: [data.length / 4], data });
}

function readValue(field: Field): OnnxValue {
  let name = '';
  const shape: (number | string | null)[] = [];
  for (const part of readNested(field)) {
    if (part.number === 1) name = readString(part);
    if (part.number !== 2) continue;
    for (const type of readNested(part)) {
      if (type.number !== 1) continue;
      for (const tensor of readNested(type)) {
        if (tensor.number !== 2) continue;
        for (const dimension of readNested(tensor)) shape.push(readDimension(dimension));
      }
    }
  }
  return { name, shape };
}

function readDimension(field: Field): number | string | null {
  for (const part of readNested(field)) {
    if (part.number === 1) return readInteger(part);
    if (part.number === 2) return readString(part);
  }
  return null;
}
