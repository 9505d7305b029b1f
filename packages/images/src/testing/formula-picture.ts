import { createHash } from 'node:crypto';
import type { PixelImage } from '../picture';

/** The picture of tooling/oracles/pillow_pictures.py. */
export function formulaPicture(width: number, height: number, channels = 3): PixelImage {
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const wave = (x * (3 + c) + y * (5 - c)) % 256;
        const step = ((Math.floor((x * 7) / 5) + Math.floor((y * 3) / 4) + c * 5) % 13) * 19;
        const noise = (x * x * 31 + y * y * 17 + x * y * 7 + c * 101) % 251;
        data[at++] = Math.floor((wave * 2 + step + noise) / 4);
      }
    }
  }
  return { data, width, height, channels };
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
