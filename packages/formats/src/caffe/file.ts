import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { joinedView } from '../parts';
import {
  readBytes,
  readInteger,
  readIntegers,
  readNested,
  readString,
  readMessage,
  type Field,
} from '../protobuf';
import { countOf, type FileTensor } from '../tensors';

/** A layer of a Caffe network that has weights. */
export interface CaffeLayer {
  readonly name: string;
  /** `Convolution`, `InnerProduct`, ...; the number of the type in files of the old form. */
  readonly type: string;
  /** Usually the kernel and the bias. Kernels are `[out, in, height, width]`, dense ones `[out, in]` (in old files with two axes of 1 before). */
  readonly blobs: readonly FileTensor[];
}

/** What is read of a `.caffemodel` file. */
export interface CaffeFile {
  /** The network's own name. */
  readonly name: string;
  /** Whether layers lie in field 2 (`layers`, before 2014-10) or in field 100 (`layer`). */
  readonly form: 'layers' | 'layer';
  /** The layers that have weights, by name. */
  readonly layers: ReadonlyMap<string, CaffeLayer>;
}

const WHERE = 'decodeCaffeModel';

/** Field numbers of a layer in the two forms. @see caffe.proto, V1LayerParameter and LayerParameter */
const FORMS = {
  layers: { field: 2, name: 4, type: 5, blobs: 6 },
  layer: { field: 100, name: 1, type: 2, blobs: 7 },
} as const;

const malformed = (what: string) =>
  new FormatError('MALFORMED', `${WHERE}: expected a .caffemodel file, got ${what}. Get the file again.`);

/**
 * The weights of a Caffe network, in either form of the file.
 *
 * Nothing is copied (weights are views of `file`) and nothing is allocated by what the file claims.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE` or `UNSUPPORTED`.
 * @see https://github.com/BVLC/caffe, src/caffe/proto/caffe.proto: NetParameter, V1LayerParameter, LayerParameter, BlobProto
 */
export function decodeCaffeModel(file: Uint8Array): CaffeFile {
  const layers = new Map<string, CaffeLayer>();
  let name = '';
  let form: CaffeFile['form'] = 'layer';
  let seen = 0;
  for (const field of readMessage(file)) {
    if (field.number === 1 && field.wireType === 2) name = readString(field);
    for (const [key, numbers] of Object.entries(FORMS)) {
      if (field.number !== numbers.field) continue;
      seen++;
      form = key as CaffeFile['form'];
      const layer = readLayer(field, numbers);
      if (layer.blobs.length === 0) continue;
      if (layers.has(layer.name)) throw malformed(`two layers with weights named ${show(layer.name)}`);
      layers.set(layer.name, layer);
    }
  }
  if (seen === 0) throw malformed('a message without layers');
  return { name, form, layers };
}

function readLayer(field: Field, numbers: (typeof FORMS)[CaffeFile['form']]): CaffeLayer {
  let [name, type] = ['', ''];
  const blobs: FileTensor[] = [];
  for (const inner of readNested(field)) {
    if (inner.number === numbers.name) name = readString(inner);
    else if (inner.number === numbers.type)
      type = inner.wireType === 0 ? String(readInteger(inner)) : readString(inner);
    else if (inner.number === numbers.blobs) blobs.push(readBlob(inner, `layer ${show(name)}`));
    else if (inner.number === 1 && numbers === FORMS.layers) {
      throw new FormatError(
        'UNSUPPORTED',
        `${WHERE}: expected layers of 2014 or later, got a V0 layer. Convert it with Caffe's upgrade_net_proto_binary.`,
      );
    }
  }
  if (blobs.length > 0 && name === '') throw malformed('a layer with weights and no name');
  return { name, type, blobs };
}

function readBlob(field: Field, where: string): FileTensor {
  const legacy: (number | undefined)[] = [];
  let shape: number[] | undefined;
  const floats: Uint8Array[] = [];
  const doubles: Uint8Array[] = [];
  for (const inner of readNested(field)) {
    if (inner.number >= 1 && inner.number <= 4) legacy[inner.number - 1] = readInteger(inner);
    else if (inner.number === 5) floats.push(numbersOf(inner, 4, where));
    else if (inner.number === 8) doubles.push(numbersOf(inner, 8, where));
    else if (inner.number === 7) {
      shape = [];
      for (const dim of readNested(inner)) if (dim.number === 1) shape.push(...readIntegers(dim));
      if (shape.length > 32) throw malformed(`${shape.length} axes in ${where}`);
    }
  }
  shape ??= Array.from(legacy, (size) => size ?? 1);
  if (floats.length > 0 && doubles.length > 0) throw malformed(`both floats and doubles in ${where}`);
  const isDouble = doubles.length > 0;
  const data = joinedView(isDouble ? doubles : floats);
  const count = countOf(shape, `${WHERE}(${where})`);
  const held = data.length / (isDouble ? 8 : 4);
  if (count !== held) throw malformed(`${held} numbers for the shape [${shape.join(', ')}] in ${where}`);
  return { dtype: isDouble ? 'F64' : 'F32', shape, data };
}

/** The bytes of one occurrence of a repeated number, packed or not. */
function numbersOf(field: Field, bytes: 4 | 8, where: string): Uint8Array {
  if (field.wireType === (bytes === 4 ? 5 : 1)) return field.bytes;
  const data = readBytes(field);
  if (data.length % bytes !== 0) throw malformed(`${data.length} bytes of packed numbers in ${where}`);
  return data;
}
