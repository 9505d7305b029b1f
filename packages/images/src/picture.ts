import { requireInteger } from '@googlenet-tooling/shared/checks';

/** A picture as bytes: row by row from the top, the channels of a pixel side by side. */
export interface PixelImage {
  /** `height * width * channels` values from 0 to 255. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 3 (red, green, blue) after decoding; functions here take any number. */
  readonly channels: number;
}

/** Throws unless the counts of a picture are positive integers and fit its bytes. */
export function requireImage(where: string, image: PixelImage): void {
  requireInteger(where, 'image.width', image.width, 1);
  requireInteger(where, 'image.height', image.height, 1);
  requireInteger(where, 'image.channels', image.channels, 1, 4);
  const expected = image.width * image.height * image.channels;
  if (image.data.length === expected) return;
  throw new RangeError(
    `${where}: expected ${expected} bytes for ${image.height}x${image.width}x${image.channels}, got ${image.data.length}. Check width, height and channels.`,
  );
}
