// Both register their layers, so that models made of them load.
import '@googlenet/inception';
import '@googlenet/model';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Preprocessing } from '@googlenet/pretrained';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { UserError, messageOf } from './errors';
import { isObject, type Json } from './config/merge';

/** What a saved model knows of its task, under `userDefinedMetadata.googlenet` in `model.json`. */
export interface ModelCard {
  /** The data set it was trained on. */
  dataset: string;
  /** The name of each class, in the order of the outputs. */
  classNames: string[];
  /** How pixels 0..255 of grey images become inputs. */
  normalize?: 'unit';
  /** How a photograph becomes the input, for networks of photographs. */
  preprocessing?: Preprocessing;
}

const CARD = 'googlenet';

/**
 * Writes `model.json` and `weights.bin`, the files that stock TensorFlow.js loads.
 *
 * @param folder - made if it is missing; each file is written beside and renamed.
 */
export async function saveModel(model: tfl.LayersModel, folder: string, card: ModelCard): Promise<void> {
  model.setUserDefinedMetadata({ ...(model.getUserDefinedMetadata() ?? {}), [CARD]: card });
  await model.save(tf.io.withSaveHandler((artifacts) => Promise.resolve(writeArtifacts(artifacts, folder))));
}

function writeArtifacts(artifacts: tf.io.ModelArtifacts, folder: string): tf.io.SaveResult {
  const weights = Buffer.from(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
  const { weightData: _data, weightSpecs, ...rest } = artifacts;
  const json = { ...rest, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  mkdirSync(folder, { recursive: true });
  replaceFile(join(folder, 'weights.bin'), weights);
  replaceFile(join(folder, 'model.json'), JSON.stringify(json));
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
}

function replaceFile(path: string, content: Buffer | string): void {
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
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
        : `--model: expected a run folder, a model folder or a model.json, got ${path}. Check the path.`,
    );
  }
  return found;
}

/** What a model says of its task, without loading it; undefined where it says nothing or cannot be read. */
export function peekCard(path: string): ModelCard | undefined {
  try {
    return readCard(readModelJson(findModelFile(resolve(path))));
  } catch {
    return undefined; // loading it says what is wrong
  }
}

/**
 * Loads a model that {@link saveModel} or stock TensorFlow.js wrote; the caller disposes it.
 *
 * @throws {UserError} if a file is missing, no JSON, no layers model, or shorter than it should be.
 */
export async function loadModel(
  path: string,
): Promise<{ model: tfl.LayersModel; card: ModelCard | undefined; file: string }> {
  const file = findModelFile(resolve(path));
  const json = readModelJson(file);
  const { specs, data } = readWeights(file, json);
  try {
    const model = await tfl.loadLayersModel(
      tf.io.fromMemory({ modelTopology: json.modelTopology as Json, weightSpecs: specs, weightData: data }),
    );
    return { model, card: readCard(json), file };
  } catch (error) {
    throw new UserError(
      `--model: expected a model that TensorFlow.js can build, got ${file}: ${messageOf(error).split('\n')[0] ?? ''}`,
      { cause: error },
    );
  }
}

function readModelJson(file: string): Json {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`--model: expected JSON in ${file}, got ${messageOf(error)}. Save the model again.`, {
      cause: error,
    });
  }
  if (!isObject(json) || !isObject(json.modelTopology) || !Array.isArray(json.weightsManifest)) {
    const what =
      isObject(json) && json.format === 'graph-model'
        ? 'a graph model'
        : 'a file without modelTopology and weightsManifest';
    throw new UserError(
      `--model: expected a layers model in ${file}, got ${what}. Save it with model.save() of TensorFlow.js.`,
    );
  }
  return json;
}

interface ManifestGroup {
  paths: string[];
  weights: tf.io.WeightsManifestEntry[];
}

function readWeights(file: string, json: Json): { specs: tf.io.WeightsManifestEntry[]; data: ArrayBuffer } {
  const groups = json.weightsManifest as ManifestGroup[];
  const specs = groups.flatMap((group) => group.weights);
  const files = groups.flatMap((group) => group.paths).map((name) => join(dirname(file), name));
  const parts = files.map((path) => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new UserError(
        `--model: expected the weights beside ${file}, got no ${path}. Copy the whole folder.`,
        { cause: error },
      );
    }
  });
  const bytes = Buffer.concat(parts);
  const expected = specs.reduce((sum, spec) => sum + byteLength(spec), 0);
  if (bytes.length !== expected) {
    throw new UserError(
      `--model: expected ${expected} bytes of weights for ${file}, got ${bytes.length}. The files are torn or of two models: save the model again.`,
    );
  }
  return {
    specs,
    data: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  };
}

function byteLength(spec: tf.io.WeightsManifestEntry): number {
  const type = spec.quantization?.dtype ?? spec.dtype;
  const bytes = type === 'float16' || type === 'uint16' ? 2 : type === 'uint8' || type === 'bool' ? 1 : 4;
  return spec.shape.reduce((product, size) => product * size, 1) * bytes;
}

function readCard(json: Json): ModelCard | undefined {
  const metadata = isObject(json.userDefinedMetadata) ? json.userDefinedMetadata[CARD] : undefined;
  return isObject(metadata) && Array.isArray(metadata.classNames)
    ? (metadata as unknown as ModelCard)
    : undefined;
}
