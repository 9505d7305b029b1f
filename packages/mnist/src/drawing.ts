import { requireInteger } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import type { Picture, Polarity } from './picture';
import { findInk } from './drawing-ink';
import type { Box } from './resample';
import { resample } from './resample';

export interface DrawingOptions extends Picture {
  /** Default: found from the picture. */
  polarity?: Polarity;
}

/** A digit as MNIST holds it, and what was found on the way. */
export interface PreparedDrawing {
  /** 28 x 28 pixels, white on black: 0 background, 255 ink. All 0 when `empty`. */
  image: Uint8Array;
  /** Whether nothing is written there. */
  empty: boolean;
  polarity: Polarity;
  /** Where the digit lies in the picture; absent when `empty`. */
  box?: Box;
}

const FIELD = 28;
const DIGIT = 20;
/** Ink, as a share of all of it, that may lie outside of the box on each side: dust. */
const DUST = 0.0005;

/**
 * Turns a picture of one digit into what MNIST holds.
 *
 * As MNIST was made: white on black, fitted into 20 x 20 pixels with its proportions kept and
 * its edges smooth, then moved by whole pixels so that its centre of mass is pixel (14, 14) of 28 x 28.
 * Works for canvas drawings (transparent or not), scans and photographs of one digit, unevenly lit or on ruled paper too.
 * @throws {RangeError} if the sizes do not fit the data.
 * @see LeCun, Cortes and Burges, "The MNIST database of handwritten digits"
 * Deviation: contrast is stretched, so that thin or pale strokes reach MNIST's full white.
 */
export function preprocessDrawing(options: DrawingOptions): PreparedDrawing {
  validate(options);
  const { values, width, height, polarity, empty } = findInk(options, options.polarity);
  const image = new Uint8Array(FIELD * FIELD);
  if (empty) return { image, empty, polarity };

  const box = boxOf(values, width, height);
  const scale = DIGIT / Math.max(box.width, box.height);
  const horizontal = wholePixels(box.left, box.width, scale);
  const vertical = wholePixels(box.top, box.height, scale);
  const [digitWidth, digitHeight] = [horizontal.pixels, vertical.pixels];
  const digit = resample(
    values,
    { width, height },
    { left: horizontal.start, width: horizontal.length, top: vertical.start, height: vertical.length },
    digitWidth,
    digitHeight,
  );

  const columns = sums(digit, digitWidth, digitHeight, 'columns');
  const rows = sums(digit, digitWidth, digitHeight, 'rows');
  const left = place(columns);
  const top = place(rows);
  const peak = digit.reduce((largest, value) => Math.max(largest, value), 0);
  for (let row = 0; row < digitHeight; row++) {
    for (let column = 0; column < digitWidth; column++) {
      image[(top + row) * FIELD + left + column] = Math.round(
        (digit[row * digitWidth + column] / peak) * 255,
      );
    }
  }
  return { image, empty, polarity, box: scaleBox(box, options.width / width, options.height / height) };
}

function scaleBox({ left, top, width, height }: Box, across: number, down: number): Box {
  return { left: left * across, top: top * down, width: width * across, height: height * down };
}

function validate({ data, width, height, channels }: DrawingOptions): void {
  const where = 'preprocessDrawing';
  requireInteger(where, 'width', width, 1, 2 ** 15);
  requireInteger(where, 'height', height, 1, 2 ** 15);
  if (![1, 3, 4].includes(channels)) {
    throw new RangeError(`${where}: expected channels to be 1, 3 or 4, got ${show(channels)}.`);
  }
  const expected = width * height * channels;
  if (data.length !== expected) {
    throw new RangeError(
      `${where}: expected ${expected} bytes for ${width} x ${height} x ${channels}, got ${data.length}. Check width, height and channels.`,
    );
  }
}

/** The stretch from the same start that is a whole number of target pixels long: its first edge stays sharp. */
function wholePixels(start: number, length: number, scale: number) {
  const pixels = Math.max(1, Math.ceil(length * scale - 1e-6));
  return { pixels, start, length: pixels / scale };
}

/** The smallest rectangle that holds all ink but dust. */
function boxOf(values: Float32Array, width: number, height: number): Box {
  const [left, right] = ends(sums(values, width, height, 'columns'));
  const [top, bottom] = ends(sums(values, width, height, 'rows'));
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function sums(values: Float32Array, width: number, height: number, axis: 'rows' | 'columns'): Float64Array {
  const result = new Float64Array(axis === 'rows' ? height : width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      result[axis === 'rows' ? row : column] += values[row * width + column];
    }
  }
  return result;
}

function ends(profile: Float64Array): [number, number] {
  const dust = DUST * profile.reduce((sum, value) => sum + value, 0);
  const firstAbove = (ordered: Float64Array) => {
    let sum = 0;
    return ordered.findIndex((value) => (sum += value) > dust);
  };
  return [firstAbove(profile), profile.length - 1 - firstAbove(profile.toReversed())];
}

/** Where the digit must start for its centre of mass to be in [13.5, 14.5), as all of MNIST's are. */
function place(profile: Float64Array): number {
  const mass = profile.reduce((sum, value) => sum + value, 0);
  const center = profile.reduce((sum, value, i) => sum + value * i, 0) / mass;
  return Math.min(FIELD - profile.length, Math.max(0, Math.ceil(FIELD / 2 - 0.5 - center)));
}
