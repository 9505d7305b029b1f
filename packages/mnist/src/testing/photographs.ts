import type { Picture } from '../picture';
import { KeyedRandom } from '../random';
import { createResampler } from '../resample';

/** What a made photograph is of; every kind has grain, a slight fall of light, and a digit that is off the middle and tilted. */
export const PHOTOGRAPH_KINDS = [
  'scan',
  'ruled',
  'squared',
  'softShadow',
  'hardShadow',
  'colouredInk',
  'noise',
  'blur',
  'lightOnDark',
  'megapixels',
] as const;
export type PhotographKind = (typeof PHOTOGRAPH_KINDS)[number];

/** A picture of many megapixels is made smaller by this, then enlarged, and gets its grain at full size: few cameras are sharper. */
const ENLARGED = 4;

/** How much a point of the digit's own square, both coordinates in [0, 1], is covered by ink: 0 to 1. */
export type Coverage = (x: number, y: number) => number;

type Colour = readonly [red: number, green: number, blue: number];

/** An MNIST picture as a shape without pixels: smooth, with the sharp edges of a pen. */
export function coverageOfDigit(image: Uint8Array): Coverage {
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row > 27 || column > 27 ? 0 : image[row * 28 + column] / 255;
  return (x, y) => {
    const [px, py] = [4 + x * 20 - 0.5, 4 + y * 20 - 0.5];
    const [column, row] = [Math.floor(px), Math.floor(py)];
    const [fx, fy] = [px - column, py - row];
    const upper = at(row, column) * (1 - fx) + at(row, column + 1) * fx;
    const lower = at(row + 1, column) * (1 - fx) + at(row + 1, column + 1) * fx;
    return clamp((upper * (1 - fy) + lower * fy - 0.5) * 5 + 0.5);
  };
}

/** Lines `[x, y]` in the digit's square, drawn with a round pen of the given width. */
export function coverageOfLines(
  lines: readonly (readonly (readonly [number, number])[])[],
  width: number,
): Coverage {
  const segments = lines.flatMap((line) => line.slice(1).map((end, i) => [...line[i], ...end] as const));
  return (x, y) => {
    let nearest = Infinity;
    for (const [x0, y0, x1, y1] of segments) {
      const [dx, dy] = [x1 - x0, y1 - y0];
      const t = clamp(((x - x0) * dx + (y - y0) * dy) / Math.max(1e-9, dx * dx + dy * dy));
      nearest = Math.min(nearest, (x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2);
    }
    return clamp((width / 2 - Math.sqrt(nearest)) * 60 + 0.5);
  };
}

/**
 * Makes a photograph or a scan of one digit by a seed.
 *
 * @returns red, green, blue, 8 bits each; 300 to 900 pixels a side, `megapixels` 4000 x 3000 or upright.
 */
export function makePhotograph(coverage: Coverage, kind: PhotographKind, seed: number): Picture {
  const random = new KeyedRandom(0x9107, PHOTOGRAPH_KINDS.indexOf(kind), seed);
  const chance = (share: number) => random.uniform() < share;
  const either = <T>(...choices: T[]) => choices[random.below(choices.length)];
  const large = kind === 'megapixels';
  const [width, height] = large
    ? either([1000, 750], [750, 1000])
    : [300 + random.below(600), 300 + random.below(600)];
  const side = Math.min(width, height);
  const unit = side / 400;

  // The digit: its square's place, size and tilt.
  const size = side * random.between(0.22, 0.72);
  const tilt = random.between(-0.2, 0.2);
  const slant = random.between(-0.12, 0.12);
  const reach = size * 0.62;
  const centreX = random.between(reach, width - reach);
  const centreY = random.between(reach, height - reach);
  const [cosine, sine] = [Math.cos(tilt), Math.sin(tilt)];

  const dark = kind === 'lightOnDark';
  const tint: Colour = [random.between(-8, 8), random.between(-5, 5), random.between(-14, 4)];
  const ground = dark ? random.between(25, 80) : random.between(205, 246);
  const paper = tint.map((by) => ground + (kind === 'scan' && chance(0.3) ? 0 : by)) as unknown as Colour;
  const pens: Colour[] = dark
    ? [
        [235, 235, 230],
        [245, 245, 245],
        [230, 220, 120],
      ]
    : kind === 'colouredInk'
      ? [
          [40, 70, 190],
          [200, 40, 50],
          [20, 120, 60],
          [90, 50, 150],
          [60, 130, 200],
          [120, 120, 125],
        ]
      : [
          [30, 30, 35],
          [35, 50, 130],
          [15, 15, 20],
          [85, 85, 90],
        ];
  const ink = either(...pens);
  const strength = random.between(0.8, 1);

  // Light: a fall over the picture, and a shadow that is soft or has an edge.
  const [fallX, fallY] = [random.between(-0.12, 0.12), random.between(-0.12, 0.12)];
  const shadow = kind === 'softShadow' || kind === 'hardShadow' || (large && chance(0.7));
  const depth = shadow ? random.between(0.3, 0.6) : 0;
  const edge = side * (kind === 'hardShadow' ? random.between(0.003, 0.015) : random.between(0.1, 0.35));
  const direction = random.between(0, 2 * Math.PI);
  const [normalX, normalY] = [Math.cos(direction), Math.sin(direction)];
  const offset = random.between(-0.3, 0.3) * side;
  const bend = random.between(-0.4, 0.4) / side;

  // The paper's lines.
  const ruled = kind === 'ruled' || kind === 'squared' || (large && chance(0.3));
  const spacing = side * random.between(0.06, 0.17);
  const lineWidth = unit * random.between(1, 2.6);
  const lineTilt = random.between(-0.07, 0.07);
  const [lineCosine, lineSine] = [Math.cos(lineTilt), Math.sin(lineTilt)];
  const lineColour: Colour = either([150, 180, 225], [170, 170, 175], [120, 150, 205], [190, 160, 180]);
  const lineStart = random.between(0, spacing);
  const squared = kind === 'squared';
  const onLine = (along: number) => {
    const place = (((along + lineStart) % spacing) + spacing) % spacing;
    return clamp((lineWidth / 2 - Math.abs(place - spacing / 2)) / Math.max(0.7, unit * 0.4) + 0.5);
  };

  const red = new Float32Array(width * height);
  const green = new Float32Array(width * height);
  const blue = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - centreX, y - centreY];
      const v = (-dx * sine + dy * cosine) / size + 0.5;
      const u = (dx * cosine + dy * sine) / size + 0.5 + slant * (v - 0.5);
      const covered = u > -0.1 && u < 1.1 && v > -0.1 && v < 1.1 ? coverage(u, v) * strength : 0;
      let lined = 0;
      if (ruled) {
        lined = onLine(-x * lineSine + y * lineCosine);
        if (squared) lined = Math.max(lined, onLine(x * lineCosine + y * lineSine));
      }
      const [sx, sy] = [x - width / 2, y - height / 2];
      const across =
        sx * normalX +
        sy * normalY -
        offset +
        bend * (sx * normalY - sy * normalX) ** 2 * (kind === 'hardShadow' ? 0.3 : 1);
      const light =
        (1 + (fallX * sx) / width + (fallY * sy) / height) *
        (1 - depth / (1 + Math.exp(-across / Math.max(0.5, edge * 0.5))));
      const i = y * width + x;
      red[i] = mix(mix(paper[0], lineColour[0], dark ? 0 : lined), ink[0], covered) * light;
      green[i] = mix(mix(paper[1], lineColour[1], dark ? 0 : lined), ink[1], covered) * light;
      blue[i] = mix(mix(paper[2], lineColour[2], dark ? 0 : lined), ink[2], covered) * light;
    }
  }

  const radius = Math.round(unit * (kind === 'blur' ? random.between(2, 5) : random.between(0, 0.7)));
  const grain = kind === 'noise' ? random.between(10, 22) : random.between(1, 4.5);
  const factor = large ? ENLARGED : 1;
  const [fullWidth, fullHeight] = [factor * width, factor * height];
  const enlarge = createResampler(
    { width, height },
    { left: 0, top: 0, width, height },
    { width: fullWidth, height: fullHeight },
    { edge: 'nearest' },
  );
  const data = new Uint8ClampedArray(fullWidth * fullHeight * 3);
  [red, green, blue].forEach((plane, channel) => {
    const smooth = blur(plane, width, height, radius);
    const full = large ? enlarge(smooth) : smooth;
    for (let i = 0; i < full.length; i++) data[i * 3 + channel] = full[i] + grain * bell(random);
  });

  const specks = chance(0.4) || kind === 'noise' ? random.below(9) : 0;
  for (let k = 0; k < specks; k++) {
    const speck = factor * unit * random.between(0.6, 1.8);
    const [cx, cy, grey] = [random.below(fullWidth), random.below(fullHeight), dark ? 200 : 60];
    for (let y = Math.max(0, Math.floor(cy - speck)); y < Math.min(fullHeight, cy + speck); y++) {
      for (let x = Math.max(0, Math.floor(cx - speck)); x < Math.min(fullWidth, cx + speck); x++) {
        if ((x - cx) ** 2 + (y - cy) ** 2 <= speck ** 2)
          data.fill(grey, (y * fullWidth + x) * 3, (y * fullWidth + x) * 3 + 3);
      }
    }
  }
  return { data, width: fullWidth, height: fullHeight, channels: 3 };
}

/** Two passes of a box filter each way. */
function blur(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  if (radius === 0) return plane;
  let current = plane;
  for (const [step, length, lines, stride] of [
    [1, width, height, width],
    [width, height, width, 1],
    [1, width, height, width],
    [width, height, width, 1],
  ] as const) {
    const next = new Float32Array(current.length);
    for (let line = 0; line < lines; line++) {
      const start = line * stride;
      const value = (i: number) => current[start + Math.max(0, Math.min(length - 1, i)) * step];
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += value(i);
      for (let i = 0; i < length; i++) {
        next[start + i * step] = sum / (2 * radius + 1);
        sum += value(i + radius + 1) - value(i - radius);
      }
    }
    current = next;
  }
  return current;
}

/** Nearly normal, with standard deviation 1: the sum of three numbers of ten bits each. */
function bell(random: KeyedRandom): number {
  const bits = random.below(2 ** 30);
  return ((bits & 1023) + ((bits >>> 10) & 1023) + (bits >>> 20) - 1534.5) / 512;
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
