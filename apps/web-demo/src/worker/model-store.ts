import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConvBatchNorm, fromStandardLayers, Inception } from '@googlenet/inception';
import { AdaptiveAveragePooling2D, Lrn, SeededDropout } from '@googlenet/model';
import type { Progress } from './protocol';

/** The layers that a saved GoogLeNet may have; naming them here keeps them in the built site. */
const layerClasses = [Inception, ConvBatchNorm, SeededDropout, Lrn, AdaptiveAveragePooling2D];
for (const layerClass of layerClasses) tf.serialization.registerClass(layerClass);

/** Fetches a saved model, telling how many of its bytes have arrived. */
export async function fetchArtifacts(
  url: string,
  onProgress: (progress: Progress) => void,
): Promise<tf.io.ModelArtifacts> {
  const response = await fetchOk(url);
  const json = (await response.json()) as tf.io.ModelJSON;
  checkModelJson(json, url);
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const parts: Uint8Array[] = [];
  const totalBytes = json.weightsManifest
    .flatMap((group) => group.weights)
    .reduce((sum, spec) => sum + byteLength(spec), 0);
  let loadedBytes = 0;
  for (const path of paths) {
    const file = await fetchOk(new URL(path, url).href);
    parts.push(
      await readAll(file, (bytes) => {
        loadedBytes += bytes;
        onProgress({ loadedBytes, totalBytes });
      }),
    );
  }
  return artifactsOf(json, parts);
}

/** A saved model from the files that a visitor chose: one JSON file and its binary files, in any order. */
export async function artifactsFromFiles(files: File[]): Promise<tf.io.ModelArtifacts> {
  const jsonFile = files.find((file) => file.name.endsWith('.json') && !file.name.startsWith('run'));
  if (!jsonFile) {
    throw new TypeError(
      `loadModel(): expected a model.json with its .bin files, got ${files.map((file) => file.name).join(', ') || 'no file'}. Choose all files of the model together.`,
    );
  }
  let json: tf.io.ModelJSON;
  try {
    json = JSON.parse(await jsonFile.text()) as tf.io.ModelJSON;
  } catch (cause) {
    throw new TypeError(
      `loadModel(${jsonFile.name}): expected JSON, got text that is not. Export the model again.`,
      { cause },
    );
  }
  checkModelJson(json, jsonFile.name);
  const parts: Uint8Array[] = [];
  for (const path of json.weightsManifest.flatMap((group) => group.paths)) {
    const name = path.split('/').at(-1) ?? path;
    const file = files.find((candidate) => candidate.name === name);
    if (!file)
      throw new TypeError(
        `loadModel(${jsonFile.name}): expected the file ${name} beside it, got none. Add it to the selection.`,
      );
    parts.push(new Uint8Array(await file.arrayBuffer()));
  }
  return artifactsOf(json, parts);
}

/**
 * Builds the model; one that the trainer has saved in standard layers gets its modules back.
 *
 * @throws {TypeError} if it does not turn 28x28 grey pictures into class probabilities
 */
export async function loadModel(artifacts: tf.io.ModelArtifacts): Promise<tfl.LayersModel> {
  const model = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
  const [input] = model.inputs;
  if (String(input?.shape.slice(1)) !== '28,28,1') {
    const shape = JSON.stringify(input?.shape);
    model.dispose();
    throw new TypeError(
      `loadModel(): expected an input of shape [null, 28, 28, 1], got ${shape}. Train with --variant mnist.`,
    );
  }
  const own = fromStandardLayers(model);
  model.dispose();
  return own;
}

function checkModelJson(json: tf.io.ModelJSON, name: string): void {
  const valid =
    json !== null &&
    typeof json === 'object' &&
    'modelTopology' in json &&
    Array.isArray(json.weightsManifest);
  if (!valid) {
    throw new TypeError(
      `loadModel(${name}): expected a TensorFlow.js layers model with modelTopology and weightsManifest, got other JSON. Choose the model.json that the trainer wrote.`,
    );
  }
}

function artifactsOf(json: tf.io.ModelJSON, parts: Uint8Array[]): tf.io.ModelArtifacts {
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  const expected = weightSpecs.reduce((sum, spec) => sum + byteLength(spec), 0);
  const weights = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  if (weights.byteLength !== expected) {
    throw new RangeError(
      `loadModel(): expected ${expected} bytes of weights, got ${weights.byteLength}. The file is incomplete or belongs to another model.`,
    );
  }
  let offset = 0;
  for (const part of parts) {
    weights.set(part, offset);
    offset += part.byteLength;
  }
  const { modelTopology, userDefinedMetadata } = json;
  return { modelTopology, weightSpecs, weightData: weights.buffer, userDefinedMetadata };
}

function byteLength(spec: tf.io.WeightsManifestEntry): number {
  const bytesPerValue: Record<string, number> = { float16: 2, uint16: 2, uint8: 1, bool: 1 };
  const size = spec.shape.reduce((product, side) => product * side, 1);
  return size * (bytesPerValue[spec.quantization?.dtype ?? spec.dtype] ?? 4);
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

async function readAll(response: Response, onBytes: (bytes: number) => void): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    onBytes(value.byteLength);
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
