import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { hasPeer } from './peers';

export type Runtime = 'onnxruntime-node' | 'onnxruntime-web';

/** The runtimes that are at hand: the one for Node is installed in `integrations` alone, without its install script. */
export const RUNTIMES: readonly Runtime[] = [
  ...(hasPeer('onnxruntime-node') ? (['onnxruntime-node'] as const) : []),
  'onnxruntime-web',
];

/** Numbers in a shape. */
export interface Numbers {
  shape: number[];
  data: number[];
}

/** An ONNX file and what goes in. */
export interface OnnxRun {
  file: Uint8Array;
  inputs: Record<string, tf.Tensor>;
}

/** Outputs by name of an ONNX file in another runtime. */
export function runOnnx(
  runtime: Runtime,
  file: Uint8Array,
  inputs: Record<string, tf.Tensor>,
): Record<string, Numbers> {
  return runAllOnnx(runtime, [{ file, inputs }])[0];
}

/** Outputs by name of each of several ONNX files in another runtime, which starts once. */
export function runAllOnnx(runtime: Runtime, runs: readonly OnnxRun[]): Record<string, Numbers>[] {
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  try {
    const jobs = runs.map(({ file, inputs }, i) => {
      const [model, out] = [`${i}.onnx`, `${i}.json`].map((name) => join(folder, name));
      writeFileSync(model, file);
      const numbers = Object.entries(inputs).map(([name, tensor]) => [
        name,
        { shape: tensor.shape, data: Array.from(tensor.dataSync()) },
      ]);
      return { file: model, inputs: Object.fromEntries(numbers) as Record<string, Numbers>, out };
    });
    const list = join(folder, 'jobs.json');
    writeFileSync(list, JSON.stringify(jobs));
    const script = join(__dirname, '..', '..', 'scripts', 'run-onnx.mjs');
    execFileSync(process.execPath, [script, runtime, list], { stdio: 'pipe' });
    return jobs.map(({ out }) => JSON.parse(readFileSync(out, 'utf8')) as Record<string, Numbers>);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Images with their channels second. */
export function channelsFirst(images: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(images, [0, 3, 1, 2]);
}
