import { PNG } from 'pngjs';
import { GLYPHS } from './glyphs';

/** Red, green, blue, 0 to 255. */
export type Color = readonly [number, number, number];

const GLYPH_ROWS = 5;

/** A picture to draw on. */
export class Raster {
  private readonly png: PNG;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Color,
  ) {
    this.png = new PNG({ width, height });
    this.fill(0, 0, width, height, background);
  }

  /** Paints one pixel; outside of the picture nothing happens. */
  set(x: number, y: number, [red, green, blue]: Color): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 4 * (y * this.width + x);
    this.png.data[at] = red;
    this.png.data[at + 1] = green;
    this.png.data[at + 2] = blue;
    this.png.data[at + 3] = 255;
  }

  /** Paints a rectangle. */
  fill(left: number, top: number, width: number, height: number, color: Color): void {
    for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) this.set(x, y, color);
  }

  /**
   * Paints a greyscale image, black on white as on paper, each pixel `scale` wide.
   *
   * @param pixels - `height * width` values, 0 background to 255 ink.
   */
  image(left: number, top: number, pixels: Uint8Array, width: number, height: number, scale: number): void {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const paper = 255 - (pixels[y * width + x] ?? 0);
        this.fill(left + x * scale, top + y * scale, scale, scale, [paper, paper, paper]);
      }
    }
  }

  /** Writes a line in small capitals; what does not fit into `maxWidth` is left off. Returns the width. */
  text(
    left: number,
    top: number,
    line: string,
    color: Color,
    scale: number,
    maxWidth = this.width - left,
  ): number {
    let x = left;
    for (const character of line.toUpperCase()) {
      const rows = GLYPHS[character] ?? GLYPHS['?'] ?? [];
      const glyphWidth = (rows[0]?.length ?? 0) * scale;
      if (x - left + glyphWidth > maxWidth) break;
      rows.forEach((row, y) => {
        for (let i = 0; i < row.length; i++)
          if (row[i] === '#') this.fill(x + i * scale, top + y * scale, scale, scale, color);
      });
      x += glyphWidth + scale;
    }
    return x - left;
  }

  /** The PNG file. */
  encode(): Buffer {
    return PNG.sync.write(this.png);
  }
}

/** The height of a line of text. */
export function textHeight(scale: number): number {
  return GLYPH_ROWS * scale;
}
