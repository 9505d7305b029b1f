import type * as tfl from '@tensorflow/tfjs-layers';
import { assignWeights, lazyWeight, weightSlots } from '../model-weights';
import { assemble, type Part } from '../parts';
import type { FloatDtype } from '../tensors';
import type { WeightLayout } from '../weight-names';
import { decodeSafetensors, safetensorsParts, type SafetensorsEntry } from './file';

/** Options of {@link writeSafetensors}. */
export interface SafetensorsWriteOptions {
  /** Names and order of axes. Default `keras`. */
  layout?: WeightLayout;
  /** Type of the numbers. Default `F32`. */
  dtype?: FloatDtype;
  /** Free text by name, for the header. */
  metadata?: Readonly<Record<string, string>>;
}

/** Options of {@link readSafetensors}. */
export interface SafetensorsReadOptions {
  /** Names and order of axes in the file. Default `keras`. */
  layout?: WeightLayout;
  /** Whether a tensor that is no weight of the model is an error. Default true. */
  strict?: boolean;
}

/**
 * The weights of a model as a safetensors file.
 *
 * With `layout: 'pytorch'` the file of a `torchvision` variant loads into torchvision's `googlenet` by `load_state_dict(strict=True)`.
 * Needs the size of the file in memory, beside the model.
 * @param model - any layers model.
 * @throws {FormatError} `UNSUPPORTED` if two weights have one name.
 */
export async function writeSafetensors(
  model: tfl.LayersModel,
  options: SafetensorsWriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return assemble(modelParts(model, options));
}

function modelParts(model: tfl.LayersModel, options: SafetensorsWriteOptions): Part[] {
  const { layout = 'keras', metadata } = options;
  return safetensorsParts(
    modelEntries(model, options),
    layout === 'pytorch' ? { format: 'pt', ...metadata } : metadata,
  );
}

/** Every weight of a model by its name in a file, read from the engine when it is wanted. */
export function modelEntries(
  model: tfl.LayersModel,
  { layout = 'keras', dtype = 'F32' }: Pick<SafetensorsWriteOptions, 'layout' | 'dtype'>,
): Map<string, SafetensorsEntry> {
  const tensors = new Map<string, SafetensorsEntry>();
  for (const slot of weightSlots(model, layout)) {
    tensors.set(slot.name, { dtype, shape: slot.shape, data: lazyWeight(slot, dtype) });
  }
  if (layout === 'pytorch') addTorchBuffers(tensors, dtype);
  // Wider numbers first, so that each tensor lies at a multiple of its own size.
  const sorted = [...tensors].sort(([, a], [, b]) => Number(b.dtype === 'I64') - Number(a.dtype === 'I64'));
  return new Map(sorted);
}

/** What a PyTorch batch norm has beside our weights: a count of batches, and a scale even where ours has none. */
function addTorchBuffers(tensors: Map<string, SafetensorsEntry>, dtype: FloatDtype): void {
  for (const [name, { shape }] of [...tensors]) {
    if (!name.endsWith('.running_mean')) continue;
    const norm = name.slice(0, -'running_mean'.length);
    tensors.set(`${norm}num_batches_tracked`, { dtype: 'I64', shape: [], data: new Uint8Array(8) });
    if (tensors.has(`${norm}weight`)) continue;
    const one = { F32: [0, 0, 0x80, 0x3f], F16: [0, 0x3c], BF16: [0x80, 0x3f] }[dtype];
    tensors.set(`${norm}weight`, {
      dtype,
      shape,
      data: Uint8Array.from(Array.from({ length: shape[0] }, () => one).flat()),
    });
  }
}

/**
 * Gives a model the weights of a safetensors file.
 *
 * @param file - the whole file; tensors of any number type, which become float32.
 * @param model - with the same layers as the model that was written.
 * @returns the header's metadata.
 * @throws {FormatError} if the file is damaged, or `MISMATCH` with the names that do not fit; the model is unchanged then.
 */
export function readSafetensors(
  file: Uint8Array,
  model: tfl.LayersModel,
  options: SafetensorsReadOptions = {},
): Record<string, string> {
  const { layout = 'keras', strict = true } = options;
  const { tensors, metadata } = decodeSafetensors(file);
  assignWeights(model, tensors, { layout, strict, where: 'readSafetensors' });
  return metadata;
}
