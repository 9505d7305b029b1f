import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { modelCard } from '@googlenet/model';
import { loadModel as loadModelFiles, saveModel as saveModelFiles } from '@googlenet/model/node';
import type { Preprocessing } from '@googlenet/pretrained';
import type * as tfl from '@tensorflow/tfjs-layers';
import { UserError, messageOf } from './errors';
import { isObject, type Json } from './config/merge';
import { isForeignModel, loadForeignModel } from './foreign-model';
import { readPlainFile } from './plain-file';

/** What a saved model knows of its task, under `userDefinedMetadata.googlenet` in `model.json`. */
export interface ModelCard {
  /** The data set it was trained on. */
  dataset: string;
  /** The name of each class, in the order of the outputs. */
  classNames: string[];
  /** How pixels 0..255 of grey images become inputs. */
  normalize?: 'unit';
  /** Height and width of grey images before they are resized to the input, where they are. */
  resizedFrom?: readonly [number, number];
  /** How a photograph becomes the input, for networks of photographs. */
  preprocessing?: Preprocessing;
}

/** Whether a model takes images of this size after they are resized. */
export function isResizedFrom(
  card: ModelCard | undefined,
  { height, width }: { readonly height: number; readonly width: number },
): boolean {
  return card?.resizedFrom?.[0] === height && card.resizedFrom[1] === width;
}

/**
 * Writes `model.json` and `weights.bin`, the files that stock TensorFlow.js loads.
 *
 * @param folder - made if it is missing; each file is written beside and renamed.
 */
export async function saveModel(model: tfl.LayersModel, folder: string, card: ModelCard): Promise<void> {
  await saveModelFiles(model, folder, { ...card });
}

/**
 * Finds `model.json` for what a person named: a run folder, a model folder or the file itself.
 *
 * @throws {UserError} if there is none.
 */
export function findModelFile(path: string): string {
  const tries = [join(path, 'model', 'model.json'), join(path, 'model.json'), path];
  const found = tries.find((file) => existsSync(file) && statSync(file).isFile());
  if (found === undefined) {
    const unfinished = existsSync(join(path, 'config.json'));
    throw new UserError(
      unfinished
        ? `--model: expected a finished run, got ${path}, which has no model yet. Go on with it: googlenet train --resume ${path}`
        : `--model: expected a run folder, a model folder, a model.json, or an .onnx, .keras or .h5 file, got ${path}. Check the path.`,
    );
  }
  return found;
}

/** What a model says of its task, without loading it; undefined where it says nothing or cannot be read. */
export function peekCard(path: string): ModelCard | undefined {
  try {
    return trainerCard(readModelJson(findModelFile(resolve(path))));
  } catch {
    return undefined; // loading it says what is wrong
  }
}

/**
 * Loads a model that {@link saveModel} or stock TensorFlow.js wrote, or one of ONNX or Keras; the caller disposes it.
 *
 * @throws {UserError} if a file is missing, no layers model, damaged, or not what it says.
 */
export async function loadModel(
  path: string,
): Promise<{ model: tfl.LayersModel; card: ModelCard | undefined; file: string }> {
  const file = findModelFile(resolve(path));
  const ready = (model: tfl.LayersModel) => ({
    model,
    card: trainerCard({ userDefinedMetadata: model.getUserDefinedMetadata() }),
    file,
  });
  if (isForeignModel(file)) return ready(await loadForeignModel(file));
  try {
    return ready(await loadModelFiles(file));
  } catch (error) {
    const [, said] = /^loadModel\([^)]*\): (.*)$/s.exec(messageOf(error)) ?? [];
    throw new UserError(
      said === undefined
        ? `--model: expected a model that TensorFlow.js can build, got ${file}: ${messageOf(error).split('\n')[0] ?? ''}`
        : `--model ${file}: ${said}`,
      { cause: error },
    );
  }
}

/** As `loadModel` of `@googlenet/model/node` has it. */
const MOST_JSON_BYTES = 64 * 2 ** 20;

function readModelJson(file: string): Json {
  const json: unknown = JSON.parse(readPlainFile(file, MOST_JSON_BYTES).toString());
  return isObject(json) ? json : {};
}

function trainerCard(artifacts: { userDefinedMetadata?: object }): ModelCard | undefined {
  const card = modelCard(artifacts);
  return Array.isArray(card?.classNames) ? (card as unknown as ModelCard) : undefined;
}
