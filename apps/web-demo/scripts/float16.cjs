const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The bits of the nearest IEEE half, ties to even.
 *
 * @param {number} value
 * @throws {RangeError} if it is larger than a half can be (65504), or no number
 */
function toHalfBits(value) {
  if (!(Math.abs(value) < 65520)) {
    throw new RangeError(
      `toHalfBits(): expected a number up to 65504, got ${value}. Ship this model as float32.`,
    );
  }
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const exponent = ((bits[0] >>> 23) & 0xff) - 127;
  const fraction = bits[0] & 0x7fffff;
  if (exponent < -25) return sign;
  // Below 2^-14 a half has no hidden bit: the whole fraction moves right.
  const drop = exponent < -14 ? 13 + (-14 - exponent) : 13;
  const whole = exponent < -14 ? fraction | 0x800000 : ((exponent + 15) << 23) | fraction;
  const kept = Math.floor(whole / 2 ** drop);
  const rest = whole - kept * 2 ** drop;
  const half = 2 ** (drop - 1);
  const up = rest > half || (rest === half && kept % 2 === 1);
  return sign | (kept + (up ? 1 : 0));
}

/** @param {Float32Array} values */
function toFloat16(values) {
  return Uint16Array.from(values, toHalfBits);
}

module.exports = { toHalfBits, toFloat16 };
