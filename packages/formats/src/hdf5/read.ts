import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { countOf, DTYPE_BYTES, type Dtype, type FileTensor } from '../tensors';

/*
 * HDF5 files as h5py and Keras write them by default; what they do not use is refused by name.
 * @see HDF5 File Format Specification 3.0
 */

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_OBJECTS = 100_000;
const MAX_DEPTH = 64;
const MAX_MESSAGES = 10_000;
const MAX_RANK = 32;

/** Type of the messages that hold attributes. */
const ATTRIBUTE = 12;
/** Classes of types. */
const FIXED_TEXT = 3;
const ANY_LENGTH = 9;

/** Whether a file begins as HDF5 files do. */
export function isHdf5(file: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => file[i] === byte);
}

/**
 * The data sets of an HDF5 file by their path (`layers/dense/vars/0`), as views of the file; texts are left out.
 *
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE`, or `UNSUPPORTED` for chunked and compressed data sets, and files of
 * the newer layout that the C library writes only when asked to.
 */
export function decodeHdf5(file: Uint8Array): Map<string, FileTensor> {
  const reader = readerOf(file);
  reader.walk(reader.root, '', 0);
  return reader.datasets;
}

/**
 * The attributes of an HDF5 file itself that are one text, by name.
 *
 * @throws {FormatError} as {@link decodeHdf5}.
 */
export function decodeHdf5Texts(file: Uint8Array): Map<string, string> {
  const reader = readerOf(file);
  return reader.texts(reader.root);
}

function readerOf(file: Uint8Array): Reader {
  if (file.length < 96 || !isHdf5(file)) {
    throw malformed(file.length < 96 ? `${file.length} bytes` : 'other first bytes', 0);
  }
  const reader = new Reader(file);
  const [version, , , , , offsetBytes, lengthBytes] = file.subarray(8);
  if (version !== 0 || offsetBytes !== 8 || lengthBytes !== 8) {
    throw new FormatError(
      'UNSUPPORTED',
      `decodeHdf5: expected superblock version 0 with 8-byte addresses, got version ${version} with ${offsetBytes} and ${lengthBytes}. Write the file with h5py's default libver.`,
    );
  }
  return reader;
}

function malformed(what: string, at: number): FormatError {
  return new FormatError(
    'MALFORMED',
    `decodeHdf5: expected an HDF5 file, got ${what} at byte ${at}. Get the file again.`,
  );
}

interface Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

class Reader {
  readonly datasets = new Map<string, FileTensor>();
  private readonly view: DataView;
  private readonly seen = new Set<number>();

  constructor(private readonly file: Uint8Array) {
    this.view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  /** Where the group is that holds everything. */
  get root(): number {
    return this.u64(64);
  }

  /** Throws unless so many bytes are there. */
  private need(at: number, bytes: number): void {
    if (!Number.isSafeInteger(at) || at < 0) throw malformed('an address beyond all files', 0);
    if (at + bytes > this.file.length) {
      throw new FormatError(
        'TRUNCATED',
        `decodeHdf5: expected ${bytes} bytes at ${at}, got a file of ${this.file.length}. Get the file again.`,
      );
    }
  }

  private u8(at: number): number {
    this.need(at, 1);
    return this.view.getUint8(at);
  }

  private u16(at: number): number {
    this.need(at, 2);
    return this.view.getUint16(at, true);
  }

  private u32(at: number): number {
    this.need(at, 4);
    return this.view.getUint32(at, true);
  }

  u64(at: number): number {
    this.need(at, 8);
    return Number(this.view.getBigUint64(at, true));
  }

  private signature(at: number, expected: string): void {
    this.need(at, 4);
    const found = String.fromCharCode(...this.file.subarray(at, at + 4));
    if (found !== expected) throw malformed(`${show(found)} for ${expected}`, at);
  }

  /** Reads the object at an address, and everything below it. */
  walk(address: number, path: string, depth: number): void {
    if (this.seen.has(address)) return;
    this.seen.add(address);
    if (depth > MAX_DEPTH || this.seen.size > MAX_OBJECTS) {
      throw new FormatError(
        'TOO_LARGE',
        `decodeHdf5(${show(path)}): expected at most ${MAX_OBJECTS} objects, ${MAX_DEPTH} deep, got more. Get the file again.`,
      );
    }
    const messages = this.messages(address);
    const table = messages.find(({ type }) => type === 17);
    if (table) this.group(this.u64(table.at), this.u64(table.at + 8), path, depth);
    else if (messages.some(({ type }) => type === 8)) this.dataset(messages, path);
    else if (messages.some(({ type }) => type === 2 || type === 6))
      throw unsupported(path, 'a group of the newer layout');
  }

  private messages(address: number): Message[] {
    if (this.u8(address) !== 1) throw unsupported(`at ${address}`, 'an object header of the newer layout');
    const count = this.u16(address + 2);
    if (count > MAX_MESSAGES) throw malformed(`${count} messages`, address);
    const found: Message[] = [];
    const blocks = [{ at: address + 16, end: address + 16 + this.u32(address + 8) }];
    for (let i = 0; i < blocks.length && blocks.length <= count + 1; i++) {
      let { at } = blocks[i];
      const { end } = blocks[i];
      while (at + 8 <= end && found.length < count) {
        const message = { type: this.u16(at), size: this.u16(at + 2), at: at + 8 };
        this.need(message.at, message.size);
        found.push(message);
        if (message.type === 16) {
          const start = this.u64(message.at);
          blocks.push({ at: start, end: start + this.u64(message.at + 8) });
        }
        at = message.at + message.size;
      }
    }
    return found;
  }

  /** Attributes of an object that are one text. */
  texts(address: number): Map<string, string> {
    const found = new Map<string, string>();
    for (const { type, at } of this.messages(address)) {
      if (type !== ATTRIBUTE) continue;
      const [version, nameSize, typeSize, spaceSize] = [
        this.u8(at),
        this.u16(at + 2),
        this.u16(at + 4),
        this.u16(at + 6),
      ];
      // Version 1 fills each part up to a multiple of eight; version 3 says how the name is coded.
      const filled = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
      const start = at + (version === 3 ? 9 : 8);
      const typeAt = start + filled(nameSize);
      const spaceAt = typeAt + filled(typeSize);
      const valueAt = spaceAt + filled(spaceSize);
      const rank = this.u8(spaceAt + 1);
      if (rank !== 0) continue;
      const text = this.textOf(typeAt, valueAt);
      if (text !== undefined) found.set(this.characters(start, nameSize), text);
    }
    return found;
  }

  /** A text of fixed or of any length; undefined for a value that is none. */
  private textOf(typeAt: number, at: number): string | undefined {
    const kind = this.u8(typeAt) & 15;
    if (kind === FIXED_TEXT) return this.characters(at, this.u32(typeAt + 4));
    if (kind !== ANY_LENGTH || (this.u8(typeAt + 1) & 15) !== 1) return undefined;
    return this.characters(...this.heapObject(this.u64(at + 4), this.u32(at + 12)));
  }

  /** Text up to the first zero. */
  private characters(at: number, size: number): string {
    this.need(at, size);
    const bytes = this.file.subarray(at, at + size);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** Place and size of an object in a global heap. */
  private heapObject(heap: number, index: number): [at: number, size: number] {
    this.signature(heap, 'GCOL');
    const end = heap + this.u64(heap + 8);
    for (let at = heap + 16; at + 16 <= end;) {
      const [found, size] = [this.u16(at), this.u64(at + 8)];
      if (found === index) return [at + 16, size];
      if (found === 0) break;
      at += 16 + Math.ceil(size / 8) * 8;
    }
    throw malformed(`no object ${index} in its heap`, heap);
  }

  private group(tree: number, heap: number, path: string, depth: number): void {
    this.signature(heap, 'HEAP');
    const [size, names] = [this.u64(heap + 8), this.u64(heap + 24)];
    this.need(names, size);
    const leaves = this.leaves(tree, 0);
    for (const leaf of leaves) {
      this.signature(leaf, 'SNOD');
      const count = this.u16(leaf + 6);
      for (let i = 0; i < count; i++) {
        const entry = leaf + 8 + i * 40;
        const start = this.u64(entry);
        if (start >= size) throw malformed('a name beyond its heap', entry);
        const end = this.file.subarray(names, names + size).indexOf(0, start);
        if (end < 0) throw malformed('a name without an end', names + start);
        const name = new TextDecoder().decode(this.file.subarray(names + start, names + end));
        if (this.u32(entry + 16) === 2) continue; // a soft link: leads to what is read by another path
        this.walk(this.u64(entry + 8), path === '' ? name : `${path}/${name}`, depth + 1);
      }
    }
  }

  private leaves(tree: number, depth: number): number[] {
    this.signature(tree, 'TREE');
    if (depth > 8 || this.u8(tree + 4) !== 0) throw malformed('a tree of another kind', tree);
    const [level, count] = [this.u8(tree + 5), this.u16(tree + 6)];
    const children = Array.from({ length: count }, (_, i) => this.u64(tree + 32 + i * 16));
    if (level === 0) return children;
    const below: number[] = [];
    for (const child of children) {
      below.push(...this.leaves(child, depth + 1).slice(0, MAX_OBJECTS));
      if (below.length > MAX_OBJECTS) throw malformed('a tree without end', tree);
    }
    return below;
  }

  private dataset(messages: readonly Message[], path: string): void {
    const find = (type: number): Message => {
      const message = messages.find((one) => one.type === type);
      if (message) return message;
      throw malformed(`a data set ${show(path)} without message ${type}`, 0);
    };
    const dtype = this.dtype(find(3), path);
    if (dtype === undefined) return;
    if (messages.some(({ type }) => type === 11)) throw unsupported(path, 'a compressed data set');
    const shape = this.shape(find(1));
    const bytes = countOf(shape, `decodeHdf5(${show(path)})`) * DTYPE_BYTES[dtype];
    const { at, size } = this.storage(find(8), path);
    if (bytes > 0 && size !== bytes)
      throw malformed(`${size} bytes for the shape ${show(shape)} of ${show(path)}`, at);
    if (bytes > 0) this.need(at, bytes);
    this.datasets.set(path, {
      dtype,
      shape,
      data: bytes > 0 ? this.file.subarray(at, at + bytes) : new Uint8Array(0),
    });
  }

  /** The type of a data set's numbers; undefined for what are no numbers. */
  private dtype({ at }: Message, path: string): Dtype | undefined {
    const kind = this.u8(at) & 15;
    const size = this.u32(at + 4);
    if (kind !== 0 && kind !== 1) return undefined;
    const name = kind === 1 ? `F${size * 8}` : `${(this.u8(at + 1) & 8) === 0 ? 'U' : 'I'}${size * 8}`;
    if ((this.u8(at + 1) & 1) === 1) throw unsupported(path, 'big-endian numbers');
    if (name === 'U32' || name === 'U64' || name === 'U16') return `I${size * 8}` as Dtype; // seeds and counts: never weights
    if (!Object.hasOwn(DTYPE_BYTES, name)) throw unsupported(path, `numbers of ${size} bytes`);
    return name as Dtype;
  }

  private shape({ at }: Message): number[] {
    const [version, rank] = [this.u8(at), this.u8(at + 1)];
    if (rank > MAX_RANK || (version !== 1 && version !== 2))
      throw malformed(`a data space of rank ${rank}`, at);
    const start = at + (version === 1 ? 8 : 4);
    return Array.from({ length: rank }, (_, i) => this.u64(start + i * 8));
  }

  private storage({ at }: Message, path: string): { at: number; size: number } {
    const [version, kind] = [this.u8(at), this.u8(at + 1)];
    if (version !== 3) throw unsupported(path, `storage of version ${version}`);
    if (kind === 0) return { at: at + 4, size: this.u16(at + 2) };
    if (kind === 1) return { at: this.u64(at + 2), size: this.u64(at + 10) };
    throw unsupported(path, 'a data set in chunks');
  }
}

function unsupported(path: string, what: string): FormatError {
  return new FormatError(
    'UNSUPPORTED',
    `decodeHdf5(${show(path)}): expected what h5py writes by default, got ${what}. Write the file again without it.`,
  );
}
