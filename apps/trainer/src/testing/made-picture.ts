import { PNG } from 'pngjs';

/** A made-up picture: reddish stripes that lie (0) or bluish ones that stand (1), of random widths and shades. */
export function madePicture(kind: number, seed: number): Buffer {
  const [width, height] = [36, 30];
  const png = new PNG({ width, height });
  const period = 4 + (seed % 3);
  for (let i = 0; i < width * height; i++) {
    const along = kind === 0 ? Math.floor(i / width) : i % width;
    const light = (along + seed) % period < period / 2 ? 200 : 40;
    const [strong, weak] = [light, (light + seed * 3) / 4];
    png.data.set([kind === 0 ? strong : weak, (seed * 29) % 128, kind === 0 ? weak : strong, 255], 4 * i);
  }
  return PNG.sync.write(png);
}
