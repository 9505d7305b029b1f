import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { googlenet } from '@googlenet/model';
import { huggingFaceFiles } from './hugging-face';
import { writeKeras } from './keras/write';
import { writeOnnx } from './onnx/write';
import { quantizeArtifacts } from './quantize-artifacts';
import { writeSafetensors } from './safetensors/model';
import { artifactsOf, useQuickCpu } from './testing/models';
import { writeTorch } from './torch/write';

beforeAll(useQuickCpu);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in array buffers that somebody still holds: tensors of the engine and files. */
function heldBytes(): number {
  collect();
  collect(); // the first frees what the one before found
  return process.memoryUsage().arrayBuffers;
}

/** Headers of files, one kernel that is turned: half the model of these tests. */
const CONSTANT_BYTES = 2 ** 20;

/** Weights between two measurements. */
const STRIDE = 16;

/**
 * The most bytes held while a file is written, beyond those before: measured as its weights are read from the engine, when `write` says so,
 * and at the end.
 */
async function peakOf(write: (measure: () => void) => unknown): Promise<number> {
  const before = heldBytes();
  let peak = before;
  let count = 0;
  const measure = () => {
    if (count++ % STRIDE === 0) peak = Math.max(peak, heldBytes());
  };
  // No mock of jest's, which keeps all that went through it.
  const { prototype } = tf.Tensor;
  const own = Object.getOwnPropertyDescriptor(prototype, 'data') as PropertyDescriptor;
  Object.defineProperty(prototype, 'data', {
    ...own,
    value(this: tf.Tensor) {
      measure();
      return (own.value as tf.Tensor['data']).call(this);
    },
  });
  try {
    const file = await write(measure);
    peak = Math.max(peak, heldBytes());
    expect(file).toBeDefined();
  } finally {
    Object.defineProperty(prototype, 'data', own);
  }
  return peak - before;
}

/** Files one after the other, none of them kept: a loop's variable would keep one while the next is made. */
async function drain(files: AsyncIterable<[string, Uint8Array]>): Promise<number> {
  const iterator = files[Symbol.asyncIterator]();
  const isMore = async () => (await iterator.next()).done !== true;
  let count = 0;
  while (await isMore()) count++;
  return count;
}

describe('the memory that a writer takes beyond the model', () => {
  let model: tfl.LayersModel;
  let artifacts: tf.io.ModelArtifacts;
  beforeAll(async () => {
    model = googlenet({ widthMultiplier: 0.3, inputShape: [12, 12, 1] });
    artifacts = await artifactsOf(model);
  });
  afterAll(() => model.dispose());

  it.each<[string, number, (measure: () => void) => unknown]>([
    ['writeOnnx', 2, () => writeOnnx(model)],
    ['writeOnnx, float16', 1.5, () => writeOnnx(model, { quantize: 'float16' })],
    ['writeOnnx, uint8', 1.5, () => writeOnnx(model, { quantize: 'uint8' })],
    ['writeKeras', 2, () => writeKeras(model)],
    ['writeSafetensors', 1, () => writeSafetensors(model, { layout: 'pytorch' })],
    ['writeTorch', 1, () => writeTorch(model)],
    ['huggingFaceFiles', 2, () => drain(huggingFaceFiles(model))],
    ['quantizeArtifacts, float16', 0.5, (measure) => quantizeArtifacts(watched(measure), 'float16')],
    ['quantizeArtifacts, uint8', 0.25, (measure) => quantizeArtifacts(watched(measure), 'uint8')],
  ])('%s: %d times its size, and what does not grow with it', async (_, times, write) => {
    const size = 4 * model.countParams();
    const peak = await peakOf(write);
    expect(peak).toBeLessThan(times * size + CONSTANT_BYTES);
    // What the tests before left may be freed while this one runs.
    expect(peak).toBeGreaterThan(0.75 * times * size);
  });

  /** The saved model, which measures as its weights are packed: their shapes are asked for then. */
  function watched(measure: () => void): tf.io.ModelArtifacts {
    const weightSpecs = artifacts.weightSpecs?.map(({ shape, ...spec }) =>
      Object.defineProperty(spec, 'shape', { enumerable: true, get: () => (measure(), shape) }),
    ) as tf.io.WeightsManifestEntry[];
    return { ...artifacts, weightSpecs };
  }
});
