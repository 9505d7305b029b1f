import {
  BatchNormGradientMomentsBlock,
  BatchNormGradientRowsBlock,
  BatchNormGradientSumsBlock,
  BatchNormMomentsBlock,
  BatchNormSumsBlock,
  ScaleRowsBlock,
} from './blocks';
import { arg, argf, madd, min } from './simd';

/**
 * Batch normalisation over rows of channels, with an optional ReLU. Row strides in bytes; the channel arrays are dense.
 * Statistics are summed in fixed chunks of rows, so that they do not depend on the number of threads.
 */
const CHUNK_FIELDS: i32 = 2;

/** Sums of x - shift and (x - shift)^2 for chunks of rows. Units: chunks. */
export function batchNormSums(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, BatchNormSumsBlock.ldx);
  const rows = arg(args, BatchNormSumsBlock.rows);
  const bytes = (<usize>arg(args, BatchNormSumsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const rowsPerChunk = arg(args, BatchNormSumsBlock.rowsPerChunk);
  const shift = <usize>arg(args, BatchNormSumsBlock.shift);
  for (let chunk = start; chunk < end; chunk++) {
    const sums = <usize>arg(args, BatchNormSumsBlock.partial) + <usize>(chunk * CHUNK_FIELDS) * bytes;
    const squares = sums + bytes;
    memory.fill(sums, 0, 2 * bytes);
    const last = min(rows, (chunk + 1) * rowsPerChunk);
    let row = chunk * rowsPerChunk;
    let x = <usize>arg(args, BatchNormSumsBlock.x) + <usize>row * ldx;
    for (; row + 4 <= last; row += 4) {
      const x1 = x + ldx;
      const x2 = x1 + ldx;
      const x3 = x2 + ldx;
      for (let c: usize = 0; c < vectorBytes; c += 16) {
        const s = v128.load(shift + c);
        const a = f32x4.sub(v128.load(x + c), s);
        const b = f32x4.sub(v128.load(x1 + c), s);
        const d = f32x4.sub(v128.load(x2 + c), s);
        const e = f32x4.sub(v128.load(x3 + c), s);
        v128.store(sums + c, f32x4.add(v128.load(sums + c), f32x4.add(f32x4.add(a, b), f32x4.add(d, e))));
        v128.store(squares + c, madd(a, a, madd(b, b, madd(d, d, madd(e, e, v128.load(squares + c))))));
      }
      for (let c = vectorBytes; c < bytes; c += 4) {
        for (let r: usize = 0; r < 4; r++) addScalar(x + r * ldx + c, shift + c, sums + c, squares + c);
      }
      x = x3 + ldx;
    }
    for (; row < last; row++) {
      for (let c: usize = 0; c < bytes; c += 4) addScalar(x + c, shift + c, sums + c, squares + c);
      x += ldx;
    }
  }
}

function addScalar(x: usize, shift: usize, sum: usize, square: usize): void {
  const value = load<f32>(x) - load<f32>(shift);
  store<f32>(sum, load<f32>(sum) + value);
  store<f32>(square, load<f32>(square) + value * value);
}

/** Mean and biased variance out of the chunk sums, and the scale and shift that normalise. Units: channels. */
export function batchNormMoments(args: usize, start: i32, end: i32, thread: i32): void {
  const chunks = arg(args, BatchNormMomentsBlock.chunks);
  const bytes = (<usize>arg(args, BatchNormMomentsBlock.channels)) << 2;
  const rows = <f64>arg(args, BatchNormMomentsBlock.rows);
  const epsilon = <f64>argf(args, BatchNormMomentsBlock.epsilonF);
  for (let channel = start; channel < end; channel++) {
    const c = (<usize>channel) << 2;
    let at = <usize>arg(args, BatchNormMomentsBlock.partial) + c;
    let sum: f64 = 0;
    let square: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(at);
      square += <f64>load<f32>(at + bytes);
      at += 2 * bytes;
    }
    const offsetMean = sum / rows;
    const mean = offsetMean + <f64>load<f32>(<usize>arg(args, BatchNormMomentsBlock.shift) + c);
    const variance = Math.max(0, square / rows - offsetMean * offsetMean);
    store<f32>(<usize>arg(args, BatchNormMomentsBlock.mean) + c, <f32>mean);
    store<f32>(<usize>arg(args, BatchNormMomentsBlock.variance) + c, <f32>variance);
    const scale =
      <f64>load<f32>(<usize>arg(args, BatchNormMomentsBlock.gamma) + c) / Math.sqrt(variance + epsilon);
    store<f32>(<usize>arg(args, BatchNormMomentsBlock.scale) + c, <f32>scale);
    store<f32>(
      <usize>arg(args, BatchNormMomentsBlock.offset) + c,
      <f32>(<f64>load<f32>(<usize>arg(args, BatchNormMomentsBlock.beta) + c) - mean * scale),
    );
  }
}

/** y = x * scale + offset, then the ReLU if asked for. Units: rows. */
export function scaleRows(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, ScaleRowsBlock.ldx);
  const ldy = <usize>arg(args, ScaleRowsBlock.ldy);
  const bytes = (<usize>arg(args, ScaleRowsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const scale = <usize>arg(args, ScaleRowsBlock.scale);
  const offset = <usize>arg(args, ScaleRowsBlock.offset);
  const least = f32x4.splat(arg(args, ScaleRowsBlock.relu) ? 0 : -Infinity);
  const leastScalar: f32 = arg(args, ScaleRowsBlock.relu) ? 0 : -Infinity;
  let x = <usize>arg(args, ScaleRowsBlock.x) + <usize>start * ldx;
  let y = <usize>arg(args, ScaleRowsBlock.y) + <usize>start * ldy;
  for (let row = start; row < end; row++) {
    for (let c: usize = 0; c < vectorBytes; c += 16) {
      v128.store(
        y + c,
        f32x4.max(least, madd(v128.load(x + c), v128.load(scale + c), v128.load(offset + c))),
      );
    }
    for (let c = vectorBytes; c < bytes; c += 4) {
      store<f32>(
        y + c,
        f32.max(leastScalar, load<f32>(x + c) * load<f32>(scale + c) + load<f32>(offset + c)),
      );
    }
    x += ldx;
    y += ldy;
  }
}

/** Sums of g and g * (x - mean), g being dy where the ReLU let the value through. Units: chunks. */
export function batchNormGradientSums(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, BatchNormGradientSumsBlock.ldx);
  const rows = arg(args, BatchNormGradientSumsBlock.rows);
  const bytes = (<usize>arg(args, BatchNormGradientSumsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const rowsPerChunk = arg(args, BatchNormGradientSumsBlock.rowsPerChunk);
  const mean = <usize>arg(args, BatchNormGradientSumsBlock.mean);
  const lddy = <usize>arg(args, BatchNormGradientSumsBlock.lddy);
  const relu = arg(args, BatchNormGradientSumsBlock.y) != 0;
  const ldy = <usize>arg(args, BatchNormGradientSumsBlock.ldy);
  const zero = f32x4.splat(0);
  for (let chunk = start; chunk < end; chunk++) {
    const sums = <usize>arg(args, BatchNormGradientSumsBlock.partial) + <usize>(chunk * CHUNK_FIELDS) * bytes;
    const products = sums + bytes;
    memory.fill(sums, 0, 2 * bytes);
    const last = min(rows, (chunk + 1) * rowsPerChunk);
    let row = chunk * rowsPerChunk;
    let x = <usize>arg(args, BatchNormGradientSumsBlock.x) + <usize>row * ldx;
    let dy = <usize>arg(args, BatchNormGradientSumsBlock.dy) + <usize>row * lddy;
    let y = <usize>arg(args, BatchNormGradientSumsBlock.y) + <usize>row * ldy;
    for (; row < last; row++) {
      if (row + 1 < last) {
        // Two rows at a time halve the traffic of the sums.
        for (let c: usize = 0; c < vectorBytes; c += 16) {
          const m = v128.load(mean + c);
          let g = v128.load(dy + c);
          let h = v128.load(dy + lddy + c);
          if (relu) {
            g = v128.and(g, f32x4.gt(v128.load(y + c), zero));
            h = v128.and(h, f32x4.gt(v128.load(y + ldy + c), zero));
          }
          v128.store(sums + c, f32x4.add(v128.load(sums + c), f32x4.add(g, h)));
          const p = madd(g, f32x4.sub(v128.load(x + c), m), v128.load(products + c));
          v128.store(products + c, madd(h, f32x4.sub(v128.load(x + ldx + c), m), p));
        }
        for (let c = vectorBytes; c < bytes; c += 4) {
          addGradient(x + c, dy + c, relu ? y + c : 0, mean + c, sums + c, products + c);
          addGradient(x + ldx + c, dy + lddy + c, relu ? y + ldy + c : 0, mean + c, sums + c, products + c);
        }
        row++;
        x += 2 * ldx;
        dy += 2 * lddy;
        y += 2 * ldy;
      } else {
        for (let c: usize = 0; c < bytes; c += 4)
          addGradient(x + c, dy + c, relu ? y + c : 0, mean + c, sums + c, products + c);
        x += ldx;
        dy += lddy;
        y += ldy;
      }
    }
  }
}

function addGradient(x: usize, dy: usize, y: usize, mean: usize, sum: usize, product: usize): void {
  if (y && !(load<f32>(y) > 0)) return;
  const g = load<f32>(dy);
  store<f32>(sum, load<f32>(sum) + g);
  store<f32>(product, load<f32>(product) + g * (load<f32>(x) - load<f32>(mean)));
}

/** dgamma, dbeta, and the coefficients of dx = g * a + x * b + c. Units: channels. */
export function batchNormGradientMoments(args: usize, start: i32, end: i32, thread: i32): void {
  const chunks = arg(args, BatchNormGradientMomentsBlock.chunks);
  const bytes = (<usize>arg(args, BatchNormGradientMomentsBlock.channels)) << 2;
  const rows = <f64>arg(args, BatchNormGradientMomentsBlock.rows);
  const epsilon = <f64>argf(args, BatchNormGradientMomentsBlock.epsilonF);
  for (let channel = start; channel < end; channel++) {
    const at4 = (<usize>channel) << 2;
    let at = <usize>arg(args, BatchNormGradientMomentsBlock.partial) + at4;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum += <f64>load<f32>(at);
      product += <f64>load<f32>(at + bytes);
      at += 2 * bytes;
    }
    const mean = <f64>load<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.mean) + at4);
    const inverse =
      1 / Math.sqrt(<f64>load<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.variance) + at4) + epsilon);
    const scale = <f64>load<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.gamma) + at4) * inverse;
    const b = (-scale * inverse * inverse * product) / rows;
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.dgamma) + at4, <f32>(product * inverse));
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.dbeta) + at4, <f32>sum);
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.a) + at4, <f32>scale);
    store<f32>(<usize>arg(args, BatchNormGradientMomentsBlock.b) + at4, <f32>b);
    store<f32>(
      <usize>arg(args, BatchNormGradientMomentsBlock.c) + at4,
      <f32>((-scale * sum) / rows - b * mean),
    );
  }
}

/** dx = g * a + x * b + c. Units: rows. */
export function batchNormGradientRows(args: usize, start: i32, end: i32, thread: i32): void {
  const ldx = <usize>arg(args, BatchNormGradientRowsBlock.ldx);
  const lddy = <usize>arg(args, BatchNormGradientRowsBlock.lddy);
  const relu = arg(args, BatchNormGradientRowsBlock.y) != 0;
  const ldy = <usize>arg(args, BatchNormGradientRowsBlock.ldy);
  const lddx = <usize>arg(args, BatchNormGradientRowsBlock.lddx);
  const bytes = (<usize>arg(args, BatchNormGradientRowsBlock.channels)) << 2;
  const vectorBytes = bytes & ~15;
  const a = <usize>arg(args, BatchNormGradientRowsBlock.a);
  const b = <usize>arg(args, BatchNormGradientRowsBlock.b);
  const k = <usize>arg(args, BatchNormGradientRowsBlock.c);
  const zero = f32x4.splat(0);
  let x = <usize>arg(args, BatchNormGradientRowsBlock.x) + <usize>start * ldx;
  let dy = <usize>arg(args, BatchNormGradientRowsBlock.dy) + <usize>start * lddy;
  let y = <usize>arg(args, BatchNormGradientRowsBlock.y) + <usize>start * ldy;
  let dx = <usize>arg(args, BatchNormGradientRowsBlock.dx) + <usize>start * lddx;
  for (let row = start; row < end; row++) {
    for (let c: usize = 0; c < vectorBytes; c += 16) {
      let g = v128.load(dy + c);
      if (relu) g = v128.and(g, f32x4.gt(v128.load(y + c), zero));
      v128.store(
        dx + c,
        madd(g, v128.load(a + c), madd(v128.load(x + c), v128.load(b + c), v128.load(k + c))),
      );
    }
    for (let c = vectorBytes; c < bytes; c += 4) {
      const g: f32 = !relu || load<f32>(y + c) > 0 ? load<f32>(dy + c) : 0;
      store<f32>(dx + c, g * load<f32>(a + c) + load<f32>(x + c) * load<f32>(b + c) + load<f32>(k + c));
    }
    x += ldx;
    dy += lddy;
    y += ldy;
    dx += lddx;
  }
}
