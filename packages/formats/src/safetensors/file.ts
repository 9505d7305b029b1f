import { isObject } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { byteLengthOf, joined, type LazyPart, type Part } from '../parts';
import { countOf, DTYPE_BYTES, type Dtype, type FileTensor } from '../tensors';

/** Largest header that is believed, as in the Rust library. */
const MAX_HEADER_BYTES = 100_000_000;

/** The contents of a safetensors file. */
export interface SafetensorsFile {
  /** By name, in the order of the data; views of the file. */
  tensors: Map<string, FileTensor>;
  /** Free text by name: the header's `__metadata__`. */
  metadata: Record<string, string>;
}

function malformed(what: string): FormatError {
  return new FormatError(
    'MALFORMED',
    `decodeSafetensors: expected a safetensors file, got ${what}. Get the file again.`,
  );
}

/**
 * Reads a safetensors file without copying its tensors.
 *
 * Checks what the Rust library checks: known types, shapes that fit their bytes, no gap, no overlap, nothing behind the end.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `UNSUPPORTED` (a number type that is not known here) or `TOO_LARGE`.
 * @see https://github.com/huggingface/safetensors#format
 */
export function decodeSafetensors(file: Uint8Array): SafetensorsFile {
  if (file.length < 8) throw truncated(8, file.length);
  const headerLength = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  if (headerLength > MAX_HEADER_BYTES) {
    throw new FormatError(
      'TOO_LARGE',
      `decodeSafetensors: expected a header of at most ${MAX_HEADER_BYTES} bytes, got ${headerLength}. Check that this is a safetensors file.`,
    );
  }
  const start = 8 + Number(headerLength);
  if (file.length < start) throw truncated(start, file.length);
  const header = parseHeader(file.subarray(8, start));
  const metadata: Record<string, string> = {};
  const found: { name: string; begin: number; end: number; tensor: FileTensor }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') found.push(tensorOf(name, value, file, start));
    else if (isObject(value)) for (const [key, text] of Object.entries(value)) metadata[key] = String(text);
    else throw malformed('metadata that is no object');
  }
  found.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const one of found) {
    if (one.begin !== end) throw malformed(`a gap or an overlap before ${show(one.name)}`);
    end = one.end;
  }
  if (start + end !== file.length)
    throw malformed(`${file.length - start - end} bytes behind the last tensor`);
  return { tensors: new Map(found.map(({ name, tensor }) => [name, tensor])), metadata };
}

function truncated(wanted: number, got: number): FormatError {
  return new FormatError(
    'TRUNCATED',
    `decodeSafetensors: expected at least ${wanted} bytes, got ${got}. Get the file again.`,
  );
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError(
      'MALFORMED',
      'decodeSafetensors: expected a JSON header, got something else. Get the file again.',
      { cause },
    );
  }
  if (!isObject(header)) throw malformed('a header that is no object');
  return header;
}

function tensorOf(name: string, value: unknown, file: Uint8Array, start: number) {
  const where = `decodeSafetensors(${show(name)})`;
  const isNumbers = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  if (
    !isObject(value) ||
    typeof value.dtype !== 'string' ||
    !isNumbers(value.shape) ||
    !isNumbers(value.data_offsets)
  ) {
    throw malformed(`an entry ${show(name)} without dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!Object.hasOwn(DTYPE_BYTES, dtype)) {
    throw new FormatError(
      'UNSUPPORTED',
      `${where}: expected a type of ${Object.keys(DTYPE_BYTES).join(', ')}, got ${show(dtype)}. Convert the tensor first.`,
    );
  }
  const [begin, end] = offsets;
  if (offsets.length !== 2 || end < begin) throw malformed(`offsets ${show(offsets)} of ${show(name)}`);
  if (countOf(shape, where) * DTYPE_BYTES[dtype as Dtype] !== end - begin) {
    throw malformed(`${end - begin} bytes for the shape ${show(shape)} of ${show(name)}`);
  }
  if (start + end > file.length) throw truncated(start + end, file.length);
  const tensor: FileTensor = {
    dtype: dtype as Dtype,
    shape,
    data: file.subarray(start + begin, start + end),
  };
  return { name, begin, end, tensor };
}

/** A tensor to be written, its data perhaps made later. */
export interface SafetensorsEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array | LazyPart;
}

/**
 * The parts of a safetensors file: the header, then the tensors in the order given.
 *
 * @throws {RangeError} if the bytes of a tensor do not fit its shape, or one is called `__metadata__`.
 */
export function safetensorsParts(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Part[] {
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', metadata]);
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const bytes = countOf(shape, `encodeSafetensors(${show(name)})`) * DTYPE_BYTES[dtype];
    if (name === '__metadata__' || data.byteLength !== bytes) {
      throw new RangeError(
        `encodeSafetensors(${show(name)}): expected another name than __metadata__ and ${bytes} bytes, got ${data.byteLength}. Check its shape.`,
      );
    }
    entries.push([name, { dtype, shape, data_offsets: [at, at + bytes] }]);
    at += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Spaces until the data begin at a multiple of 8, so that readers can view them in place.
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  const parts = [header, ...[...tensors.values()].map(({ data }) => data)];
  return byteLengthOf(parts) === header.length ? [header] : parts;
}

/**
 * A safetensors file of tensors by name.
 *
 * @throws {RangeError} if the bytes of a tensor do not fit its shape, or one is called `__metadata__`.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, FileTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  return joined(safetensorsParts(tensors, metadata) as Uint8Array[]);
}
