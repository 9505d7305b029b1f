import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { byteLengthOf, type Part } from '../parts';
import {
  bytesField,
  floatField,
  integerField,
  integersField,
  readBytes,
  readFloat,
  readFloatBytes,
  readInteger,
  readIntegers,
  readMessage,
  readNested,
  readString,
  type Field,
} from '../protobuf';
import { countOf, DTYPE_BYTES, type Dtype, type FileTensor } from '../tensors';

/*
 * The messages of onnx.proto3 that a network needs, with their field numbers.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

/** Numbers of `TensorProto.DataType`. */
const DATA_TYPES: Partial<Record<number, Dtype>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
};

function dataType(dtype: Dtype): number {
  return Number(Object.keys(DATA_TYPES).find((key) => DATA_TYPES[Number(key)] === dtype));
}

/** Value of a node's attribute. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number } | FileTensor;

/** One operation. */
export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers as numbers, floats as `{ float }`, lists of integers as arrays. */
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

/** An initializer whose data may be made later. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Part;
}

/** What {@link onnxParts} writes. */
export interface OnnxContents extends Omit<OnnxFile, 'initializers'> {
  readonly initializers: readonly OnnxInitializer[];
}

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

function nodeParts({ opType, name, inputs, outputs, attributes }: OnnxNode): Part[] {
  return [
    ...inputs.flatMap((input) => bytesField(1, input)),
    ...outputs.flatMap((output) => bytesField(2, output)),
    ...bytesField(3, name),
    ...bytesField(4, opType),
    ...Object.entries(attributes).flatMap(([key, value]) => bytesField(5, attributeParts(key, value))),
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
  if ('dtype' in value) return typed(4, bytesField(5, tensorParts({ name: '', ...value })));
  return typed(
    7,
    value.flatMap((item) => integerField(8, item)),
  );
}

function tensorParts({ name, dtype, shape, data }: OnnxInitializer): Part[] {
  return [
    ...(shape.length > 0 ? integersField(1, shape) : []),
    ...integerField(2, dataType(dtype)),
    ...bytesField(8, name),
    ...bytesField(9, [data]),
  ];
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

/**
 * Reads an ONNX file: its graph, its weights as views of the file, its metadata.
 *
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE`, or `UNSUPPORTED` for weights in other files and number types
 * that are not known here.
 */
export function decodeOnnx(file: Uint8Array): OnnxFile {
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
  return { opset, producer, metadata, ...readGraph(graph) };
}

function readOpset(field: Field): { domain: string; version: number } {
  const result = { domain: '', version: 0 };
  for (const part of readNested(field)) {
    if (part.number === 1) result.domain = readString(part);
    if (part.number === 2) result.version = readInteger(part);
  }
  return result;
}

function readPair(field: Field): [string, string] {
  const pair: [string, string] = ['', ''];
  for (const part of readNested(field)) if (part.number <= 2) pair[part.number - 1] = readString(part);
  return pair;
}

function readGraph(field: Field) {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers = new Map<string, FileTensor>();
  let graphName = '';
  for (const part of readNested(field)) {
    if (part.number === 1) nodes.push(readNode(part));
    else if (part.number === 2) graphName = readString(part);
    else if (part.number === 5) {
      const { name, tensor } = readTensor(part);
      initializers.set(name, tensor);
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

function readNode(field: Field): OnnxNode {
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
    else if (part.number === 5) Object.assign(node.attributes, readAttribute(part));
  }
  return node;
}

function readAttribute(field: Field): Record<string, OnnxAttribute> {
  let name = '';
  let value: OnnxAttribute | undefined;
  const integers: number[] = [];
  for (const part of readNested(field)) {
    if (part.number === 1) name = readString(part);
    else if (part.number === 2) value = { float: readFloat(part) };
    else if (part.number === 3) value = readInteger(part);
    else if (part.number === 4) value = readString(part);
    else if (part.number === 5) value = readTensor(part).tensor;
    else if (part.number === 8) integers.push(...readIntegers(part));
  }
  return { [name]: value ?? integers };
}

function readTensor(field: Field): { name: string; tensor: FileTensor } {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let data: Uint8Array | undefined;
  const floats: Uint8Array[] = [];
  const integers: number[] = [];
  let isExternal = false;
  for (const part of readNested(field)) {
    if (part.number === 1) shape.push(...readIntegers(part));
    else if (part.number === 2) type = readInteger(part);
    else if (part.number === 4) floats.push(readFloatBytes(part));
    else if (part.number === 7) integers.push(...readIntegers(part));
    else if (part.number === 8) name = readString(part);
    else if (part.number === 9) data = readBytes(part);
    else if (part.number === 14) isExternal = readInteger(part) === 1;
  }
  const where = `decodeOnnx(${show(name)})`;
  const dtype = DATA_TYPES[type];
  if (isExternal) {
    throw new FormatError(
      'UNSUPPORTED',
      `${where}: expected weights within the file, got a reference to another file. Save the model as one file.`,
    );
  }
  if (dtype === undefined) {
    throw new FormatError(
      'UNSUPPORTED',
      `${where}: expected a number type of ${Object.values(DATA_TYPES).join(', ')}, got data type ${type}. Convert the model first.`,
    );
  }
  const bytes = countOf(shape, where) * DTYPE_BYTES[dtype];
  data ??= dtype === 'I64' ? new Uint8Array(BigInt64Array.from(integers, BigInt).buffer) : joined(floats);
  if (data.length !== bytes) {
    throw new FormatError(
      'MALFORMED',
      `${where}: expected ${bytes} bytes for the shape ${show(shape)} of ${dtype}, got ${data.length}. Get the file again.`,
    );
  }
  return { name, tensor: { dtype, shape, data } };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const result = new Uint8Array(byteLengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
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
