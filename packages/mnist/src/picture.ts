/** A picture as bytes, row by row: grey, RGB, or RGBA (as a canvas gives it). */
export interface Picture {
  data: Uint8ClampedArray | Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/** Whether the digit is darker or lighter than what it is written on. */
export type Polarity = 'darkOnLight' | 'lightOnDark';

/** Where something is written: 0 none, 1 full. */
export interface Ink {
  values: Float32Array;
  width: number;
  height: number;
  polarity: Polarity;
  /** Whether there is nothing but background. */
  empty: boolean;
}
