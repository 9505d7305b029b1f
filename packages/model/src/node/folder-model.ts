// Registers the layers, so that models made of them load.
import '../index';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { messageOf } from '@googlenet-tooling/shared/show';
import {
  modelCard,
  type ModelCard,
  type ModelFiles,
  readModelFiles,
  type ReadWeights,
  toModelFiles,
} from '../files/model-files';

/** A `model.json` of a network of this kind has some hundred kilobytes. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

/**
 * Writes `model.json` and `weights.bin`, the files that stock TensorFlow.js loads, with the checksum of the weights in `model.json`.
 *
 * @param folder - made if it is missing. Each file is written beside its name and renamed.
 * @param card - what the model should know of its task.
 */
export async function saveModel(model: tfl.LayersModel, folder: string, card: ModelCard = {}): Promise<void> {
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      writeFolder(folder, await toModelFiles(artifacts, { ...modelCard(artifacts), ...card }));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/**
 * Loads a model that {@link saveModel} or stock TensorFlow.js wrote.
 *
 * Nothing in the files is trusted: see the errors. Time and memory are bounded by the sizes of the files.
 * @param path - a folder with a `model.json`, or the file itself.
 * @returns the model, which the caller disposes; `modelCard({ userDefinedMetadata: model.getUserDefinedMetadata() })` is what it knows of its task.
 * @throws {RangeError} if `model.json` is no layers model, its graph has a circle or an unknown input, a weight file lies outside the folder,
 * has another length or checksum than the model says, or a weight is NaN or infinite; or if TensorFlow.js cannot build a layer: its error is
 * the `cause`.
 * @throws {Error} of the file system, with its `code`, if a file cannot be read.
 */
export async function loadModel(path: string): Promise<tfl.LayersModel> {
  const { json, read } = openModel(path);
  const artifacts = await readModelFiles(json, read);
  try {
    return await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [said] = message.split(/\n| This may be due to /);
    throw new RangeError(
      `loadModel(model.json): expected layers that TensorFlow.js can build, got its error ${JSON.stringify(said.slice(0, 300))}. ` +
        'Save the model again; layers of your own must be registered before.',
      { cause },
    );
  }
}

/** `model.json`, parsed, and how to read the weight files beside it. @param path - of the file or its folder. */
export function openModel(path: string): { json: unknown; read: ReadWeights } {
  const file = statSync(path).isDirectory() ? join(path, 'model.json') : path;
  const folder = realpathSync(dirname(file));
  const json = parse(file, readFile(file, MAX_JSON_BYTES));
  const read: ReadWeights = (name, limit) => {
    const place = placeOf(folder, name);
    if (!place.startsWith(folder.endsWith(sep) ? folder : folder + sep))
      throw new RangeError(
        `loadModel(${basename(file)}): expected weight files beside it, got a link out of the folder, ${JSON.stringify(name)}. Copy the whole folder.`,
      );
    return Promise.resolve(readFile(place, limit));
  };
  return { json, read };
}

/** Writes a model's two files into a folder, which is made if it is missing; each beside its name, then renamed. */
export function writeFolder(folder: string, files: ModelFiles): void {
  mkdirSync(folder, { recursive: true });
  replaceFile(join(folder, 'weights.bin'), files['weights.bin']);
  replaceFile(join(folder, 'model.json'), files['model.json']);
}

/** Where a weight file really is, links followed. */
function placeOf(folder: string, name: string): string {
  try {
    return realpathSync(join(folder, name));
  } catch (error) {
    throw new RangeError(
      `loadModel(model.json): expected its weights in ${folder}, got no ${name}. Copy the whole folder.`,
      { cause: error },
    );
  }
}

function parse(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (error) {
    throw new RangeError(
      `loadModel(${basename(file)}): expected JSON, got ${messageOf(error)}. Save the model again.`,
      { cause: error },
    );
  }
}

/** At most `limit` bytes of a plain file: a device or a pipe never ends. */
function readFile(path: string, limit: number): Uint8Array {
  const found = statSync(path);
  if (!found.isFile())
    throw new RangeError(`loadModel(${path}): expected a file, got something else. Check the path.`);
  if (found.size <= limit) return readFileSync(path);
  const handle = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(limit);
    return bytes.subarray(0, readSync(handle, bytes, 0, limit, 0));
  } finally {
    closeSync(handle);
  }
}

function replaceFile(path: string, content: Uint8Array | string): void {
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}
