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

  /** Paints a rectangle; what lies outside of the picture is left off. */
  fill(left: number, top: number, width: number, height: number, [red, green, blue]: Color): void {
    const from = Math.max(0, left);
    const to = Math.min(this.width, left + width);
    if (from >= to) return;
    const ink = Buffer.from([red, green, blue, 255]);
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      this.png.data.fill(ink, 4 * (y * this.width + from), 4 * (y * this.width + to));
    }
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
    // Large even areas: trying PNG's filters would cost seconds and gain little.
    return PNG.sync.write(this.png, { colorType: 2, filterType: 0, deflateLevel: 6 });
  }
}

/** The height of a line of text. */
export function textHeight(scale: number): number {
  return GLYPH_ROWS * scale;
}
