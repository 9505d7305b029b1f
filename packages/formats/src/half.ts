/*
 * 16-bit floating point, both kinds, rounded to the nearest and to even, as numpy and PyTorch round.
 * @see IEEE 754-2008, binary16; bfloat16 is the upper half of binary32
 */

/** IEEE half precision: 11 bits of precision, up to 65504; what is larger becomes infinite. */
export function toFloat16(values: Float32Array, target = new Uint16Array(values.length)): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000;
    const rest = bits[i] & 0x7fffffff;
    let half: number;
    if (rest > 0x7f800000)
      half = 0x7e00; // not a number
    else if (rest >= 0x477ff000)
      half = 0x7c00; // rounds beyond 65504
    else if (rest >= 0x38800000) half = (rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13;
    else if (rest <= 0x33000000)
      half = 0; // at most half the smallest denormal
    else {
      const shift = 126 - (rest >>> 23); // of the mantissa with its hidden bit, 14 to 24
      const mantissa = (rest & 0x7fffff) | 0x800000;
      half = (mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift;
    }
    target[i] = sign | half;
  }
  return target;
}

/** Exact. */
export function fromFloat16(halves: Uint16Array, target = new Float32Array(halves.length)): Float32Array {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < halves.length; i++) {
    const sign = (halves[i] & 0x8000) << 16;
    const exponent = (halves[i] >>> 10) & 31;
    const mantissa = halves[i] & 0x3ff;
    if (exponent === 0) target[i] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13);
  }
  return target;
}

/** The upper half of a float32: its range, 8 bits of precision. */
export function toBfloat16(values: Float32Array, target = new Uint16Array(values.length)): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const isNaN = (bits[i] & 0x7fffffff) > 0x7f800000;
    target[i] = isNaN ? 0x7fc0 : (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  }
  return target;
}

/** Exact. */
export function fromBfloat16(halves: Uint16Array, target = new Float32Array(halves.length)): Float32Array {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return target;
}
