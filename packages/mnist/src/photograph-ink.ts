import { boxAround, findComponents, gapBetween, type Component } from './components';
import type { Ink, Polarity } from './picture';
import { localMedian } from './local-median';
import { resample } from './resample';
import { eraseRuledLines } from './ruled-lines';

/** Levels added before a logarithm, so that the noise of dark places does not count for contrast. */
const DARKEST = 12;
/** The least contrast of ink with its ground, as a logarithm: a tenth darker, or lighter. */
const LEAST_CONTRAST = 0.1;

/**
 * Tells ink from the paper or the board in a photograph: uneven light and shadows, grain, ruled lines and specks.
 *
 * The ground is the local median. Ink is the logarithm of the ratio to it, so that light falls out; both polarities
 * are tried, and the one with the weightier writing is taken. Of what is written, the weightiest connected part and what is near it count.
 *
 * @param grey - `height * width` levels, 0 to 255.
 */
export function findInkInPhotograph(
  grey: Float32Array,
  width: number,
  height: number,
  polarity?: Polarity,
): Ink {
  const contrast = localContrast(grey, width, height);
  const noise = 1.4826 * medianOf(contrast.map(Math.abs));
  const polarities: Polarity[] = polarity ? [polarity] : ['darkOnLight', 'lightOnDark'];
  const found = polarities
    .map((tried) => ({
      tried,
      ...findWriting(
        contrast.map((value) => (tried === 'darkOnLight' ? -value : value)),
        width,
        height,
        noise,
      ),
    }))
    .reduce((best, other) => (other.weight > best.weight ? other : best));
  return { values: found.values, width, height, polarity: found.tried, empty: found.weight === 0 };
}

/** The logarithm of the ratio of each pixel to the ground around it. */
function localContrast(grey: Float32Array, width: number, height: number): Float32Array {
  const side = Math.max(width, height);
  const small = Math.min(1, 96 / side);
  const [w, h] = [Math.max(1, Math.round(width * small)), Math.max(1, Math.round(height * small))];
  const whole = { left: 0, top: 0, width, height };
  const coarse = localMedian(
    resample(grey, { width, height }, whole, w, h),
    w,
    h,
    Math.ceil(0.3 * Math.max(w, h)),
  );
  const rough = resample(
    coarse,
    { width: w, height: h },
    { left: 0, top: 0, width: w, height: h },
    width,
    height,
  );
  const first = ratio(grey, rough);
  const limit = Math.max(LEAST_CONTRAST, 3 * 1.4826 * medianOf(first.map(Math.abs)));
  const written = grow(
    Uint8Array.from(first, (value) => (Math.abs(value) > limit ? 1 : 0)),
    width,
    height,
    2,
  );
  takeOut(written, shadows(written, width, height));
  const fine = localMedian(grey, width, height, Math.ceil(0.12 * side), written);
  const ground = fine.map((value, at) => (value < 0 ? rough[at] : value));
  const contrast = ratio(grey, ground);
  const steps = stepsOf(ground, width, height);
  // At an edge of light the ground is uncertain by as much as it changes there.
  return smooth(
    contrast.map((value, at) => Math.sign(value) * Math.max(0, Math.abs(value) - steps[at])),
    width,
    height,
  );
}

const STEP_RADIUS = 8;

/** The logarithm of the ratio of the lightest to the darkest ground within eight pixels. */
function stepsOf(ground: Float32Array, width: number, height: number): Float32Array {
  const [low, high] = [ground.slice(), ground.slice()];
  for (let row = 0; row < height; row++) spread(low, high, row * width, 1, width);
  for (let column = 0; column < width; column++) spread(low, high, column, width, height);
  return ratio(high, low);
}

/** Along one line of a picture: each value becomes the least, and the greatest, of those within {@link STEP_RADIUS}. */
function spread(low: Float32Array, high: Float32Array, start: number, step: number, length: number): void {
  const [lows, highs] = [new Float32Array(length), new Float32Array(length)];
  for (let i = 0; i < length; i++) {
    lows[i] = low[start + i * step];
    highs[i] = high[start + i * step];
  }
  for (let i = 0; i < length; i++) {
    let [least, greatest] = [lows[i], highs[i]];
    for (let near = Math.max(0, i - STEP_RADIUS); near <= Math.min(length - 1, i + STEP_RADIUS); near++) {
      if (lows[near] < least) least = lows[near];
      if (highs[near] > greatest) greatest = highs[near];
    }
    low[start + i * step] = least;
    high[start + i * step] = greatest;
  }
}

/** Shadows are thicker than a stroke, as a part of the longer side, and reach the border. */
const LEAST_SHADOW = 0.09;

/** What of the mask is a shadow with an edge, or another sheet: ground, though not the ground of most of the picture. */
function shadows(written: Uint8Array, width: number, height: number): Uint8Array {
  const radius = Math.round((LEAST_SHADOW / 2) * Math.max(width, height));
  const around = grow(
    written.map((value) => 1 - value),
    width,
    height,
    radius,
  );
  const thick = grow(
    around.map((value) => 1 - value),
    width,
    height,
    radius,
  );
  const { components, labels } = findComponents(Float32Array.from(thick), width, height, 0.5);
  const atBorder = new Set(
    components.filter((part) => touchesBorder(part, width, height)).map(({ label }) => label),
  );
  return thick.map((_, i) => (atBorder.has(labels[i]) ? 1 : 0));
}

function takeOut(mask: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) if (other[i]) mask[i] = 0;
}

function ratio(grey: Float32Array, ground: Float32Array): Float32Array {
  return grey.map((value, i) => Math.log((value + DARKEST) / (ground[i] + DARKEST)));
}

/** Writing of one polarity, and how much of it there is: 0 for none. */
function findWriting(
  contrast: Float32Array,
  width: number,
  height: number,
  noise: number,
): { values: Float32Array; weight: number } {
  const none = { values: new Float32Array(contrast.length), weight: 0 };
  const least = Math.max(LEAST_CONTRAST, 4 * noise);
  eraseRuledLines(contrast, width, height, Math.max(LEAST_CONTRAST / 2, 3 * noise));
  const dark = contrast.filter((value) => value > least);
  if (dark.length < 12) return none;
  const first = selectWriting(contrast, width, height, Math.max(least, 0.4 * quantileOf(dark, 0.9)));
  if (!first) return none;
  const full = quantileOf(
    contrast.filter((_, i) => first.labels[i] > 0 && first.chosen.has(first.labels[i])),
    0.6,
  );
  const threshold = Math.max(least, 0.4 * full);
  const { labels, chosen, weight } = selectWriting(contrast, width, height, threshold) ?? first;
  const near = grow(
    Uint8Array.from(labels, (label) => (chosen.has(label) ? 1 : 0)),
    width,
    height,
    2,
  );
  const floor = threshold / 2;
  const values = contrast.map((value, i) =>
    near[i] ? Math.max(0, Math.min(1, (value - floor) / (full - floor))) : 0,
  );
  return { values, weight };
}

/** A part counts that has this share of the weightiest part's mass, and is as near as this share of what is chosen. */
const LEAST_PART = 0.02;
const NEAR = 0.18;

function selectWriting(contrast: Float32Array, width: number, height: number, threshold: number) {
  const { components, labels } = findComponents(contrast, width, height, threshold);
  const weights = components.map((part) => weightOf(part, width, height));
  const weight = Math.max(0, ...weights);
  if (weight === 0) return undefined;
  const main = components[weights.indexOf(weight)];
  const chosen = new Set([main.label]);
  let box = main.box;
  for (let before = 0; before < chosen.size;) {
    before = chosen.size;
    for (const part of components) {
      if (chosen.has(part.label) || part.mass < LEAST_PART * main.mass) continue;
      if (touchesBorder(part, width, height)) continue;
      if (gapBetween(part.box, box) > NEAR * Math.max(box.width, box.height)) continue;
      chosen.add(part.label);
      box = boxAround(box, part.box);
    }
  }
  return { labels, chosen, weight };
}

/** What is thinner than this part of the longer side and reaches the border is a line, or an edge of light. */
const THIN = 0.03;

/** Mass, the less the further from the middle; what reaches into the picture from outside counts little. */
function weightOf(part: Component, width: number, height: number): number {
  if (part.area < Math.max(6, 0.0003 * width * height)) return 0;
  const { left, top } = part.box;
  const fromOutside = touchesBorder(part, width, height);
  if (fromOutside && Math.min(part.box.width, part.box.height) <= THIN * Math.max(width, height)) return 0;
  const x = (left + part.box.width / 2) / width - 0.5;
  const y = (top + part.box.height / 2) / height - 0.5;
  const central = 1 - Math.min(0.7, Math.hypot(x, y));
  return part.mass * central * (fromOutside ? 0.15 : 1);
}

function touchesBorder({ box }: Component, width: number, height: number): boolean {
  return box.left === 0 || box.top === 0 || box.left + box.width === width || box.top + box.height === height;
}

/** What is 1, and all within `radius` of it (a square). */
function grow(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  let current = mask;
  for (const [step, length, lines, stride] of [
    [1, width, height, width],
    [width, height, width, 1],
  ] as const) {
    const next = new Uint8Array(current.length);
    for (let line = 0; line < lines; line++) {
      let last = -Infinity;
      let ahead = 0;
      for (let i = 0; i < length; i++) {
        while (ahead <= Math.min(length - 1, i + radius)) {
          if (current[line * stride + ahead * step]) last = ahead;
          ahead++;
        }
        if (last >= i - radius) next[line * stride + i * step] = 1;
      }
    }
    current = next;
  }
  return current;
}

/** The mean with weights 1, 2, 1 along both axes. */
function smooth(values: Float32Array, width: number, height: number): Float32Array {
  const across = values.map((value, i) => {
    const column = i % width;
    const before = column > 0 ? values[i - 1] : value;
    const after = column < width - 1 ? values[i + 1] : value;
    return (before + 2 * value + after) / 4;
  });
  return across.map((value, i) => {
    const before = i >= width ? across[i - width] : value;
    const after = i + width < width * height ? across[i + width] : value;
    return (before + 2 * value + after) / 4;
  });
}

function medianOf(values: Float32Array): number {
  return quantileOf(values, 0.5);
}

/** Of evenly taken values where there are very many. */
function quantileOf(values: Float32Array, share: number): number {
  const step = Math.ceil(values.length / 10_000);
  const sorted = Float32Array.from(
    { length: Math.ceil(values.length / step) },
    (_, i) => values[i * step],
  ).sort();
  return sorted[Math.round((sorted.length - 1) * share)];
}
