import { requireNumber } from '@googlenet-tooling/shared/checks';
import { crop, flipHorizontal } from './geometry';
import { requireImage, type PixelImage } from './picture';
import { keyedRandom, type KeyedRandom } from './random';
import { resize, type ResizeFilter } from './resize';

/** Random changes of training pictures. Every number is a limit; what is left out has its default. */
export interface PhotoAugmentOptions {
  /** Smallest and largest share of the picture's area that a crop has; default `[0.08, 1]`. `[1, 1]` crops to the shape only. */
  area?: readonly [number, number];
  /** Smallest and largest width divided by height of a crop; default `[3 / 4, 4 / 3]`. */
  aspect?: readonly [number, number];
  /** Whether half of the pictures are mirrored left to right; default true. */
  mirror?: boolean;
  /** Brightness is multiplied by up to `1 - x` to `1 + x`; default 0. */
  brightness?: number;
  /** Likewise the distance to the mean grey; default 0. */
  contrast?: number;
  /** Likewise the distance to the pixel's grey; default 0. */
  saturation?: number;
}

/** The defaults of {@link augmentPhoto}: crop and mirror, no change of colour, as torchvision's reference training has it. */
export const DEFAULT_PHOTO_AUGMENT: Readonly<Required<PhotoAugmentOptions>> = {
  area: [0.08, 1],
  aspect: [3 / 4, 4 / 3],
  mirror: true,
  brightness: 0,
  contrast: 0,
  saturation: 0,
};

const AUGMENT_STREAM = 21;
const CROP_TRIES = 10;

/**
 * A random view of a photograph: crop of 8 to 100 % of the area with an aspect of 3/4 to 4/3, resized, mirrored by half, colours changed
 * in random order.
 *
 * A pure function of the picture, the options and the key.
 * @param options.size - of the result.
 * @param options.key - integers, for example `[seed, epoch, index]`.
 * @returns `[size.height, size.width, channels]`
 * @throws {RangeError} for an option outside its range.
 * @see Szegedy et al. 2014 (arXiv:1409.4842), section 6; torchvision's `RandomResizedCrop` and `ColorJitter`
 */
export function augmentPhoto(
  image: PixelImage,
  options: {
    size: { height: number; width: number };
    key: readonly number[];
    augment?: PhotoAugmentOptions;
    filter?: ResizeFilter;
  },
): PixelImage {
  requireImage('augmentPhoto', image);
  validateAugment('augmentPhoto', options.augment ?? {});
  const settings = { ...DEFAULT_PHOTO_AUGMENT, ...options.augment };
  const random = keyedRandom(AUGMENT_STREAM, ...options.key);
  const area = randomArea(image, settings, random);
  const view = resize(crop(image, area), {
    ...options.size,
    ...(options.filter ? { filter: options.filter } : {}),
  });
  const mirrored = random.below(2) === 1;
  return jitter(settings.mirror && mirrored ? flipHorizontal(view) : view, settings, random);
}

/** Throws a `RangeError` for an option outside its range. */
export function validateAugment(where: string, options: PhotoAugmentOptions): void {
  const { area, aspect, brightness, contrast, saturation } = { ...DEFAULT_PHOTO_AUGMENT, ...options };
  for (const [name, pair, low, high] of [
    ['area', area, 0.001, 1],
    ['aspect', aspect, 0.1, 10],
  ] as const) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new RangeError(`${where}: expected ${name} to be [smallest, largest], got ${String(pair)}.`);
    requireNumber(where, `${name}[0]`, pair[0], low, high);
    requireNumber(where, `${name}[1]`, pair[1], pair[0], high);
  }
  for (const [name, value] of Object.entries({ brightness, contrast, saturation }))
    requireNumber(where, name, value, 0, 1);
}

/** Ten tries, then the largest rectangle in the middle with an allowed aspect, as torchvision does. */
function randomArea(
  { width, height }: PixelImage,
  { area, aspect }: Required<PhotoAugmentOptions>,
  random: KeyedRandom,
): { top: number; left: number; height: number; width: number } {
  for (let i = 0; i < CROP_TRIES; i++) {
    const target = width * height * random.between(area[0], area[1]);
    const ratio = Math.exp(random.between(Math.log(aspect[0]), Math.log(aspect[1])));
    const w = Math.round(Math.sqrt(target * ratio));
    const h = Math.round(Math.sqrt(target / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return { width: w, height: h, top: random.below(height - h + 1), left: random.below(width - w + 1) };
  }
  const ratio = Math.min(Math.max(width / height, aspect[0]), aspect[1]);
  const w = Math.max(1, Math.min(width, Math.round(height * ratio)));
  const h = Math.max(1, Math.min(height, Math.round(width / ratio)));
  return { width: w, height: h, top: (height - h) >> 1, left: (width - w) >> 1 };
}

/** Brightness, contrast and saturation in random order, each as Pillow's `ImageEnhance` does it. */
function jitter(image: PixelImage, limits: Required<PhotoAugmentOptions>, random: KeyedRandom): PixelImage {
  const names = ['brightness', 'contrast', 'saturation'] as const;
  const factors = names.map((name) => 1 + random.between(-limits[name], limits[name]));
  const order = [0, 1, 2];
  for (let last = 2; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order.reduce((before, i) => adjustColor(before, names[i], factors[i]), image);
}

/**
 * Brightness, contrast or saturation of a picture, multiplied by `factor`: `clip(rest + factor * (pixel - rest))`, where the rest is
 * black, the picture's mean grey, or the pixel's own grey.
 *
 * Pillow's `ImageEnhance` to within 1 level.
 * @param image - 3 channels; the same picture comes back for a factor of 1.
 */
export function adjustColor(
  image: PixelImage,
  what: 'brightness' | 'contrast' | 'saturation',
  factor: number,
): PixelImage {
  requireNumber('adjustColor', 'factor', factor, 0, 10);
  const { data: source, channels } = image;
  if (factor === 1) return image;
  if (channels !== 3) throw new RangeError(`adjustColor: expected 3 channels, got ${channels}.`);
  const data = new Uint8Array(source.length);
  const mean = what === 'contrast' ? Math.floor(meanGrey(source) + 0.5) : 0;
  for (let i = 0; i < source.length; i += 3) {
    const rest = what === 'saturation' ? grey(source, i) : mean;
    for (let c = i; c < i + 3; c++) {
      const value = rest + factor * (source[c] - rest);
      data[c] = value <= 0 ? 0 : value >= 255 ? 255 : value;
    }
  }
  return { ...image, data };
}

function meanGrey(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += grey(data, i);
  return sum / (data.length / 3);
}

/** ITU-R 601-2 luma, in Pillow's 16-bit fixed-point numbers. */
function grey(data: Uint8Array, i: number): number {
  return (data[i] * 19595 + data[i + 1] * 38470 + data[i + 2] * 7471 + 0x8000) >> 16;
}
