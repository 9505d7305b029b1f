import { GemmBlock, type LeftMode, PackBlock } from '../../assembly/blocks';
import type { WasmBackend } from '../backend';
import { unkept, type Packed, type PackedFilter } from '../packed-filter';
import { type Geometry, NO_GEOMETRY } from './conv-shape';

const ROWS_PER_BLOCK = 96;
export const DEPTH_BLOCK = 256;
/** Below this many multiply-accumulates a job is not worth waking a thread for. */
export const SMALL_MACS = 100_000;
/** With fewer rows than this the right matrix is read where it lies. */
const PACK_MIN_ROWS = 48;

export interface Product {
  mode: LeftMode;
  a: number;
  /** Floats from one row of `a` (or column, when read by columns) to the next. */
  lda: number;
  m: number;
  n: number;
  k: number;
  /** The right matrix: rows of `ldb` floats, or, transposed, columns; filter taps as groups of rows. */
  b: number;
  ldb: number;
  /** Where the right matrix stays packed for the next call. */
  packing?: PackedFilter;
  transposed?: boolean;
  groups?: number;
  groupFloats?: number;
  c: number;
  ldc: number;
  bias?: number;
  /** Of `Finish`. */
  flags?: number;
  /** Of a convolution, whose receptive fields the left matrix is. */
  geometry?: Geometry;
}

/** The right matrix in panels of eight columns. */
function packRight(backend: WasmBackend, product: Product, key: string, small: boolean): Packed {
  const { runtime } = backend;
  const { n, k, groups = 1, groupFloats = 0, transposed, packing } = product;
  const panels = Math.ceil(n / 8);
  const [bytes, what] = [panels * 8 * k * 4, 'a packed matrix'];
  const packed = packing?.take(key, bytes, what) ?? unkept(runtime.heap, bytes, what);
  if (packed.ready) return packed;
  const block = {
    b: product.b,
    ldb: product.ldb * 4,
    k: k / groups,
    n,
    out: packed.pointer,
    transposed: transposed ? 1 : 0,
    groups,
    groupBytes: groupFloats * 4,
  };
  runtime.call('packRight', PackBlock, block, panels, small ? panels : undefined);
  return packed;
}

/** C = A B on all threads; the result does not depend on their number. */
export function multiply(backend: WasmBackend, product: Product): void {
  const { runtime } = backend;
  const { m, n, k } = product;
  const panels = Math.ceil(n / 8);
  const small = m * n * k < SMALL_MACS;
  const key = [k, n, product.ldb, product.groups, product.transposed].join();
  const direct = !product.transposed && m < PACK_MIN_ROWS && n % 8 === 0 && !product.packing?.isKnown(key);
  const packed = direct ? undefined : packRight(backend, product, key, small);
  if (direct) product.packing?.note(key);
  const shares = runtime.threads * 2;
  const rows = Math.min(ROWS_PER_BLOCK, Math.max(12, Math.ceil(m / shares / 12) * 12));
  const blocks = Math.ceil(m / rows);
  const columnGroups = blocks < shares ? Math.min(panels, Math.ceil(shares / blocks)) : 1;
  const depth = Math.min(k, DEPTH_BLOCK);
  const scratch = runtime.scratch(1024 + rows * depth * 4 + 64);
  const units = blocks * columnGroups;
  const { geometry = NO_GEOMETRY } = product;
  const block = {
    mode: product.mode,
    a: product.a,
    lda: product.lda * 4,
    b: packed?.pointer ?? product.b,
    bStride: direct ? product.ldb * 4 : 32,
    c: product.c,
    ldc: product.ldc * 4,
    m,
    n,
    k,
    rowsPerBlock: rows,
    columnGroups,
    kBlock: depth,
    bias: product.bias ?? 0,
    flags: product.flags ?? 0,
    scratch: scratch.pointer,
    scratchBytes: scratch.bytes,
    panelBytes: direct ? 32 : k * 32,
    inHeight: geometry.inHeight,
    inWidth: geometry.inWidth,
    channels: geometry.channels,
    outHeight: geometry.outHeight,
    outWidth: geometry.outWidth,
    filterWidth: geometry.filterWidth,
    strideHeight: geometry.strideHeight,
    strideWidth: geometry.strideWidth,
    dilationHeight: geometry.dilationHeight,
    dilationWidth: geometry.dilationWidth,
    padTop: geometry.padTop,
    padLeft: geometry.padLeft,
    zeros: geometry.zeros,
  };
  runtime.call('gemm', GemmBlock, block, units, small ? units : undefined);
  if (packed && !packed.kept) runtime.heap.release(packed.pointer);
}
