import { requireInteger, requireNumber } from '@googlenet-tooling/shared/checks';
import type { KeyedRandom } from './random';

/** Random changes of an image, each drawn anew per image and epoch; 0 turns one off. */
export interface AugmentOptions {
  /** Largest move along each axis, in pixels; default 2. */
  shift?: number;
  /** Largest turn either way, in degrees; default 12. */
  rotate?: number;
  /** Largest relative change of size, each axis on its own; default 0.1. */
  scale?: number;
  /** Largest slant either way, in degrees; default 8. */
  shear?: number;
  /** Elastic distortion: standard deviation of the displacement, in pixels; default 0.6. */
  elastic?: number;
  /** Distance of the elastic distortion's control points, in pixels; larger is smoother; default 7. */
  elasticSpacing?: number;
  /** What lies outside of the image, 0 to 255, in every channel; default 0. */
  fill?: number;
}

/** The defaults of `AugmentOptions`: suited to handwritten digits, which stay readable. */
export const DEFAULT_AUGMENT: Required<AugmentOptions> = {
  shift: 2,
  rotate: 12,
  scale: 0.1,
  shear: 8,
  elastic: 0.6,
  elasticSpacing: 7,
  fill: 0,
};

/** Writes one augmented image, 0 to 255, at `offset` of `target`. */
export type Augmenter = (
  image: Uint8Array,
  target: Float32Array,
  offset: number,
  random: KeyedRandom,
) => void;

/**
 * Makes the function that augments images of one size; all channels of an image move together.
 *
 * Each output pixel is looked up, with bilinear interpolation, at
 * `center + A (p - center) + t + d(p)`: a random affine map and a displacement field `d`. The
 * field is a cubic B-spline through random control points, which is as smooth as a field of
 * noise under a Gaussian filter and much cheaper.
 * @see Simard et al. 2003, "Best practices for convolutional neural networks applied to visual document analysis"
 * Deviation: B-spline in place of the Gaussian filter; the amplitude is a standard deviation in pixels.
 * @throws {RangeError} for an option outside its range.
 */
export function createAugmenter(
  options: AugmentOptions,
  height: number,
  width: number,
  channels = 1,
): Augmenter {
  const settings = { ...DEFAULT_AUGMENT, ...options };
  validate(settings, Math.max(height, width));
  const { shift, rotate, scale, shear, elastic, elasticSpacing, fill } = settings;
  const field = elastic > 0 ? createField(height, width, elasticSpacing, elastic) : undefined;
  const [centerY, centerX] = [(height - 1) / 2, (width - 1) / 2];

  return (image, target, offset, random) => {
    // One draw per setting whatever is turned off, so that settings do not disturb one another.
    const angle = radians(random.between(-rotate, rotate));
    const slant = Math.tan(radians(random.between(-shear, shear)));
    const zoomY = 1 + random.between(-scale, scale);
    const zoomX = 1 + random.between(-scale, scale);
    const moveY = random.between(-shift, shift);
    const moveX = random.between(-shift, shift);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // Rows of the inverse map: rotation, then slant, then size.
    const xx = cos / zoomX;
    const xy = (sin + slant * cos) / zoomX;
    const yx = -sin / zoomY;
    const yy = (cos - slant * sin) / zoomY;
    field?.draw(random);
    let at = 0;
    for (let row = 0; row < height; row++) {
      const y = row - centerY - moveY;
      for (let column = 0; column < width; column++, at++) {
        const x = column - centerX - moveX;
        let sourceY = centerY + yx * x + yy * y;
        let sourceX = centerX + xx * x + xy * y;
        if (field !== undefined) {
          sourceY += field.y[at];
          sourceX += field.x[at];
        }
        const to = offset + at * channels;
        for (let channel = 0; channel < channels; channel++) {
          target[to + channel] = sample(image, height, width, channels, channel, sourceY, sourceX, fill);
        }
      }
    }
  };
}

function validate(settings: Required<AugmentOptions>, size: number): void {
  const where = 'augment';
  const unknown = Object.keys(settings).filter((name) => !Object.hasOwn(DEFAULT_AUGMENT, name));
  if (unknown.length > 0)
    throw new RangeError(
      `augment: expected only ${Object.keys(DEFAULT_AUGMENT).join(', ')}, got ${unknown.join(', ')}. Correct the name.`,
    );
  requireNumber(where, 'shift', settings.shift, 0, size);
  requireNumber(where, 'rotate', settings.rotate, 0, 180);
  requireNumber(where, 'scale', settings.scale, 0, 0.9);
  requireNumber(where, 'shear', settings.shear, 0, 60);
  requireNumber(where, 'elastic', settings.elastic, 0, size);
  requireInteger(where, 'elasticSpacing', settings.elasticSpacing, 2, 1000);
  requireNumber(where, 'fill', settings.fill, 0, 255);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function sample(
  image: Uint8Array,
  height: number,
  width: number,
  channels: number,
  channel: number,
  y: number,
  x: number,
  fill: number,
): number {
  const top = Math.floor(y);
  const left = Math.floor(x);
  if (top < -1 || left < -1 || top >= height || left >= width) return fill;
  const [down, right] = [y - top, x - left];
  const at = (top * width + left) * channels + channel;
  const line = width * channels;
  const above = top >= 0;
  const below = top + 1 < height;
  const before = left >= 0;
  const after = left + 1 < width;
  const a = above && before ? image[at] : fill;
  const b = above && after ? image[at + channels] : fill;
  const c = below && before ? image[at + line] : fill;
  const d = below && after ? image[at + line + channels] : fill;
  const upper = a + (b - a) * right;
  return upper + (c + (d - c) * right - upper) * down;
}

interface Field {
  x: Float32Array;
  y: Float32Array;
  draw(random: KeyedRandom): void;
}

function createField(height: number, width: number, spacing: number, deviation: number): Field {
  const vertical = splineTaps(height, spacing);
  const horizontal = splineTaps(width, spacing);
  const control = new Float32Array(vertical.points * horizontal.points);
  const between = new Float32Array(vertical.points * width);
  // Uniform in [-1, 1] has variance 1/3; the spline's taps lessen it by the sum of their squares.
  const amplitude = deviation * Math.sqrt(3 / (vertical.power * horizontal.power));
  const fill = (random: KeyedRandom, field: Float32Array) => {
    for (let i = 0; i < control.length; i++) control[i] = random.between(-amplitude, amplitude);
    for (let row = 0; row < vertical.points; row++) {
      for (let column = 0; column < width; column++) {
        const from = row * horizontal.points + horizontal.first[column];
        between[row * width + column] = dot4(horizontal.weights, column * 4, control, from, 1);
      }
    }
    for (let row = 0; row < height; row++) {
      const first = vertical.first[row] * width;
      for (let column = 0; column < width; column++) {
        field[row * width + column] = dot4(vertical.weights, row * 4, between, first + column, width);
      }
    }
  };
  const [x, y] = [new Float32Array(height * width), new Float32Array(height * width)];
  return {
    x,
    y,
    draw: (random) => {
      fill(random, x);
      fill(random, y);
    },
  };
}

function dot4(weights: Float32Array, at: number, values: Float32Array, from: number, stride: number): number {
  return (
    weights[at] * values[from] +
    weights[at + 1] * values[from + stride] +
    weights[at + 2] * values[from + 2 * stride] +
    weights[at + 3] * values[from + 3 * stride]
  );
}

/** The four cubic B-spline weights of each position along an axis, and the mean of their sum of squares. */
function splineTaps(length: number, spacing: number) {
  const first = new Int32Array(length);
  const weights = new Float32Array(length * 4);
  let power = 0;
  for (let i = 0; i < length; i++) {
    const t = (i % spacing) / spacing;
    first[i] = Math.floor(i / spacing);
    const taps = [
      (1 - t) ** 3 / 6,
      (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
      (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
      t ** 3 / 6,
    ];
    weights.set(taps, i * 4);
    power += taps.reduce((sum, tap) => sum + tap * tap, 0) / length;
  }
  return { first, weights, power, points: Math.floor((length - 1) / spacing) + 4 };
}
