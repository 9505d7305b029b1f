import { loadAddon } from './node/load-addon';

/** Of the Inception kernels' 1x1 and 3x3 convolutions. Weights, batch norm and the tensors between layers stay float32. */
export type Precision = 'float32' | 'bf16';

let current: Precision = 'float32';

/** The precision of the calls to come. */
export function getPrecision(): Precision {
  return current;
}

/**
 * Sets the precision of the Inception kernels: `bf16` computes their 1x1 and 3x3 convolutions on bfloat16 numbers, with sums in
 * float32.
 *
 * @throws {RangeError} if the name is unknown, or for `bf16` where the processor has no bfloat16 instructions.
 */
export function setPrecision(precision: Precision): void {
  if (precision !== 'float32' && precision !== 'bf16')
    throw new RangeError(
      `setPrecision(${String(precision)}): expected "float32" or "bf16", got another name. Use "float32".`,
    );
  if (precision === 'bf16' && !loadAddon().addon?.info().bf16)
    throw new RangeError(
      'setPrecision(bf16): expected a processor with bfloat16 instructions (AVX512-BF16), got none. Use "float32".',
    );
  current = precision;
}
