import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PNG } from 'pngjs';
import type { PixelImage } from '../picture';
import { keyedRandom } from '../random';

/** A PNG file of a picture of three channels. */
export function encodePng({ data, width, height }: PixelImage): Buffer {
  const png = new PNG({ width, height });
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    png.data.set(data.subarray(from, from + 3), to);
    png.data[to + 3] = 255;
  }
  return PNG.sync.write(png);
}

/** A picture of coloured stripes with noise: stripes lie (`angle` 0) or stand (1), so two classes differ in texture. */
export function stripes(angle: number, seed: number, width = 40, height = 30): PixelImage {
  const random = keyedRandom(seed, angle);
  const [period, phase] = [random.between(5, 9), random.between(0, 9)];
  const color = [random.between(60, 200), random.between(60, 200), random.between(60, 200)];
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const along = angle === 0 ? Math.floor(at / width) : at % width;
    const light = Math.sin(((along + phase) * 2 * Math.PI) / period) * 50;
    for (let c = 0; c < 3; c++) data[at * 3 + c] = color[c] + light + random.between(-10, 10);
  }
  return { data, width, height, channels: 3 };
}

/** A temporary folder with files of these names and contents. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'photos-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** `perClass` made-up pictures in each of the folders `lying` and `standing`, below `above`. */
export function stripeFiles(perClass: number, above = '', start = 0): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  ['lying', 'standing'].forEach((name, angle) => {
    for (let i = start; i < start + perClass; i++)
      files[`${above}${name}/${String(i).padStart(3, '0')}.png`] = encodePng(stripes(angle, i));
  });
  return files;
}
