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

/** Outputs by name of an ONNX file in another runtime. */
export function runOnnx(
  runtime: Runtime,
  file: Uint8Array,
  inputs: Record<string, tf.Tensor>,
): Record<string, Numbers> {
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  try {
    const [model, feeds, out] = ['model.onnx', 'inputs.json', 'out.json'].map((name) => join(folder, name));
    const numbers = Object.entries(inputs).map(([name, tensor]) => [
      name,
      { shape: tensor.shape, data: Array.from(tensor.dataSync()) },
    ]);
    writeFileSync(model, file);
    writeFileSync(feeds, JSON.stringify(Object.fromEntries(numbers)));
    execFileSync(
      process.execPath,
      [join(__dirname, '..', '..', 'scripts', 'run-onnx.mjs'), runtime, model, feeds, out],
      {
        stdio: 'pipe',
      },
    );
    return JSON.parse(readFileSync(out, 'utf8')) as Record<string, Numbers>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Images with their channels second. */
export function channelsFirst(images: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(images, [0, 3, 1, 2]);
}
