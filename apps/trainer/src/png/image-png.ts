import { PNG } from 'pngjs';

/** The form of an image of a data set. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
}

/**
 * An image of a data set as a PNG file; grey ones black on white as on paper.
 *
 * @param pixels - `height * width * channels` values, 0 to 255.
 */
export function imagePng(pixels: ArrayLike<number>, { height, width, channels }: ImageShape): Buffer {
  const grey = channels !== 3;
  const png = new PNG({ width, height });
  for (let i = 0; i < height * width; i++) {
    const color = grey
      ? Array<number>(3).fill(255 - (pixels[i * channels] ?? 0))
      : [0, 1, 2].map((channel) => pixels[3 * i + channel] ?? 0);
    png.data.set([...color, 255], 4 * i);
  }
  return PNG.sync.write(png, { colorType: grey ? 0 : 2 });
}
