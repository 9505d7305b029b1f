import {
  centerCrop,
  crop,
  dropAlpha,
  resize,
  resizeShorterSide,
  toFloat32,
  type PixelImage,
} from '@googlenet/images';
import { findWeights, type Preprocessing, type WeightsName } from './weights';

/**
 * The square that a set of weights sees of a picture, still as bytes in red, green, blue: for showing it.
 *
 * @returns `size x size x 3`.
 * @throws {RangeError} for an unknown name or a picture whose counts do not fit its bytes.
 */
export function cropForWeights(image: PixelImage, weights: WeightsName | Preprocessing): PixelImage {
  const { crop: rule, filter, size } = preprocessingOf('cropForWeights', weights);
  const colors = toColors(image);
  const { height, width } = colors;
  switch (rule.kind) {
    case 'square': {
      const side = Math.min(height, width);
      const [top, left] = [(height - side) >> 1, (width - side) >> 1];
      return resize(crop(colors, { top, left, height: side, width: side }), {
        height: size,
        width: size,
        filter,
      });
    }
    case 'shorterSide':
      return centerCrop(resizeShorterSide(colors, rule.resize, { filter }), { height: size, width: size });
    case 'fraction': {
      // tf.image.central_crop: the cut-off on each side is rounded down.
      const [top, left] = [height, width].map((side) => Math.floor((side - side * rule.fraction) / 2));
      const area = { top, left, height: height - 2 * top, width: width - 2 * left };
      return resize(crop(colors, area), { height: size, width: size, filter, antialias: false });
    }
  }
}

/**
 * A picture as a set of weights takes it.
 *
 * @param image - as `decodeImage` gives it, upright; grey, colour or with transparency.
 * @param weights - the name of a set, or a preprocessing of your own.
 * @param target - where to write, from `offset`; default a new array.
 * @returns NHWC without the batch, `[224, 224, 3]`, row by row; `target` where it was given.
 * @throws {RangeError} for an unknown name, or a picture whose counts do not fit its bytes.
 * Deviation: slim resizes with TensorFlow's old rule, whose pixel centres lie half a pixel elsewhere.
 */
export function preprocess(
  image: PixelImage,
  weights: WeightsName | Preprocessing,
  target?: Float32Array,
  offset = 0,
): Float32Array {
  const { pixels } = preprocessingOf('preprocess', weights);
  return toFloat32(cropForWeights(image, weights), pixels, target, offset);
}

function preprocessingOf(where: string, weights: WeightsName | Preprocessing): Preprocessing {
  return typeof weights === 'object' ? weights : findWeights(where, weights).preprocessing;
}

/** Red, green, blue: grey is repeated, transparency lies over white. */
function toColors(image: PixelImage): PixelImage {
  if (image.channels === 3) return image;
  if (image.channels === 4) return dropAlpha(image);
  const { width, height, data, channels } = image;
  const colors = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) colors.fill(data[i * channels], 3 * i, 3 * i + 3);
  return { data: colors, width, height, channels: 3 };
}
