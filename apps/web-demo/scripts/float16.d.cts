export function toHalfBits(value: number): number;
export function toFloat16(values: Float32Array): Uint16Array;
