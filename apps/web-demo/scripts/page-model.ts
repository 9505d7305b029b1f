import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { quantizeArtifacts } from '@googlenet/formats';
import { toModelFiles } from '@googlenet/model';
import { loadModel } from '@googlenet/model/node';
import { publishFile } from './publish';

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
  const model = await loadModel(fileURLToPath(PACKAGE));
  let whole: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      whole = artifacts;
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
    }),
  );
  model.dispose();
  const { trainingConfig: _none, ...artifacts } = quantizeArtifacts(whole ?? {}, 'uint8');
  return artifacts;
}

/** Writes the page's network, its record and what it doubts by, to `public/model`. */
export async function writePageModel(): Promise<void> {
  const { 'weights.bin': weights, 'model.json': model } = await toModelFiles(await pageModel());
  const publish = (name: string, content: string | Uint8Array) =>
    publishFile(fileURLToPath(new URL(name, PAGE)), content);
  publish('weights.bin', weights);
  publish('model.json', model);
  for (const name of ['run.json', 'outliers.json']) publish(name, read(name));
  const kilobytes = (gzipSync(model).length + weights.length) / 1000;
  console.log(`public/model: 8 bits a weight, ${kilobytes.toFixed(0)} KB over the wire`);
}
