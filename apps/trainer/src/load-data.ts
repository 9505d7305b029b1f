import { ImageDataset } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import type { TrainerConfig } from './config/schema';
import { isOwnData } from './data-name';
import { UserError, messageOf } from './errors';

/** Which data, and where from: the names of `config.data`. */
export interface DataRequest {
  readonly dataset: TrainerConfig['data']['dataset'];
  readonly source: TrainerConfig['data']['source'];
  readonly folder?: string;
}

interface LoadDataOptions {
  readonly signal?: AbortSignal;
  /** Takes what was downloaded before and fetches nothing; default false. */
  readonly offline?: boolean;
  /** Of files of a person's own. Default: the labels that there are. */
  readonly classes?: { readonly classNames?: readonly string[]; readonly numClasses?: number };
}

/** The two parts of a data set as they come. */
export interface LoadedData {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** sha256 of the uncompressed files, by name. */
  readonly checksums: Readonly<Record<string, string>>;
  /** Height and width before they were resized. */
  readonly resizedFrom?: readonly [number, number];
}

/**
 * Loads a data set.
 *
 * @param report - gets a line about each download.
 * @throws {UserError} if a file is missing, damaged, or cannot be downloaded.
 */
export async function loadData(
  request: DataRequest,
  report: (line: string) => void,
  { signal, offline = false, classes }: LoadDataOptions = {},
): Promise<LoadedData> {
  try {
    let last = '';
    const { train, test, checksums } = await loadDataset({
      ...(isOwnData(request) ? { name: request.folder ?? '', ...classes } : { name: request.dataset }),
      source: request.source,
      folder: request.folder,
      signal,
      ...(offline ? { mirrors: [] } : {}),
      onProgress: (progress) => {
        if (progress.file !== last) report(`loading ${progress.file}`);
        last = progress.file;
      },
    });
    return { train: new ImageDataset(train), test: new ImageDataset(test), checksums };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new UserError(messageOf(error), { cause: error });
  }
}

/** The images in another size; as they are without one. @param size - height and width */
export function resizeData(data: LoadedData, size: readonly [number, number] | undefined): LoadedData {
  if (size === undefined) return data;
  const [height, width] = size;
  return {
    ...data,
    train: data.train.resize({ height, width }),
    test: data.test.resize({ height, width }),
    resizedFrom: [data.train.height, data.train.width],
  };
}

/** Training and validation images as a configuration asks for them (none where the fraction is 0); the test images stay out of both. */
export function splitData(
  train: ImageDataset,
  config: TrainerConfig,
): { training: ImageDataset; validation: ImageDataset | undefined } {
  const { subset, validationFraction } = config.data;
  if (subset !== undefined && subset > train.size) {
    throw new UserError(
      `config.data.subset: expected at most the ${train.size} training images, got ${subset}. Lower it or leave it out.`,
    );
  }
  const used = subset === undefined ? train : train.subset(subset, { seed: config.seed });
  if (validationFraction === 0) return { training: used, validation: undefined };
  const [training, validation] = used.split({ fraction: validationFraction, seed: config.seed });
  return { training, validation };
}
