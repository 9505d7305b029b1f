import type { ImageDataset } from '@googlenet/mnist';
import { augmentedSamples } from '../augmented-samples';
import { getPath } from '../config/merge';
import { checkConfig } from '../config/resolve';
import type { TrainerConfig } from '../config/schema';
import { messageOf } from '../errors';
import { loadData, resizeData, splitData, type LoadedData } from '../load-data';
import { imagePng } from '../png/image-png';
import { readJsonFile } from '../runs/read-files';
import type { RunRecord } from '../runs/read-run';
import type { Results } from './results';
import { join } from 'node:path';

/** A PNG as a page carries it. */
export type DataUri = `data:image/png;base64,${string}`;

/** A wrongly classified test image. */
export interface MistakePicture {
  readonly image: DataUri;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
  readonly index: number;
}

/** A training image as it is and as some epochs see it. */
export interface AugmentedPicture {
  readonly label: string;
  readonly original: DataUri;
  readonly variants: readonly DataUri[];
}

/** What is drawn from a run's data set. */
export interface Pictures {
  readonly mistakes: readonly MistakePicture[];
  /** Empty where the run leaves its images as they are. */
  readonly augmented: readonly AugmentedPicture[];
  /** Height over width is kept; pixels. */
  readonly width: number;
}

const MISTAKES = 48;

/**
 * Pictures of a run's data, if these are at hand: nothing is downloaded.
 *
 * @param dataFolder - where the IDX files lie now; default where the run had them.
 * @returns why there are none, as a sentence, where the data are missing or others than the run's.
 */
export async function drawPictures(
  { path, config: kept }: RunRecord,
  results: Results | undefined,
  dataFolder: string | undefined,
): Promise<Pictures | string> {
  if (kept.photos !== undefined) return 'Photographs are named, not shown.';
  let config: TrainerConfig;
  let data: LoadedData;
  try {
    config = checkConfig(kept);
    const source = dataFolder === undefined ? {} : ({ source: 'folder', folder: dataFolder } as const);
    const loaded = await loadData({ ...config.data, ...source }, () => undefined, { offline: true });
    data = resizeData(loaded, config.model.inputShape);
  } catch (error) {
    return `The images of the run are not at hand (${messageOf(error).split('\n')[0]}).`;
  }
  const checksums = getPath(readJsonFile(join(path, 'summary.json')), ['data', 'sha256']);
  if (checksums !== undefined && JSON.stringify(checksums) !== JSON.stringify(data.checksums))
    return 'The images are others than those of the run: their checksums differ.';
  return {
    mistakes: mistakePictures(data.test, results),
    augmented: (await augmentedSamples(splitData(data.train, config).training, config)).map(
      ({ label, original, variants }) => ({
        label,
        original: dataUri(original, data.train),
        variants: variants.map((pixels) => dataUri(pixels, data.train)),
      }),
    ),
    width: data.test.width,
  };
}

function mistakePictures(test: ImageDataset, results: Results | undefined): MistakePicture[] {
  const name = (label: number): string => test.classNames[label] ?? String(label);
  return (results?.mistakes ?? [])
    .filter(({ index }) => index < test.size)
    .slice(0, MISTAKES)
    .map(({ index, label, predicted, probability }) => ({
      image: dataUri(test.image(index), test),
      label: name(label),
      predicted: name(predicted),
      probability,
      index,
    }));
}

function dataUri(pixels: ArrayLike<number>, shape: ImageDataset): DataUri {
  return `data:image/png;base64,${imagePng(pixels, shape).toString('base64')}`;
}
