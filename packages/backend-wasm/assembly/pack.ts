import { MR } from './simd';

/**
 * Interleaves `count` floats of MR rows: out[k][i] = rows_i[k].
 *
 * @param rows - MR pointers, one 32-bit integer each
 * @returns where the next column goes
 */
export function interleave(rows: usize, count: i32, out: usize): usize {
  const p0 = <usize>load<u32>(rows);
  const p1 = <usize>load<u32>(rows, 4);
  const p2 = <usize>load<u32>(rows, 8);
  const p3 = <usize>load<u32>(rows, 12);
  const p4 = ASC_FEATURE_RELAXED_SIMD ? <usize>load<u32>(rows, 16) : 0;
  const p5 = ASC_FEATURE_RELAXED_SIMD ? <usize>load<u32>(rows, 20) : 0;
  const bytes = (<usize>count) << 2;
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) {
    const r0 = v128.load(p0 + k);
    const r1 = v128.load(p1 + k);
    const r2 = v128.load(p2 + k);
    const r3 = v128.load(p3 + k);
    const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
    v128.store(out + MR * 4, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
    v128.store(out + MR * 8, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
    v128.store(out + MR * 12, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
    if (ASC_FEATURE_RELAXED_SIMD) {
      const r4 = v128.load(p4 + k);
      const r5 = v128.load(p5 + k);
      const u0 = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5);
      const u1 = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
      v128.store64_lane(out, u0, 0, 16);
      v128.store64_lane(out + MR * 4, u0, 1, 16);
      v128.store64_lane(out + MR * 8, u1, 0, 16);
      v128.store64_lane(out + MR * 12, u1, 1, 16);
    }
    out += MR * 16;
  }
  for (; k < bytes; k += 4) {
    store<f32>(out, load<f32>(p0 + k));
    store<f32>(out, load<f32>(p1 + k), 4);
    store<f32>(out, load<f32>(p2 + k), 8);
    store<f32>(out, load<f32>(p3 + k), 12);
    if (ASC_FEATURE_RELAXED_SIMD) {
      store<f32>(out, load<f32>(p4 + k), 16);
      store<f32>(out, load<f32>(p5 + k), 20);
    }
    out += MR * 4;
  }
  return out;
}

/** Copies MR neighbouring floats (reading up to 32 bytes at `from`). */
export function copyColumn(from: usize, out: usize): void {
  v128.store(out, v128.load(from));
  if (ASC_FEATURE_RELAXED_SIMD) store<u64>(out, load<u64>(from, 16), 16);
}

/** Rows of 8 out of a row-major matrix: out[k][j] = b[k, j], zero beyond `columns`. */
export function packPanel(b: usize, ldb: usize, k: i32, columns: i32, out: usize): void {
  if (columns >= 8) {
    for (let i = 0; i < k; i++) {
      v128.store(out, v128.load(b));
      v128.store(out, v128.load(b, 16), 16);
      b += ldb;
      out += 32;
    }
    return;
  }
  for (let i = 0; i < k; i++) {
    v128.store(out, f32x4.splat(0));
    v128.store(out, f32x4.splat(0), 16);
    for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) store<f32>(out + j, load<f32>(b + j));
    b += ldb;
    out += 32;
  }
}

/** Rows of 8 out of the transposed matrix: out[k][j] = b[j, k], zero beyond `columns`. */
export function packPanelTransposed(b: usize, ldb: usize, k: i32, columns: i32, out: usize): void {
  for (let j: usize = 0; j < 8; j++) {
    const column = out + (j << 2);
    if (<i32>j < columns) {
      const from = b + j * ldb;
      for (let i: usize = 0; i < <usize>k; i++) store<f32>(column + (i << 5), load<f32>(from + (i << 2)));
    } else {
      for (let i: usize = 0; i < <usize>k; i++) store<f32>(column + (i << 5), 0);
    }
  }
}
