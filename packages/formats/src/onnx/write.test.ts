import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { googlenet, logitsModel, type GoogLeNetOptions } from '@googlenet/model';
import { codeOf } from '../testing/errors';
import { everyLayer } from '../testing/every-layer';
import {
  disturbWeights,
  dispose,
  filledModel,
  images,
  maxDifference,
  outputs,
  SMALL_VARIANTS,
  useQuickCpu,
} from '../testing/models';
import { channelsFirst, runOnnx, RUNTIMES } from '../testing/onnx-runtime';
import { itWithPython } from '../testing/python';
import { FormatError } from '../errors';
import { decodeOnnx } from './schema';
import { writeOnnx, type OnnxWriteOptions } from './write';

beforeAll(useQuickCpu);

const CLASSES = ['tench', 'goldfish', 'great white shark', 'tiger shark', 'hammerhead'];

async function compare(
  model: tfl.LayersModel,
  x: tf.Tensor4D,
  options: OnnxWriteOptions,
  expectedOf: tfl.LayersModel,
  tolerance = 1e-5,
) {
  const file = await writeOnnx(model, options);
  const expected = outputs(expectedOf, x);
  const input = options.imageLayout === 'NHWC' ? x : channelsFirst(x);
  for (const runtime of RUNTIMES) {
    const found = runOnnx(runtime, file, { [options.inputName ?? model.inputNames[0]]: input });
    const worst = Math.max(...Object.values(found).map(({ data }, i) => maxDifference(data, expected[i])));
    expect(worst).toBeLessThan(tolerance);
  }
  return { file, names: decodeOnnx(file).outputs.map(({ name }) => name) };
}

describe('an ONNX file', () => {
  describe.each(SMALL_VARIANTS)('of %s', (_, options) => {
    it.each<[string, OnnxWriteOptions]>([
      ['folded, all heads', { auxiliary: true }],
      ['with its batch norm, images as here', { auxiliary: true, batchNorm: 'keep', imageLayout: 'NHWC' }],
    ])('predicts the same in onnxruntime-node and -web: %s', async (_name, write) => {
      const model = filledModel(options);
      const x = images('images', model);
      const { names } = await compare(model, x, write, model);
      expect(names).toEqual(options.auxiliary ? ['predictions', 'aux1', 'aux2'] : ['predictions']);
      dispose(model, x);
    });
  });

  it('leaves no tensors behind', async () => {
    const model = filledModel(SMALL_VARIANTS[0][1]);
    const before = tf.memory().numTensors;
    await writeOnnx(model);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('gives logits under any names, says its sizes, classes and preprocessing, and takes any batch', async () => {
    const [, options] = SMALL_VARIANTS.find(([name]) => name === 'torchvision') as [string, GoogLeNetOptions];
    const model = filledModel(options);
    const preprocessing = { mean: [0.485, 0.456, 0.406] };
    const write = {
      logits: true,
      inputName: 'pixel_values',
      outputNames: ['logits'],
      classes: CLASSES,
      preprocessing,
      metadata: { licence: 'MIT' },
    };
    const x = images('images', model, 3);
    const { file } = await compare(model, x, write, logitsModel(model), 1e-4);
    const { opset, inputs, outputs: results, metadata, nodes, initializers } = decodeOnnx(file);
    expect(opset).toBe(17);
    expect(inputs).toEqual([{ name: 'pixel_values', shape: ['batch', 3, 75, 79] }]);
    expect(results).toEqual([{ name: 'logits', shape: ['batch', 5] }]);
    expect(metadata).toEqual({
      classes: JSON.stringify(CLASSES),
      preprocessing: JSON.stringify(preprocessing),
      licence: 'MIT',
    });
    const operations = new Set(nodes.map(({ opType }) => opType));
    for (const absent of ['BatchNormalization', 'Dropout', 'Softmax'])
      expect(operations).not.toContain(absent);
    expect(initializers.get('conv1_7x7_s2_conv/kernel')?.shape).toEqual([8, 3, 7, 7]);
    dispose(model, x);
  });

  it('holds every built-in layer of the list, on oblong maps', async () => {
    const model = everyLayer();
    disturbWeights(model);
    const x = images('images', model);
    await compare(model, x, { imageLayout: 'NHWC' }, model);
    dispose(model, x);
  });

  it.each([
    ['float16', 2e-3, 0.55],
    ['uint8', 3e-2, 0.35],
  ] as const)('with kernels in %s is smaller and nearly as exact', async (quantize, tolerance, size) => {
    const [, options] = SMALL_VARIANTS[0];
    const model = filledModel({ ...options, widthMultiplier: 0.25 });
    const x = images('images', model);
    const { file } = await compare(model, x, { quantize }, model, tolerance);
    const whole = await writeOnnx(model);
    expect(file.length / whole.length).toBeLessThan(size);
    dispose(model, x);
  });

  it('is refused for a layer or an activation that ONNX is not told of, by name', async () => {
    const make = (layer: tfl.layers.Layer) => tfl.sequential({ layers: [layer] });
    const transposed = make(tfl.layers.conv2dTranspose({ filters: 2, kernelSize: 2, inputShape: [3, 3, 2] }));
    const first = make(
      tfl.layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [2, 3, 3], dataFormat: 'channelsFirst' }),
    );
    for (const model of [transposed, first]) {
      await expect(writeOnnx(model)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      model.dispose();
    }
  });

  it('that is cut off or changed anywhere gives a FormatError or a graph', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [2], name: 'a' })] });
    const file = await writeOnnx(model);
    model.dispose();
    for (let length = 0; length < file.length; length++) {
      try {
        decodeOnnx(file.subarray(0, length)); // metadata behind the graph may be gone
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    for (let bit = 0; bit < file.length * 8; bit++) {
      const changed = file.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      try {
        expect(decodeOnnx(changed).initializers.size).toBeLessThan(9);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    expect(codeOf(() => decodeOnnx(new Uint8Array(0)))).toBe('MALFORMED');
  });

  itWithPython(
    "passes ONNX's checker and predicts the same in Python's onnxruntime, every variant",
    ['onnx', 'onnxruntime'],
    async (ask, folder) => {
      for (const [name, options] of SMALL_VARIANTS) {
        const model = googlenet(options);
        disturbWeights(model);
        const x = images('images', model);
        const path = join(folder, 'model.onnx');
        for (const write of [
          {},
          { batchNorm: 'keep', imageLayout: 'NHWC' },
          { quantize: 'uint8' },
        ] satisfies OnnxWriteOptions[]) {
          writeFileSync(path, await writeOnnx(model, { auxiliary: true, classes: CLASSES, ...write }));
          const found = ask<Record<string, number[][]>>(
            'onnx',
            path,
            'images',
            x.shape,
            'imageLayout' in write,
          );
          const expected = outputs(model, x);
          model.outputNames.forEach((output, i) =>
            expect([
              name,
              maxDifference(found[output].flat(), expected[i]) < ('quantize' in write ? 0.05 : 1e-5),
            ]).toEqual([name, true]),
          );
        }
        dispose(model, x);
      }
    },
  );
});
