import { findInkInPhotograph } from './photograph-ink';
import type { Ink, Picture, Polarity } from './picture';
import { resample } from './resample';

/** Contrast, in grey levels, below which a picture counts as empty. */
const LEAST_CONTRAST = 16;

/** Larger pictures are made smaller before anything is looked for, by the mean of the covered area. */
const WORKING_SIDE = 384;
/** Up to this side a picture is taken as it is: one of a data set, without room for paper. */
const TINY_SIDE = 64;
/** Levels by which the ground of a drawing may differ; the parts of a drawing that are ground, and that are ground or full ink. */
const SAME_LEVEL = 2;
const LEAST_GROUND = 0.4;
const LEAST_CLEAR = 0.94;

/**
 * Tells ink from background: in a drawing, where the ground is one level, exactly; else as in a photograph.
 *
 * @returns `height * width` values, of the picture made smaller where it has more than 384 pixels a side.
 */
export function findInk(picture: Picture, polarity?: Polarity): Ink {
  const { grey, width, height } = shrink(toGrey(picture), picture.width, picture.height);
  return isDrawing(grey, width, height)
    ? findInkOnEvenGround(grey, width, height, polarity)
    : findInkInPhotograph(grey, width, height, polarity);
}

function shrink(grey: Float32Array, width: number, height: number) {
  const scale = WORKING_SIDE / Math.max(width, height);
  if (scale >= 1) return { grey, width, height };
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const whole = { left: 0, top: 0, width, height };
  return { grey: resample(grey, { width, height }, whole, w, h), width: w, height: h };
}

function isDrawing(grey: Float32Array, width: number, height: number): boolean {
  if (Math.max(width, height) <= TINY_SIDE) return true;
  const ground = median(frameOf(grey, width, height));
  const peak = grey.reduce((most, value) => Math.max(most, Math.abs(value - ground)), 0);
  let [same, clear] = [0, 0];
  for (const value of grey) {
    const distance = Math.abs(value - ground);
    if (distance <= SAME_LEVEL) same++;
    if (distance <= SAME_LEVEL || distance >= peak / 2) clear++;
  }
  return same >= LEAST_GROUND * grey.length && clear >= LEAST_CLEAR * grey.length;
}

/**
 * Tells ink from a ground of one level.
 *
 * The background is the median of the picture's frame, its noise the median deviation there; so
 * neither a digit that touches the frame nor a spot disturbs them. Full ink is the level that the
 * upper quarter of the dark pixels reaches.
 */
function findInkOnEvenGround(values: Float32Array, width: number, height: number, polarity?: Polarity): Ink {
  const frame = frameOf(values, width, height);
  const background = median(frame);
  const noise = 1.4826 * median(frame.map((value) => Math.abs(value - background)));
  const floor = 3 * noise;
  const found = polarity ?? guessPolarity(values, background, floor);
  const sign = found === 'darkOnLight' ? -1 : 1;
  let peak = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.max(0, sign * (values[i] - background) - floor);
    if (values[i] > peak) peak = values[i];
  }
  if (peak < LEAST_CONTRAST || peak < floor) {
    return { values: values.fill(0), width, height, polarity: found, empty: true };
  }
  const strong: number[] = [];
  for (const value of values) if (value > peak / 2) strong.push(value);
  const full = quantile(Float32Array.from(strong), 0.75);
  for (let i = 0; i < values.length; i++) values[i] = Math.min(1, values[i] / full);
  return { values, width, height, polarity: found, empty: false };
}

function guessPolarity(grey: Float32Array, background: number, floor: number): Polarity {
  let balance = 0;
  for (const value of grey) {
    const difference = value - background;
    if (difference > floor) balance += difference - floor;
    else if (difference < -floor) balance += difference + floor;
  }
  return balance < 0 ? 'darkOnLight' : 'lightOnDark';
}

/** Luma (ITU-R BT.601); transparency shows a ground that contrasts with what is drawn on it. */
function toGrey({ data, width, height, channels }: Picture): Float32Array {
  const count = width * height;
  if (channels === 1) return new Float32Array(data);
  const grey = new Float32Array(count);
  let [light, cover] = [0, 0];
  for (let i = 0; i < count; i++) {
    const at = i * channels;
    grey[i] = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    if (channels === 4) {
      light += grey[i] * data[at + 3];
      cover += data[at + 3];
    }
  }
  if (channels === 4) {
    const ground = light / Math.max(1, cover) < 128 ? 255 : 0;
    for (let i = 0; i < count; i++) grey[i] = ground + (grey[i] - ground) * (data[i * 4 + 3] / 255);
  }
  return grey;
}

/** The outermost pixels. */
function frameOf(grey: Float32Array, width: number, height: number): Float32Array {
  const frame: number[] = [];
  for (let column = 0; column < width; column++)
    frame.push(grey[column], grey[(height - 1) * width + column]);
  for (let row = 1; row < height - 1; row++) frame.push(grey[row * width], grey[(row + 1) * width - 1]);
  return Float32Array.from(frame);
}

function median(values: Float32Array): number {
  return quantile(values, 0.5);
}

function quantile(values: Float32Array, share: number): number {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.round((sorted.length - 1) * share)];
}
