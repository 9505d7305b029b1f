import { DATASET_NAMES } from '../config/names';
import type { Io } from '../io';
import { loadData, resizeData, type DataRequest, type LoadedData } from '../load-data';
import { isResizedFrom } from '../model-files';
import type { ValuesOf } from '../options/option';
import type { DATA_OPTIONS } from '../options/shared';
import { runData } from '../run-folder';
import { dataRequest } from './data-request';
import { inputSize, type ReadyModel } from './ready-model';

/** The data that flags ask for, for a model: by default what it was trained on. */
export function modelDataRequest(
  io: Io,
  { card, file }: Pick<ReadyModel, 'card' | 'file'>,
  options: ValuesOf<typeof DATA_OPTIONS>,
): DataRequest {
  const trained = DATASET_NAMES.find((name) => name === card?.dataset) ?? 'mnist';
  return dataRequest(io, options, trained, runData(file));
}

/** Loads data in the size that a model takes, where it was trained on resized images of theirs. */
export async function loadForModel(
  { model, card }: Pick<ReadyModel, 'model' | 'card'>,
  request: DataRequest,
  note: (line: string) => void,
): Promise<LoadedData> {
  const numClasses = model.outputs[0].shape.at(-1) ?? undefined;
  const classNames = card?.classNames.length === numClasses ? card?.classNames : undefined;
  const loaded = await loadData(request, note, { classes: { classNames, numClasses } });
  if (!isResizedFrom(card, loaded.test)) return loaded;
  const { height, width } = inputSize(model);
  return resizeData(loaded, [height, width]);
}
