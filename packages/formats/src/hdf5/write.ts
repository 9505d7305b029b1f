import { byteLengthOf, type Part } from '../parts';
import { countOf, DTYPE_BYTES, type Dtype } from '../tensors';

/*
 * HDF5 files as the C library writes them by default: superblock 0, groups as symbol tables, contiguous data sets, no attributes.
 * @see HDF5 File Format Specification 3.0, sections II.A, III.A.1, III.B, III.C, III.D, IV.A
 */

/** Data sets and groups by name. */
export type Hdf5Group = Map<string, Hdf5Group | Hdf5Dataset>;

/** Numbers to be written, their bytes perhaps made later. */
export interface Hdf5Dataset {
  readonly dtype: Exclude<Dtype, 'BF16' | 'BOOL'>;
  readonly shape: readonly number[];
  readonly data: Part;
}

const SUPERBLOCK_BYTES = 96;
const UNDEFINED = 0xffffffffffffffffn;
/** Half the children of a node of the tree of names; the least that a file may say is what every reader expects. */
const INTERNAL_K = 16;
const MIN_LEAF_K = 4;
const ENTRY_BYTES = 40;

/** Little-endian fields, one after the other. */
class Fields {
  private readonly bytes: number[] = [];

  text(value: string): this {
    this.bytes.push(...new TextEncoder().encode(value));
    return this;
  }

  u8(...values: number[]): this {
    this.bytes.push(...values);
    return this;
  }

  u16(value: number): this {
    return this.u8(value & 255, value >>> 8);
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16);
  }

  u64(value: number | bigint): this {
    const wide = BigInt(value);
    return this.u32(Number(wide & 0xffffffffn)).u32(Number(wide >> 32n));
  }

  /** Zeros until the length is a multiple of 8. */
  align(): this {
    while (this.bytes.length % 8 !== 0) this.bytes.push(0);
    return this;
  }

  /** Zeros until the length is this. */
  upTo(length: number): this {
    while (this.bytes.length < length) this.bytes.push(0);
    return this;
  }

  get length(): number {
    return this.bytes.length;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

/** The parts of an HDF5 file. */
export function hdf5Parts(root: Hdf5Group): Part[] {
  const parts: Part[] = [];
  let at = SUPERBLOCK_BYTES;
  const leafK = leafKOf(root);
  /** Puts a part at the next multiple of 8, and says where that is. */
  const place = (part: Part): number => {
    const address = at;
    const padding = (8 - (part.byteLength % 8)) % 8;
    parts.push(part, ...(padding > 0 ? [new Uint8Array(padding)] : []));
    at += part.byteLength + padding;
    return address;
  };

  const placeDataset = ({ dtype, shape, data }: Hdf5Dataset): number => {
    const bytes = countOf(shape, 'writeHdf5') * DTYPE_BYTES[dtype];
    if (bytes !== data.byteLength) {
      throw new RangeError(
        `writeHdf5: expected ${bytes} bytes for the shape [${shape.join(', ')}], got ${data.byteLength}. Check the shape.`,
      );
    }
    const address = bytes === 0 ? UNDEFINED : BigInt(place(data));
    const space = new Fields().u8(1, shape.length, 0, 0).u32(0);
    shape.forEach((size) => space.u64(size));
    const fill = new Fields().u8(2, 2, 2, 1).u32(0);
    const layout = new Fields().u8(3, 1).u64(address).u64(bytes);
    return place(
      objectHeader([
        [1, space],
        [3, datatype(dtype)],
        [5, fill],
        [8, layout],
      ]),
    );
  };

  const placeGroup = (group: Hdf5Group): { header: number; tree: number; heap: number } => {
    const children = [...group]
      .map(([name, child]) => ({ name: new TextEncoder().encode(name), child }))
      .sort((a, b) => compareBytes(a.name, b.name))
      .map(({ name, child }) => ({
        name,
        address: child instanceof Map ? placeGroup(child) : { header: placeDataset(child) },
      }));
    const names = new Fields().upTo(8);
    const entries = children.map(({ name, address }) => {
      const offset = names.length;
      names.u8(...name, 0).align();
      const isGroup = 'tree' in address;
      const entry = new Fields()
        .u64(offset)
        .u64(address.header)
        .u32(isGroup ? 1 : 0)
        .u32(0);
      if (isGroup) entry.u64(address.tree).u64(address.heap);
      return { offset, bytes: entry.upTo(ENTRY_BYTES).done() };
    });
    const nameBytes = place(names.done());
    const heap = place(new Fields().text('HEAP').u32(0).u64(names.length).u64(1).u64(nameBytes).done());
    const leaves: { address: number; last: number }[] = [];
    for (let i = 0; i < entries.length; i += 2 * leafK) {
      const some = entries.slice(i, i + 2 * leafK);
      const leaf = new Fields().text('SNOD').u8(1, 0).u16(some.length);
      some.forEach(({ bytes }) => leaf.u8(...bytes));
      leaves.push({
        address: place(leaf.upTo(8 + 2 * leafK * ENTRY_BYTES).done()),
        last: some[some.length - 1].offset,
      });
    }
    const tree = new Fields().text('TREE').u8(0, 0).u16(leaves.length).u64(UNDEFINED).u64(UNDEFINED).u64(0);
    leaves.forEach(({ address, last }) => tree.u64(address).u64(last));
    const treeAddress = place(tree.upTo(24 + (4 * INTERNAL_K + 1) * 8).done());
    const table = new Fields().u64(treeAddress).u64(heap);
    return { header: place(objectHeader([[17, table]])), tree: treeAddress, heap };
  };

  const { header, tree, heap } = placeGroup(root);
  const superblock = new Fields()
    .u8(0x89)
    .text('HDF\r\n')
    .u8(0x1a)
    .text('\n')
    .u8(0, 0, 0, 0, 0, 8, 8, 0)
    .u16(leafK)
    .u16(INTERNAL_K)
    .u32(0)
    .u64(0)
    .u64(UNDEFINED)
    .u64(at)
    .u64(UNDEFINED)
    .u64(0)
    .u64(header)
    .u32(1)
    .u32(0)
    .u64(tree)
    .u64(heap);
  return [superblock.done(), ...parts];
}

/** Half the names of a leaf: so many that one node of the tree holds the leaves of the largest group. */
function leafKOf(group: Hdf5Group): number {
  const own = Math.ceil(group.size / (2 * INTERNAL_K) / 2);
  const below = [...group.values()].map((child) => (child instanceof Map ? leafKOf(child) : 0));
  return Math.max(MIN_LEAF_K, own, ...below);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function objectHeader(messages: [type: number, content: Fields][]): Uint8Array {
  const body = messages.map(([type, content]) => {
    const bytes = content.align().done();
    return new Fields()
      .u16(type)
      .u16(bytes.length)
      .u8(0, 0, 0, 0, ...bytes)
      .done();
  });
  const header = new Fields().u8(1, 0).u16(messages.length).u32(1).u32(byteLengthOf(body)).u32(0);
  body.forEach((bytes) => header.u8(...bytes));
  return header.done();
}

const FLOATS = {
  F16: { bits: [15, 10, 5, 0, 10], bias: 15 },
  F32: { bits: [31, 23, 8, 0, 23], bias: 127 },
  F64: { bits: [63, 52, 11, 0, 52], bias: 1023 },
} as const;

function datatype(dtype: Hdf5Dataset['dtype']): Fields {
  const size = DTYPE_BYTES[dtype];
  if (dtype in FLOATS) {
    const { bits, bias } = FLOATS[dtype as keyof typeof FLOATS];
    const [sign, ...rest] = bits;
    return new Fields()
      .u8(0x11, 0x20, sign, 0)
      .u32(size)
      .u16(0)
      .u16(size * 8)
      .u8(...rest)
      .u32(bias);
  }
  const isSigned = dtype.startsWith('I');
  return new Fields()
    .u8(0x10, isSigned ? 8 : 0, 0, 0)
    .u32(size)
    .u16(0)
    .u16(size * 8);
}
