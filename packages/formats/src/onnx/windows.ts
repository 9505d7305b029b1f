import type { OnnxNode } from './schema';
import { integerAttribute, integersAttribute, textAttribute } from './constants';
import type { Sizes } from './feature';

/** How a window moves over an image, in the words of TensorFlow.js. */
export interface Window {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly padding: 'same' | 'valid';
  /** Pixels to be put around the image before, `[[top, bottom], [left, right]]`; none where the padding does it. */
  readonly border?: [[number, number], [number, number]];
  /** Where there is one window only, at the first pixel: the part of it that lies within the image. */
  readonly within?: [number, number];
}

/** What the sides of one axis come to. */
interface Side {
  readonly begin: number;
  readonly end: number;
  readonly isSame: boolean;
  /** Whether no window reaches beyond the image. */
  readonly isValid: boolean;
  /** Pixels of the only window that lie within the image, where there is one that begins with it. */
  readonly within?: number;
}

function pair(values: readonly number[] | undefined, fallback: number): [number, number] {
  return [values?.[0] ?? fallback, values?.[1] ?? values?.[0] ?? fallback];
}

/**
 * The window of a convolution or pool, or a sentence of what is wrong with it.
 *
 * @param sizes - height and width of the image.
 */
export function windowOf(node: OnnxNode, sizes: Sizes, kernel: readonly [number, number]): Window | string {
  const strides = pair(integersAttribute(node, 'strides'), 1);
  const dilations = pair(integersAttribute(node, 'dilations'), 1);
  const pads = integersAttribute(node, 'pads') ?? [0, 0, 0, 0];
  const automatic = textAttribute(node, 'auto_pad', 'NOTSET');
  const isCeiling = integerAttribute(node, 'ceil_mode', 0) === 1;
  if (
    [...strides, ...dilations, ...kernel].some((value) => value < 1) ||
    pads.some((value) => value < 0) ||
    pads.length !== 4
  )
    return 'a window without extent';
  if (automatic === 'SAME_UPPER') return { strides, dilations, padding: 'same' };
  const sides: Side[] = [];
  for (const axis of [0, 1]) {
    const reach = (kernel[axis] - 1) * dilations[axis] + 1;
    const side = sideOf({
      size: sizes[axis],
      reach,
      stride: strides[axis],
      given:
        automatic === 'VALID' ? [0, 0] : automatic === 'SAME_LOWER' ? 'lower' : [pads[axis], pads[axis + 2]],
      isCeiling,
    });
    if (typeof side === 'string') return side;
    sides.push(side);
  }
  const isValid = sides.every((side) => side.isValid);
  // A window of one pixel is both; modules of this project say `same` of it.
  if (sides.every(({ isSame }) => isSame) && (!isValid || strides.every((stride) => stride === 1)))
    return { strides, dilations, padding: 'same' };
  if (isValid) return { strides, dilations, padding: 'valid' };
  const [rows, columns] = sides.map(({ begin, end }): [number, number] => [begin, end]);
  const [height, width] = sides.map(({ within }) => within);
  const within: [number, number] | undefined =
    height !== undefined && width !== undefined ? [height, width] : undefined;
  return { strides, dilations, padding: 'valid', border: [rows, columns], within };
}

/** Pixels that TensorFlow's `same` puts around an axis, on both sides together. */
export function samePadding(size: number, reach: number, stride: number): number {
  return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
}

function sideOf(axis: {
  size: number | null;
  reach: number;
  stride: number;
  given: readonly [number, number] | 'lower';
  isCeiling: boolean;
}): Side | string {
  const { size, reach, stride, given, isCeiling } = axis;
  if (size === null) {
    if (given === 'lower' || isCeiling) return 'an image of free size';
    const isSame =
      stride === 1 && given[0] === Math.floor((reach - 1) / 2) && given[1] === reach - 1 - given[0];
    const [begin, end] = given;
    return { begin, end, isSame, isValid: begin === 0 && end === 0 };
  }
  const sameTotal = samePadding(size, reach, stride);
  if (given === 'lower') {
    const begin = Math.ceil(sameTotal / 2);
    return { begin, end: sameTotal - begin, isSame: sameTotal % 2 === 0, isValid: sameTotal === 0 };
  }
  const [begin, after] = given;
  const steps = (size + begin + after - reach) / stride;
  let count = (isCeiling ? Math.ceil(steps) : Math.floor(steps)) + 1;
  // A last window that would begin beyond the image is left out.
  if (isCeiling && (count - 1) * stride >= size + begin) count--;
  if (count < 1) return `a window of ${reach} over ${size + begin + after} pixels`;
  // Only what the last window needs, which hangs over with ceil_mode and may leave pixels out without.
  const needed = Math.max(0, (count - 1) * stride + reach - size - begin);
  const sameBegin = Math.floor(sameTotal / 2);
  return {
    begin,
    end: isCeiling ? needed : after,
    isSame: count === Math.ceil(size / stride) && begin === sameBegin && needed === sameTotal - sameBegin,
    isValid: begin === 0 && needed === 0,
    within: count === 1 && begin === 0 ? Math.min(size, reach) : undefined,
  };
}
