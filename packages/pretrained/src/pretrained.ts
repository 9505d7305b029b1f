import type * as tfl from '@tensorflow/tfjs-layers';
import { fetchBytes, type Progress } from '@googlenet/download';
import { FormatError } from '@googlenet/formats';
import { googlenet, type GoogLeNetOptions, type Variant } from '@googlenet/model';
import { applyTable, weightsOf } from './apply-table';
import { readWeightsFile, type WeightsFile } from './read-weights';
import type { TableRow, WeightTable } from './tables/table';
import { findWeights, type WeightsEntry, type WeightsName } from './weights';

/** Name of the Cache Storage of {@link pretrained}. */
export const CACHE_NAME = 'googlenet-weights';

/** Options of {@link pretrained}: those of `googlenet()` that leave the weights their places, and where the weights are. */
export interface PretrainedOptions extends Pick<
  GoogLeNetOptions,
  'inputShape' | 'dropout' | 'auxiliary' | 'kernelRegularizer' | 'name' | 'seed'
> {
  /** `'imagenet'` is the first set of the variant. Default `'imagenet'`. */
  weights?: WeightsName | 'imagenet';
  /** Default: that of the weights; without both `'paper'`. */
  variant?: Variant;
  /**
   * Another number than the file's gives new last layers, seeded by `seed`, for transfer learning. Default: the file's, without its
   * background class.
   */
  numClasses?: number;
  /** Bytes of a file that you have, in place of a download; it need not be the published file. */
  file?: Uint8Array;
  /** Address of a copy of your own, in place of the authors'. */
  url?: string;
  /** Default the platform's. */
  fetch?: typeof globalThis.fetch;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * GoogLeNet with trained weights: `await pretrained({ variant: 'paper', weights: 'imagenet' })`.
 *
 * Downloads are checked, resumed, and kept in Cache Storage where there is one. `@googlenet/pretrained/node` has the same function with a
 * cache folder.
 * @returns a model as `googlenet()` builds it, `[batch, 224, 224, 3]` to `[batch, 1000]`; what it wants of a picture is
 * `WEIGHTS[name].preprocessing`. The caller disposes it.
 * @throws {RangeError} for unknown weights, or a variant that they do not fit.
 * @throws {DownloadError} if no address gives the file.
 * @throws {FormatError} if the file is damaged, or lists everything in it that does not fit the model.
 */
export async function pretrained(options: PretrainedOptions = {}): Promise<tfl.LayersModel> {
  const entry = findWeights('pretrained', options.weights, options.variant);
  const file = options.file ?? (await fetchWeights(entry, options));
  return buildPretrained(entry, file, options);
}

async function fetchWeights(entry: WeightsEntry, options: PretrainedOptions): Promise<Uint8Array> {
  const { fetch, onProgress, signal } = options;
  const [url] = options.url === undefined ? entry.urls : [options.url];
  if (url === undefined) throw noAddress(entry);
  return fetchBytes(url, {
    where: 'pretrained',
    cache: CACHE_NAME,
    retries: 3,
    maxBytes: 2 ** 28,
    // A copy of one's own may be converted, so only the authors' file has a known digest.
    ...(options.url === undefined && { checksum: checksumOf(entry) }),
    fetch,
    onProgress,
    signal,
  });
}

function checksumOf({ checksum }: WeightsEntry) {
  if (checksum === undefined || checksum.algorithm === 'md5') return undefined;
  return { algorithm: checksum.algorithm, value: checksum.value };
}

/** The error of a set whose authors serve no file that is read here. */
export function noAddress(entry: WeightsEntry): RangeError {
  return new RangeError(
    `pretrained(${JSON.stringify(entry.name)}): expected file or url, got neither. ${entry.note ?? 'Give the file.'}`,
  );
}

/** Builds the model and gives it the weights of a file; on any error nothing is left in memory. */
export async function buildPretrained(
  entry: WeightsEntry,
  bytes: Uint8Array,
  options: PretrainedOptions,
): Promise<tfl.LayersModel> {
  const read = await readWeightsFile(bytes);
  const { inputShape, dropout, auxiliary, kernelRegularizer, name, seed, numClasses } = options;
  const model = googlenet({
    variant: entry.variant,
    ...withoutUndefined({ inputShape, dropout, auxiliary, kernelRegularizer, name, seed, numClasses }),
  });
  try {
    const classes = model.outputs[0].shape[1];
    loadWeights(model, read, { keepHeads: classes !== classesOf(read) });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * Gives a model of `googlenet()` the weights of a file that {@link readWeightsFile} has read.
 *
 * @param options - `keepHeads` leaves the last layer of each head as it is.
 * @throws {FormatError} `UNSUPPORTED` if no table knows the file's names, `MISMATCH` that lists everything that does not fit. The model is
 * unchanged then.
 */
export function loadWeights(
  model: tfl.LayersModel,
  file: WeightsFile,
  options: { keepHeads?: boolean } = {},
): void {
  const table = file.table ?? ownTable(model, file);
  if (!table) {
    const names = [...file.tensors.keys()].slice(0, 3).map((name) => JSON.stringify(name));
    throw new FormatError(
      'UNSUPPORTED',
      `loadWeights: expected the names of Caffe, torchvision, slim, the ONNX zoo or this project, got ${file.tensors.size} tensors (${names.join(', ') || 'none'}). Check that the file is a GoogLeNet.`,
    );
  }
  applyTable(model, file.tensors, table, { where: 'loadWeights', ...options });
}

/** Names and layouts of this project, where the file has them. */
function ownTable(model: tfl.LayersModel, { tensors }: WeightsFile): WeightTable | undefined {
  const variables = [...weightsOf(model)];
  if (!variables.some(([name]) => tensors.has(name))) return undefined;
  const rows = variables.map(([name, variable]): TableRow => {
    const layout = variable.shape.length === 4 ? 'HWIO' : variable.shape.length === 2 ? 'IO' : 'vector';
    return { source: name, target: name, layout, head: /^(logits|aux\d_logits)\//.test(name) };
  });
  return { name: 'googlenet', rows, ignored: (name) => /^aux\d_/.test(name) };
}

/** Outputs of the main head in a file, without the background; undefined where it has none. */
export function classesOf({ tensors, table }: WeightsFile): number | undefined {
  const source = table?.rows.find(({ target }) => target === 'logits/bias')?.source ?? 'logits/bias';
  const size = tensors.get(source)?.shape.reduce((product, side) => product * side, 1);
  return size === undefined ? undefined : size - (table?.backgroundClasses ?? 0);
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
}
