import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import { type ModelFiles, readModelFiles, toModelFiles } from '@googlenet/model';
import { toFloat16 } from '../../../packages/formats/src/half';
import { publishFile } from './publish';

const MOST_BYTES = 1_500_000;
const TARGET = fileURLToPath(new URL('../../../packages/mnist-weights/model/', import.meta.url));

/**
 * Makes a trained run the network of `@googlenet/mnist-weights`, with its weights in float16.
 *
 * @throws {Error} if the folder is no finished run, its weights are no float32, or the files are too large.
 */
export async function shipModel(run: string | undefined): Promise<void> {
  const read = (name: string) => readFileSync(join(run ?? '', name));
  const needed = ['model/model.json', 'model/weights.bin', 'summary.json'];
  const missing = needed.filter((name) => run === undefined || !existsSync(join(run, name)));
  if (missing.length > 0)
    throw new Error(
      `expected the folder of a finished run, got ${run === undefined ? 'none' : `${run} without ${missing.join(', ')}`}. Name it: node scripts/ship-model.mjs runs/...`,
    );
  const files = await inFloat16(JSON.parse(read('model/model.json').toString()), (name) =>
    read(join('model', name)),
  );
  const wireBytes = gzipSync(files['model.json']).length + files['weights.bin'].length;
  if (wireBytes > MOST_BYTES)
    throw new Error(
      `expected at most ${MOST_BYTES} bytes over the wire, got ${wireBytes}. Train a narrower network.`,
    );
  const parameters = files['weights.bin'].length / 2;
  const record = {
    ...(JSON.parse(read('summary.json').toString()) as { seed: number; testAccuracy: number }),
    shipped: {
      weights: 'float16',
      parameters,
      wireBytes,
      sha256: { 'model.json': sha256(files['model.json']), 'weights.bin': sha256(files['weights.bin']) },
      trainedSha256: { 'weights.bin': sha256(read('model/weights.bin')) },
    },
  };
  const publish = (name: string, content: string | Uint8Array) => publishFile(join(TARGET, name), content);
  publish('weights.bin', files['weights.bin']);
  publish('model.json', files['model.json']);
  publish('run.json', `${JSON.stringify(record, null, 2)}\n`);
  shipOutliers(join(run ?? '', 'model/outliers.json'), record.seed);
  console.log(
    `${TARGET}: ${parameters} weights, ${wireBytes} bytes over the wire, test accuracy of the run ${record.testAccuracy}`,
  );
}

async function inFloat16(json: unknown, read: (name: string) => Buffer): Promise<ModelFiles> {
  const {
    weightSpecs = [],
    weightData,
    ...rest
  } = await readModelFiles(json, (name) => Promise.resolve(new Uint8Array(read(name))));
  if (weightSpecs.some(({ dtype, quantization }) => dtype !== 'float32' || quantization))
    throw new Error("expected float32 weights, got others. Ship the run's own model.");
  const halves = toFloat16(new Float32Array(tf.io.CompositeArrayBuffer.join(weightData)));
  if (halves.some((bits) => (bits & 0x7c00) === 0x7c00))
    throw new Error('expected weights of at most 65504, got larger ones. Ship this model as float32.');
  return toModelFiles({
    ...rest,
    weightSpecs: weightSpecs.map((spec) => ({ ...spec, quantization: { dtype: 'float16' } })),
    weightData: halves.buffer as ArrayBuffer,
  });
}

/** What `googlenet outliers` learned is of one network only. */
function shipOutliers(path: string, seed: number): void {
  const target = join(TARGET, 'outliers.json');
  if (existsSync(path)) {
    copyFileSync(path, target);
    return;
  }
  rmSync(target, { force: true });
  console.log(
    `run this too: npx googlenet outliers --model ${TARGET} --seed ${seed} --images 6000 --layer inception_4e --unlike FOLDER (tooling/oracles/unlike_digits.py)`,
  );
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
