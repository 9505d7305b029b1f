import type { BranchName } from '../worker/protocol';

type Rgb = readonly [number, number, number];

const STOPS = {
  /** Matplotlib's magma at ten even steps: even in lightness, readable with every colour vision. */
  magma: [
    '#000004',
    '#180f3d',
    '#440f76',
    '#721f81',
    '#9e2f7f',
    '#cd4071',
    '#f1605d',
    '#fd9668',
    '#feca8d',
    '#fcfdbf',
  ],
  grey: ['#000000', '#ffffff'],
  conv1x1: ['#04131d', '#0a5688', '#56b4e9', '#eaf6fe'],
  conv3x3: ['#1a1000', '#855700', '#e9a92e', '#fff6e2'],
  conv5x5: ['#00160f', '#00704f', '#1fc496', '#e3fbf3'],
  poolProj: ['#1c0b15', '#84406a', '#e08bc0', '#fdeff8'],
} satisfies Record<'magma' | 'grey' | BranchName, string[]>;

export type RampName = keyof typeof STOPS;

const tables = new Map<RampName, Uint8ClampedArray>();

/** The 256 colours of a ramp, RGBA, from no activation to the highest. */
export function rampTable(name: RampName): Uint8ClampedArray {
  const known = tables.get(name);
  if (known) return known;
  const colours = STOPS[name].map(parseColour);
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (colours.length - 1);
    const lower = colours[Math.floor(position)];
    const upper = colours[Math.min(colours.length - 1, Math.floor(position) + 1)];
    const part = position - Math.floor(position);
    lower.forEach((value, channel) => {
      table[4 * i + channel] = value + (upper[channel as 0 | 1 | 2] - value) * part;
    });
    table[4 * i + 3] = 255;
  }
  tables.set(name, table);
  return table;
}

function parseColour(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
