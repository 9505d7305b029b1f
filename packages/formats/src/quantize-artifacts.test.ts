import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { googlenet, logitsModel } from '@googlenet/model';
import { quantizeArtifacts } from './quantize-artifacts';
import {
  artifactsOf,
  dispose,
  disturbWeights,
  images,
  maxDifference,
  outputs,
  SMALL_VARIANTS,
  useQuickCpu,
} from './testing/models';
import { codeOf } from './testing/errors';

beforeAll(useQuickCpu);

/** What stock TensorFlow.js makes of the artifacts, after JSON. */
function load(artifacts: tf.io.ModelArtifacts): Promise<tfl.LayersModel> {
  const { weightData, ...rest } = artifacts;
  return tfl.loadLayersModel(
    tf.io.fromMemory({ ...(JSON.parse(JSON.stringify(rest)) as tf.io.ModelArtifacts), weightData }),
  );
}

const size = ({ weightData }: tf.io.ModelArtifacts) => tf.io.CompositeArrayBuffer.join(weightData).byteLength;

/** A network whose channels differ as trained ones do: each scaled by its own power of two. */
function uneven(model: tfl.LayersModel): void {
  disturbWeights(model);
  for (const { originalName, read, write } of model.weights.map((one) => ({
    originalName: one.originalName,
    read: () => one.read(),
    write: (value: tf.Tensor) => one.write(value),
  }))) {
    if (!/^(inception|conv).*kernel$/.test(originalName)) continue;
    tf.tidy(() => {
      const channels = read().shape.at(-1) as number;
      write(tf.mul(read(), tf.tensor1d(Array.from({ length: channels }, (_, i) => 2 ** -(i % 8)))));
    });
  }
}

describe('a quantized model.json', () => {
  it.each(SMALL_VARIANTS)(
    'of %s is loaded by stock TensorFlow.js with nearly the same predictions',
    async (_, options) => {
      const model = googlenet({ ...options, widthMultiplier: 0.125 });
      uneven(model);
      const x = images('images', model);
      const whole = await artifactsOf(model);
      const expected = outputs(logitsModel(model), x);
      const scale = Math.max(...expected.flat().map(Math.abs));
      for (const [quantization, tolerance, share] of [
        ['float16', 3e-3, 0.55],
        ['uint8', 4e-2, 0.36],
      ] as const) {
        const small = quantizeArtifacts(whole, quantization);
        expect(size(small) / size(whole)).toBeLessThan(share);
        const loaded = await load(small);
        const found = outputs(logitsModel(loaded), x);
        found.forEach((head, i) =>
          expect([quantization, maxDifference(head, expected[i]) / scale < tolerance]).toEqual([
            quantization,
            true,
          ]),
        );
        loaded.dispose();
      }
      dispose(model, x);
    },
  );

  it('keeps channels apart: a model with small channels loses no more than one without', async () => {
    const [, options] = SMALL_VARIANTS[0];
    const model = googlenet(options);
    uneven(model);
    const x = images('images', model);
    const loaded = await load(quantizeArtifacts(await artifactsOf(model), 'uint8'));
    const kernel = loaded.getLayer('inception_3a').weights[0].read();
    const largest = tf.max(tf.abs(kernel), [0, 1, 2]).dataSync();
    largest.forEach((value) => expect(value).toBeCloseTo(1, 5));
    dispose(model, loaded, x);
  });

  it('is not made of one that is quantized already', async () => {
    const model = googlenet(SMALL_VARIANTS[0][1]);
    const small = quantizeArtifacts(await artifactsOf(model), 'float16');
    expect(codeOf(() => quantizeArtifacts(small, 'uint8'))).toBe('UNSUPPORTED');
    model.dispose();
  });
});
