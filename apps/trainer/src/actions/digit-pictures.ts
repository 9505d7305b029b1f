import { arrayData, preprocessDrawing, type ImageDataset, type PreparedDrawing } from '@googlenet/mnist';
import type * as tfl from '@tensorflow/tfjs-layers';
import { dirname, resolve } from 'node:path';
import { UserError, messageOf } from '../errors';
import type { Io } from '../io';
import { isResizedFrom, type ModelCard } from '../model-files';
import { readImage } from '../png/read-image';
import { findPictures } from './find-pictures';
import { inputSize } from './ready-model';

/** What `preprocessDrawing` gives. */
const DIGIT_SIZE = { height: 28, width: 28 };

/** A picture file in the form of MNIST. @param command - for the message. */
export function readDigit(io: Io, file: string, command: string): PreparedDrawing {
  const picture = readImage(resolve(io.cwd, file));
  try {
    return preprocessDrawing({ ...picture, channels: 4 });
  } catch (error) {
    throw new UserError(`${command}: expected a picture of a digit in ${file}, got: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Pictures in the form of MNIST as the network takes them. @param labels - default all 0. */
export function digitDataset(
  model: tfl.LayersModel,
  card: ModelCard | undefined,
  digits: readonly Uint8Array[],
  labels: readonly number[] = digits.map(() => 0),
): ImageDataset {
  const { height, width } = inputSize(model);
  const data = arrayData({ images: digits, labels, shape: [DIGIT_SIZE.height, DIGIT_SIZE.width] });
  if (height === DIGIT_SIZE.height && width === DIGIT_SIZE.width) return data;
  if (isResizedFrom(card, DIGIT_SIZE)) return data.resize({ height, width });
  throw new UserError(
    `--model: expected a model of 28x28 images, got one of ${height}x${width}. Choose another model.`,
  );
}

/** Pictures of a folder, read as `predict` reads them; each folder in it is a kind of its own. Those in which nothing is written are left out. */
export function readKinds(
  io: Io,
  folder: string,
): { readonly images: readonly Uint8Array[]; readonly labels: readonly number[] } {
  const kinds: string[] = [];
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (const file of findPictures(io.cwd, [folder])) {
    const { image, empty } = readDigit(io, file, 'outliers');
    if (empty) continue;
    const kind = dirname(file);
    if (!kinds.includes(kind)) kinds.push(kind);
    images.push(image);
    labels.push(kinds.indexOf(kind));
  }
  return { images, labels };
}
