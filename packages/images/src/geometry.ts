import { requireInteger } from '@googlenet-tooling/shared/checks';
import { requireImage, type PixelImage } from './picture';

/**
 * A rectangle of a picture, copied.
 *
 * @throws {RangeError} if it does not lie inside the picture.
 */
export function crop(
  image: PixelImage,
  area: { top: number; left: number; height: number; width: number },
): PixelImage {
  requireImage('crop', image);
  requireInteger('crop', 'height', area.height, 1, image.height);
  requireInteger('crop', 'width', area.width, 1, image.width);
  requireInteger('crop', 'top', area.top, 0, image.height - area.height);
  requireInteger('crop', 'left', area.left, 0, image.width - area.width);
  const { channels } = image;
  const row = area.width * channels;
  const data = new Uint8Array(area.height * row);
  for (let y = 0; y < area.height; y++) {
    const from = ((area.top + y) * image.width + area.left) * channels;
    data.set(image.data.subarray(from, from + row), y * row);
  }
  return { data, width: area.width, height: area.height, channels };
}

/**
 * The middle of a picture. An odd rest is rounded half to even, as torchvision's `center_crop` does.
 *
 * @throws {RangeError} if the picture is smaller than that.
 */
export function centerCrop(image: PixelImage, size: { height: number; width: number }): PixelImage {
  const { height, width } = size;
  return crop(image, {
    height,
    width,
    top: halfToEven((image.height - height) / 2),
    left: halfToEven((image.width - width) / 2),
  });
}

/** Mirrored left to right. */
export function flipHorizontal(image: PixelImage): PixelImage {
  return orient(image, 2);
}

/**
 * Turns a picture upright that EXIF calls `orientation`; the same picture where that is 1.
 *
 * 2 mirrored, 3 upside down, 4 both, 5 transposed, 6 to be turned clockwise, 7 transposed along the other diagonal, 8 to be turned counter-clockwise.
 * @throws {RangeError} for another number than 1 to 8.
 */
export function orient(image: PixelImage, orientation: number): PixelImage {
  requireImage('orient', image);
  requireInteger('orient', 'orientation', orientation, 1, 8);
  if (orientation === 1) return image;
  const { channels, data: source } = image;
  const swapped = orientation >= 5;
  const [width, height] = swapped ? [image.height, image.width] : [image.width, image.height];
  // Where in the source the pixel (0, 0) lies, and the steps for the next column and the next row.
  const [right, below] = [channels, image.width * channels];
  const [lastColumn, lastRow] = [(image.width - 1) * right, (image.height - 1) * below];
  const mirrored = [2, 3, 7, 8].includes(orientation);
  const flipped = [3, 4, 6, 7].includes(orientation);
  const start = (mirrored ? lastColumn : 0) + (flipped ? lastRow : 0);
  const alongX = mirrored ? -right : right;
  const alongY = flipped ? -below : below;
  const [columnStep, rowStep] = swapped ? [alongY, alongX] : [alongX, alongY];
  const data = new Uint8Array(source.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    let from = start + y * rowStep;
    for (let x = 0; x < width; x++, from += columnStep) {
      for (let c = 0; c < channels; c++) data[at++] = source[from + c];
    }
  }
  return { data, width, height, channels };
}

function halfToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
