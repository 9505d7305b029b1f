import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quantizeArtifacts, type Quantization } from '@googlenet/formats';
import { toModelFiles, type ModelCard } from '@googlenet/model';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { UserError, messageOf } from '../errors';
import { writeWhole } from '../run-folder';

/** A file by its path within the folder that `--out` names, or under the name '' that file itself. */
export type OutFile = readonly [path: string, bytes: Uint8Array];

/**
 * Writes what `--out` names.
 *
 * @param files - those of an async iterable are made one after the other.
 * @returns the bytes of all files together.
 * @throws {UserError} if it cannot be written.
 */
export async function writeOut(
  files: Iterable<OutFile> | AsyncIterable<OutFile>,
  out: string,
): Promise<number> {
  let total = 0;
  for await (const [name, bytes] of files) {
    const path = name === '' ? out : join(out, name);
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeWhole(path, bytes);
    } catch (error) {
      throw new UserError(
        `--out: expected a place that can be written, got ${out} (${messageOf(error)}). Choose another.`,
        { cause: error },
      );
    }
    total += bytes.length;
  }
  return total;
}

/**
 * A model as TensorFlow.js loads it, in fewer bits where that is wanted.
 *
 * @param card - what the model should know of its task. Default: what it knows.
 */
export async function tfjsFiles(
  model: tfl.LayersModel,
  quantize: Quantization | undefined,
  card?: ModelCard,
): Promise<OutFile[]> {
  const whole = await artifactsOf(model);
  const files = await toModelFiles(quantize === undefined ? whole : quantizeArtifacts(whole, quantize), card);
  return [
    ['weights.bin', files['weights.bin']],
    ['model.json', new TextEncoder().encode(files['model.json'])],
  ];
}

/** What `model.save()` hands over. */
export async function artifactsOf(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  return saved;
}
