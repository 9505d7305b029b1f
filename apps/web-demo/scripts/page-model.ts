import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { quantizeArtifacts } from '@googlenet/formats';

const PACKAGE = new URL('../../../packages/mnist-weights/model/', import.meta.url);
const PAGE = new URL('../public/model/', import.meta.url);

const read = (name: string): Buffer => readFileSync(fileURLToPath(new URL(name, PACKAGE)));

/** A JSON file beside the network of `@googlenet/mnist-weights`: `run.json`, `outliers.json`. */
export function readBeside<T>(name: string): T {
  return JSON.parse(read(name).toString()) as T;
}

/** The network of `@googlenet/mnist-weights` in 8 bits: what the page fetches. */
export async function pageModel(): Promise<tf.io.ModelArtifacts> {
  tf.env().set('PROD', true); // no advice to install tfjs-node
  const json = JSON.parse(read('model.json').toString()) as tf.io.ModelJSON;
  const model = await tfl.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(read('weights.bin')).buffer,
    }),
  );
  let whole: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      whole = artifacts;
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
    }),
  );
  model.dispose();
  const { trainingConfig: _none, ...artifacts } = quantizeArtifacts(whole ?? {}, 'uint8');
  return { ...artifacts, userDefinedMetadata: json.userDefinedMetadata };
}

/** Writes the page's network, its record and what it doubts by, to `public/model`. */
export async function writePageModel(): Promise<void> {
  const { modelTopology, weightSpecs = [], weightData, userDefinedMetadata } = await pageModel();
  const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const card = (userDefinedMetadata as { googlenet?: object } | undefined)?.googlenet;
  const model = JSON.stringify({
    modelTopology,
    format: 'layers-model',
    userDefinedMetadata: {
      ...userDefinedMetadata,
      googlenet: { ...card, sha256: { 'weights.bin': sha256 } },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  });
  mkdirSync(fileURLToPath(PAGE), { recursive: true });
  write('weights.bin', weights);
  write('model.json', model);
  for (const name of ['run.json', 'outliers.json']) write(name, read(name));
  const kilobytes = (gzipSync(model).length + weights.length) / 1000;
  console.log(`public/model: 8 bits a weight, ${kilobytes.toFixed(0)} KB over the wire`);
}

function write(name: string, content: string | Uint8Array): void {
  const path = fileURLToPath(new URL(name, PAGE));
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}
