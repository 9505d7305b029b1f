import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, fromStandardLayers, Inception } from '@googlenet/inception';
import { AdaptiveAveragePooling2D, Lrn, readModelFiles, SeededDropout } from '@googlenet/model';
import type { OutlierRule } from '@googlenet/training';
import type { SavedModel } from '../train/training-protocol';
import type { Progress } from './protocol';

/** The layers that a saved GoogLeNet may have; naming them here keeps them in the built site. */
const layerClasses = [Inception, ConvBatchNorm, SeededDropout, Lrn, AdaptiveAveragePooling2D];
for (const layerClass of layerClasses) tf.serialization.registerClass(layerClass);

/** Fetches a saved model, telling how many of its bytes have arrived. */
export async function fetchArtifacts(
  url: string,
  onProgress: (progress: Progress) => void,
): Promise<tf.io.ModelArtifacts> {
  const json = await parseJson(await fetchOk(url), url);
  let loadedBytes = 0;
  return readModelFiles(json, async (path, limit) =>
    readAll(await fetchOk(new URL(path, url).href), limit, (bytes) => {
      loadedBytes += bytes;
      onProgress({ loadedBytes, totalBytes: limit - 1 });
    }),
  );
}

/** What `googlenet outliers` wrote beside the model; nothing where it cannot be had, since answers do not depend on it. */
export async function fetchOutlierRule(modelUrl: string): Promise<OutlierRule | undefined> {
  try {
    const response = await fetchOk(new URL('outliers.json', modelUrl).href);
    return (await response.json()) as OutlierRule;
  } catch {
    return undefined;
  }
}

/** A saved model from the files that a visitor chose: one JSON file and its binary files, in any order. */
export async function artifactsFromFiles(files: File[]): Promise<tf.io.ModelArtifacts> {
  const jsonFile = files.find(({ name }) => name.endsWith('.json') && !/^(run|outliers)/.test(name));
  if (!jsonFile) {
    throw new TypeError(
      `loadModel(): expected a model.json with its .bin files, got ${files.map((file) => file.name).join(', ') || 'no file'}. Choose all files of the model together.`,
    );
  }
  checkSize(jsonFile, MOST_JSON_BYTES);
  const json = await parseJson(jsonFile, jsonFile.name);
  return readModelFiles(json, async (path, limit) => {
    const name = path.split('/').at(-1) ?? path;
    const file = files.find((candidate) => candidate.name === name);
    if (!file)
      throw new TypeError(
        `loadModel(${jsonFile.name}): expected the file ${name} beside it, got none. Add it to the selection.`,
      );
    checkSize(file, MOST_WEIGHT_BYTES);
    return new Uint8Array(await file.slice(0, limit).arrayBuffer());
  });
}

const MOST_JSON_BYTES = 64e6;
const MOST_WEIGHT_BYTES = 1e9;

function checkSize({ name, size }: File, most: number): void {
  if (size > most)
    throw new TypeError(
      `loadModel(${name}): expected at most ${most / 1e6} MB, got ${Math.round(size / 1e6)} MB. Choose the files of a GoogLeNet.`,
    );
}

/** A network that the page keeps, as TensorFlow.js takes it. */
export function toArtifacts({ modelTopology, weights, metadata }: SavedModel): tf.io.ModelArtifacts {
  return {
    modelTopology,
    weightSpecs: (weights?.specs ?? []) as tf.io.WeightsManifestEntry[],
    weightData: weights?.data,
    ...(metadata && { userDefinedMetadata: metadata as tf.io.ModelArtifacts['userDefinedMetadata'] }),
  };
}

/**
 * Builds a network of drawings; one that the trainer has saved in standard layers gets its modules back.
 *
 * @throws {TypeError} if it does not turn 28x28 grey pictures into class probabilities
 */
export function loadModel(artifacts: tf.io.ModelArtifacts): Promise<tfl.LayersModel> {
  return build(artifacts, (shape) => {
    if (String(shape.slice(1)) === '28,28,1') return;
    throw new TypeError(
      `loadModel(): expected an input of shape [null, 28, 28, 1], got ${JSON.stringify(shape)}. ${
        shape.at(-1) === 3
          ? 'Open a network of photographs in the Photo view.'
          : 'Train with --variant mnist.'
      }`,
    );
  });
}

/**
 * Builds a network of photographs in the same way.
 *
 * @throws {TypeError} if it does not take square pictures in colour
 */
export function loadPhotoModel(artifacts: tf.io.ModelArtifacts): Promise<tfl.LayersModel> {
  return build(artifacts, (shape) => {
    const [, height, width, channels] = shape;
    if (typeof height === 'number' && height === width && channels === 3) return;
    throw new TypeError(
      `loadPhotoModel(): expected a network of square pictures in colour, got an input of shape ${JSON.stringify(shape)}. Open a network of digits in the Train view.`,
    );
  });
}

async function build(
  artifacts: tf.io.ModelArtifacts,
  check: (inputShape: tfl.Shape) => void,
): Promise<tfl.LayersModel> {
  const model = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
  try {
    check(model.inputs[0].shape);
    return fromStandardLayers(model);
  } finally {
    model.dispose();
  }
}

/** Whether these are names, one for each class. */
export function areClassNames(names: unknown, classes: number | null): names is string[] {
  return Array.isArray(names) && names.length === classes && names.every((name) => typeof name === 'string');
}

async function parseJson(source: { text: () => Promise<string> }, name: string): Promise<unknown> {
  try {
    return JSON.parse(await source.text()) as unknown;
  } catch (cause) {
    throw new TypeError(`loadModel(${name}): expected JSON, got text that is not. Export the model again.`, {
      cause,
    });
  }
}

async function fetchOk(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`fetch(${url}): expected the file, got no answer. Check the connection and try again.`, {
      cause,
    });
  });
  if (!response.ok)
    throw new Error(`fetch(${url}): expected the file, got status ${response.status}. Reload the page.`);
  return response;
}

/** The bytes of an answer; what comes beyond `limit` is left. */
async function readAll(
  response: Response,
  limit: number,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = response.body?.getReader();
  let length = 0;
  while (reader !== undefined && length < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
    onBytes(value.byteLength);
  }
  await reader?.cancel();
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
