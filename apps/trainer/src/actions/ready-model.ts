import type * as tfl from '@tensorflow/tfjs-layers';
import { resolve } from 'node:path';
import { selectEngine, type EngineInfo } from '../engines';
import { UserError } from '../errors';
import type { Io } from '../io';
import { loadModel, type ModelCard } from '../model-files';
import type { ValuesOf } from '../options/option';
import type { MODEL_OPTIONS } from '../options/shared';
import { latestModel, shown } from '../run-folder';

/** A model that is ready to compute. */
export interface ReadyModel {
  /** The caller disposes it. */
  readonly model: tfl.LayersModel;
  readonly card: ModelCard | undefined;
  /** `model.json`. */
  readonly file: string;
  readonly engine: EngineInfo;
}

/**
 * Selects the engine and loads the model that flags ask for; without `--model` the newest run's.
 *
 * @throws {UserError} if there is no model, it is broken, or the engine does not work here.
 */
export async function readyModel(
  io: Io,
  { model: given, backend, threads }: ValuesOf<typeof MODEL_OPTIONS>,
  note: (line: string) => void,
): Promise<ReadyModel> {
  const path = given === undefined ? latestModel(io.cwd) : resolve(io.cwd, given);
  if (path === undefined)
    throw new UserError(
      '--model: expected a trained model, got none, and there is no run here. Train one first: googlenet train',
    );
  const engine = await selectEngine(backend, { threads }, note);
  const loaded = await loadModel(path);
  note(`model ${shown(io.cwd, loaded.file)}, engine ${engine.name} (${engine.detail})`);
  return { ...loaded, engine };
}

/** The height and width that a model takes. @throws {UserError} if it is not grey images of one size. */
export function inputSize(model: tfl.LayersModel): { height: number; width: number } {
  const [, height, width, channels] = model.inputs[0]?.shape ?? [];
  if (typeof height !== 'number' || typeof width !== 'number' || channels !== 1) {
    throw new UserError(
      `--model: expected a model of grey images [height, width, 1], got input [${(model.inputs[0]?.shape ?? []).join(', ')}]. Choose another model.`,
    );
  }
  return { height, width };
}
