import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { decodeImageSync } from '@googlenet/images/node';
import { WEIGHTS, decodePredictions, preprocess, type DecodedPrediction } from '@googlenet/pretrained';
import type { ClassifyRequest } from '../commands/classify';
import { selectEngine } from '../engines';
import { ExitCode, reasonOf } from '../errors';
import { colorsFor, remark, say, sayJson, type Io } from '../io';
import { MOST_PICTURE_BYTES, readPlainFile } from '../plain-file';
import { percent } from '../render/format';
import { shown } from '../run-folder';
import { findPictures } from './find-pictures';
import { findWeightsFile, loadPretrained } from './photo-weights';

/** One picture's line of `--json`. */
type Result = { file: string } & ({ classes: DecodedPrediction[] } | { error: string });

/** `googlenet classify`: ranks ImageNet's classes for photographs. A file that is no picture is told, and the others go on. */
export async function classifyPhotos(
  io: Io,
  given: readonly string[],
  { weights, top, batchSize, backend, threads, json: quiet }: ClassifyRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const note = (line: string): void => void (quiet || remark(io, line));
  const files = findPictures(io.cwd, given);
  const found = await findWeightsFile(io, weights, { note });
  const engine = await selectEngine(backend, { threads }, note);
  const model = await loadPretrained(found);
  note(`weights ${shown(io.cwd, found.path)} (${found.name}), engine ${engine.name} (${engine.detail})`);
  const { size } = WEIGHTS[found.name].preprocessing;
  const pixels = size * size * 3;
  const results: Result[] = [];
  try {
    for (let start = 0; start < files.length; start += batchSize) {
      const batch = files.slice(start, start + batchSize);
      const images = new Float32Array(batch.length * pixels);
      const problems = new Map<number, string>();
      for (const [i, file] of batch.entries()) {
        try {
          preprocess(
            decodeImageSync(readPlainFile(resolve(io.cwd, file), MOST_PICTURE_BYTES)),
            found.name,
            images,
            i * pixels,
          );
        } catch (error) {
          problems.set(i, reasonOf(error));
        }
      }
      const rows =
        problems.size === batch.length
          ? []
          : await probabilities(model, images, [batch.length, size, size, 3]);
      batch.forEach((file, i) => {
        const error = problems.get(i);
        const result: Result =
          error === undefined ? { file, classes: decodePredictions(rows[i], top) } : { file, error };
        results.push(result);
        if (!quiet) show(io, result);
      });
    }
  } finally {
    model.dispose();
  }
  if (quiet) sayJson(io, results);
  return results.some((result) => 'error' in result) ? ExitCode.usage : ExitCode.ok;
}

async function probabilities(
  model: Awaited<ReturnType<typeof loadPretrained>>,
  images: Float32Array,
  shape: [number, number, number, number],
): Promise<Float32Array[]> {
  const output = tf.tidy(() => model.predict(tf.tensor4d(images, shape)) as tf.Tensor);
  try {
    const values = (await output.data()) as Float32Array;
    const classes = values.length / shape[0];
    return Array.from({ length: shape[0] }, (_, i) => values.subarray(i * classes, (i + 1) * classes));
  } finally {
    output.dispose();
  }
}

const BAR = 30;

function show(io: Io, result: Result): void {
  const colors = colorsFor(io);
  if ('error' in result) {
    remark(io, `${result.file}: ${result.error}`);
    return;
  }
  say(io, colors.bold(result.file));
  const widest = Math.max(...result.classes.map(({ words }) => words.length));
  result.classes.forEach(({ words, probability }, i) => {
    const bar = '█'.repeat(Math.round(BAR * probability));
    const name = (i === 0 ? colors.green : String)(words.padEnd(widest));
    say(io, `  ${name}  ${percent(probability, 1).padStart(7)}  ${bar}`.trimEnd());
  });
}
