import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '@googlenet/backend-wasm';
import { decodeOnnx, decodeSafetensors, readZip } from '@googlenet/formats';
import { googlenet, modelCard } from '@googlenet/model';
import { itWithPython } from '../../../../packages/formats/src/testing/python';
import { fill } from '../../../../packages/inception/src/testing/golden';
import { exportModel } from './export-model';
import { artifactsFromFiles, loadModel } from './model-store';
import type { ExportFormat } from './protocol';

const CLASS_NAMES = [...'0123456789'];
let artifacts: tf.io.ModelArtifacts;
let parameters: number;

beforeAll(async () => {
  await useWasm({ threads: 1 });
  const model = googlenet({ widthMultiplier: 0.0625, seed: 3 });
  parameters = model.countParams();
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = {
        ...saved,
        userDefinedMetadata: { googlenet: { dataset: 'mnist', classNames: CLASS_NAMES } },
      };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  model.dispose();
});

async function exported(format: ExportFormat): Promise<[name: string, bytes: Uint8Array]> {
  const before = tf.memory().numTensors;
  const [first] = await exportModel(artifacts, format, 'mine');
  expect(tf.memory().numTensors).toBe(before);
  return [first?.name ?? '', first?.bytes ?? new Uint8Array()];
}

describe('a network that is taken away', () => {
  it('is TensorFlow.js files with the checksum of the weights, which load again', async () => {
    const files = await exportModel(artifacts, 'tfjs', 'mine');
    expect(files.map(({ name }) => name)).toEqual(['model.json', 'weights.bin']);
    const [json, weights] = files;
    const sha256 = createHash('sha256')
      .update(weights?.bytes ?? '')
      .digest('hex');
    const card = modelCard(JSON.parse(new TextDecoder().decode(json?.bytes)) as object);
    expect(card).toMatchObject({
      dataset: 'mnist',
      classNames: CLASS_NAMES,
      sha256: { 'weights.bin': sha256 },
    });
    const again = await artifactsFromFiles(files.map(({ name, bytes }) => new File([bytes], name)));
    const model = await loadModel(again);
    expect(model.countParams()).toBe(parameters);
    model.dispose();
  });

  it('is an ONNX graph from grey pictures to the ten classes', async () => {
    const [name, bytes] = await exported('onnx');
    const graph = decodeOnnx(bytes);
    expect([name, graph.inputs[0]?.shape]).toEqual(['mine.onnx', ['batch', 1, 28, 28]]);
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([['batch', 10]]);
    expect(JSON.parse(graph.metadata.classes ?? '')).toEqual(CLASS_NAMES);
  });

  it("is weights with PyTorch's names", async () => {
    const [name, bytes] = await exported('safetensors');
    const { tensors } = decodeSafetensors(bytes);
    expect([name, tensors.get('fc.weight')?.shape]).toEqual(['mine.safetensors', [10, 64]]);
  });

  itWithPython(
    'is a file that Keras opens, with the predictions of the page',
    ['keras'],
    async (ask, folder) => {
      const [name, bytes] = await exported('keras');
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const shape: [number, number, number, number] = [2, 28, 28, 1];
      const [{ outputs }] = ask<[{ outputs: number[][][] }]>('keras', [path, 'images', shape, [], 0, 0]);
      const model = await loadModel(artifacts);
      const x = fill('images', shape, 0, 1);
      const predictions = model.predict(x) as tf.Tensor2D;
      const expected = await predictions.array();
      outputs[0]?.forEach((row, i) =>
        row.forEach((value, j) => expect(value).toBeCloseTo(expected[i]?.[j] ?? NaN, 5)),
      );
      expect(outputs[0]).toHaveLength(2);
      tf.dispose([x, predictions]);
      model.dispose();
    },
  );

  it('is a file of Keras, and a Hugging Face folder in one zip file', async () => {
    const [keras, kerasBytes] = await exported('keras');
    expect([keras, [...readZip(kerasBytes).keys()]]).toEqual([
      'mine.keras',
      ['metadata.json', 'config.json', 'model.weights.h5'],
    ]);
    const [folder, folderBytes] = await exported('huggingFace');
    expect(folder).toBe('mine.zip');
    expect([...readZip(folderBytes).keys()]).toEqual(
      expect.arrayContaining(['mine/config.json', 'mine/model.safetensors', 'mine/onnx/model.onnx']),
    );
  });
});
