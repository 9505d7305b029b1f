import { FormatError } from './errors';
import { assemble, byteLengthOf, type Part } from './parts';

/*
 * Zip files as Keras and PyTorch write them: entries stored or deflated, zip64 records understood, no encryption, one disk.
 * @see PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5
 */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const MAX_ENTRIES = 65_536;
const FULL = 0xffffffff;

/** Default of {@link ZipOptions}`.maxBytes`: 2 GiB. */
export const MAX_ZIP_BYTES = 2 ** 31;

/** Limits on what a zip file may ask for. */
export interface ZipOptions {
  /** Largest size of one entry after inflating, in bytes. Default 2^31. */
  maxBytes?: number;
}

/** One file within a zip file. */
export interface ZipEntry {
  readonly name: string;
  /** Size after inflating, as the directory says, in bytes. */
  readonly size: number;
  /** The contents, checked against size and CRC-32. A stored entry is a view of the zip file. */
  read(): Promise<Uint8Array>;
}

function malformed(what: string): FormatError {
  return new FormatError('MALFORMED', `readZip: expected a zip file, got ${what}. Get the file again.`);
}

/**
 * The directory of a zip file, by name.
 *
 * @param file - the whole file.
 * @throws {FormatError} `MALFORMED`, `UNSUPPORTED` (encryption, another compression) or `TOO_LARGE`.
 */
export function readZip(file: Uint8Array, options: ZipOptions = {}): Map<string, ZipEntry> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { maxBytes = MAX_ZIP_BYTES } = options;
  const { count, start, end } = findDirectory(view);
  if (count > MAX_ENTRIES) {
    throw new FormatError(
      'TOO_LARGE',
      `readZip: expected at most ${MAX_ENTRIES} entries, got ${count}. Get the file again.`,
    );
  }
  const entries = new Map<string, ZipEntry>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw malformed('a broken directory');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    );
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > end) throw malformed('a broken directory');
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength));
    const extra = new DataView(file.buffer, file.byteOffset + at + 46 + nameLength, extraLength);
    const { size, packedSize, offset } = sizesOf(view, at, extra);
    const header = {
      name,
      size,
      packedSize,
      offset,
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      crc: view.getUint32(at + 16, true),
    };
    if (entries.has(name)) throw malformed(`two entries named ${JSON.stringify(name)}`);
    entries.set(name, { name, size, read: () => readEntry(file, header, maxBytes) });
    at = next;
  }
  return entries;
}

function findDirectory(view: DataView): { count: number; start: number; end: number } {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) !== END) continue;
    let count = view.getUint16(at + 10, true);
    let size = view.getUint32(at + 12, true);
    let start = view.getUint32(at + 16, true);
    if (count === 0xffff || size === FULL || start === FULL) {
      if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR64) {
        const record = Number(view.getBigUint64(at - 12, true));
        if (record > view.byteLength - 56 || view.getUint32(record, true) !== END64) {
          throw malformed('a broken zip64 record');
        }
        count = Number(view.getBigUint64(record + 32, true));
        size = Number(view.getBigUint64(record + 40, true));
        start = Number(view.getBigUint64(record + 48, true));
      }
    }
    if (start + size > at) throw malformed('a directory beyond the end of the file');
    return { count, start, end: start + size };
  }
  throw malformed(view.byteLength < 22 ? `${view.byteLength} bytes` : 'no directory at its end');
}

/** Sizes and place of an entry, from its zip64 field where the short ones are full. */
function sizesOf(view: DataView, at: number, extra: DataView) {
  const short = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
  if (short.includes(FULL)) {
    for (let i = 0; i + 4 <= extra.byteLength;) {
      const [id, length] = [extra.getUint16(i, true), extra.getUint16(i + 2, true)];
      if (id === 1) {
        let field = i + 4;
        for (let k = 0; k < 3; k++) {
          if (short[k] !== FULL) continue;
          if (field + 8 > Math.min(i + 4 + length, extra.byteLength)) throw malformed('a broken zip64 field');
          short[k] = Number(extra.getBigUint64(field, true));
          field += 8;
        }
      }
      i += 4 + length;
    }
  }
  const [size, packedSize, offset] = short;
  return { size, packedSize, offset };
}

interface Header {
  name: string;
  size: number;
  packedSize: number;
  offset: number;
  method: number;
  encrypted: boolean;
  crc: number;
}

async function readEntry(file: Uint8Array, header: Header, maxBytes: number): Promise<Uint8Array> {
  const { name, size, packedSize, offset, method, encrypted, crc } = header;
  const where = `readZip(${JSON.stringify(name)})`;
  if (encrypted || (method !== 0 && method !== 8)) {
    throw new FormatError(
      'UNSUPPORTED',
      `${where}: expected an entry stored or deflated, got ${encrypted ? 'an encrypted one' : `method ${method}`}. Write the file again without it.`,
    );
  }
  if (size > maxBytes) {
    throw new FormatError(
      'TOO_LARGE',
      `${where}: expected at most ${maxBytes} bytes, got ${size}. Raise the limit if you trust the file.`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (offset + 30 > file.length || view.getUint32(offset, true) !== LOCAL) throw malformed('a broken entry');
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packedSize > file.length) {
    throw new FormatError(
      'TRUNCATED',
      `${where}: expected ${packedSize} bytes, got ${Math.max(0, file.length - start)}. Get the file again.`,
    );
  }
  const packed = file.subarray(start, start + packedSize);
  if (method === 0 && packedSize !== size)
    throw malformed(`a stored entry of ${packedSize} bytes that claims ${size}`);
  const contents = method === 0 ? packed : await inflate(packed, size, where);
  if (crc32(contents) !== crc) throw malformed(`an entry ${JSON.stringify(name)} whose checksum is wrong`);
  return contents;
}

/** Inflates to exactly `size` bytes; stops at the first byte beyond. */
async function inflate(packed: Uint8Array, size: number, where: string): Promise<Uint8Array> {
  // Deflate packs at most 1032 to one: a larger claim is a lie, found before memory is taken.
  if (size > packed.length * 1032 + 1032)
    throw malformed(`a claim of ${size} bytes in ${packed.length} deflated ones`);
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const contents = new Uint8Array(size);
  let at = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > size) {
        await reader.cancel();
        throw malformed(`more than the ${size} bytes that the directory says`);
      }
      contents.set(value, at);
      at += value.length;
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(
      'MALFORMED',
      `${where}: expected deflated data, got something else. Get the file again.`,
      { cause },
    );
  }
  if (at !== size) throw malformed(`${at} bytes where the directory says ${size}`);
  return contents;
}

/** A file to be stored in a zip file. */
export interface ZipFile {
  name: string;
  parts: readonly Part[];
}

/**
 * A zip file with its entries stored, not deflated: weights do not shrink.
 *
 * Dates are fixed, so that equal contents give equal files.
 * @throws {FormatError} `TOO_LARGE` beyond 4 GiB: zip64 is read, not written.
 */
export async function writeZip(files: readonly ZipFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const names = files.map(({ name }) => new TextEncoder().encode(name));
  const sizes = files.map(({ parts }) => byteLengthOf(parts));
  const total = sizes.reduce((sum, size, i) => sum + size + 76 + 2 * names[i].length, 22);
  if (total >= FULL) {
    throw new FormatError(
      'TOO_LARGE',
      `writeZip: expected less than 4 GiB, got ${total} bytes. Use a format without a zip file.`,
    );
  }
  const parts: Part[] = [];
  const starts: number[] = [];
  let at = 0;
  files.forEach((file, i) => {
    starts.push(at);
    parts.push(localHeader(names[i], sizes[i]), ...file.parts);
    at += 30 + names[i].length + sizes[i];
  });
  const directory = at;
  parts.push(new Uint8Array(total - directory));
  const zip = await assemble(parts);
  const view = new DataView(zip.buffer);
  files.forEach((_file, i) => {
    const start = starts[i] + 30 + names[i].length;
    view.setUint32(starts[i] + 14, crc32(zip.subarray(start, start + sizes[i])), true);
    // The central header repeats the local one from its version on, with more fields behind.
    view.setUint32(at, CENTRAL, true);
    view.setUint16(at + 4, 20, true);
    zip.copyWithin(at + 6, starts[i] + 4, starts[i] + 30);
    view.setUint32(at + 42, starts[i], true);
    zip.set(names[i], at + 46);
    at += 46 + names[i].length;
  });
  view.setUint32(at, END, true);
  view.setUint16(at + 8, files.length, true);
  view.setUint16(at + 10, files.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return zip;
}

/** 1 January 1980, the first date that a zip file can say. */
const FIRST_DATE = 0x0021;
const UTF8_NAMES = 0x0800;

function localHeader(name: Uint8Array, size: number): Uint8Array {
  const header = new Uint8Array(30 + name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, LOCAL, true);
  view.setUint16(4, 20, true);
  view.setUint16(6, UTF8_NAMES, true);
  view.setUint16(12, FIRST_DATE, true);
  view.setUint32(18, size, true);
  view.setUint32(22, size, true);
  view.setUint16(26, name.length, true);
  header.set(name, 30);
  return header;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 that zip files use. */
export function crc32(bytes: Uint8Array): number {
  const table = CRC_TABLE; // a global costs a microsecond a turn in jest's sandbox
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}
