import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { googlenet, modelCard } from '../index';
import { loadModel, saveModel } from './index';

interface Node {
  class_name?: string;
  name: string;
  inbound_nodes: [string, number, number, object][][];
}
interface ModelJson {
  modelTopology: { config?: { layers: Node[] }; model_config?: { config: { layers: Node[] } } };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

let base: string;
let saved: string;
let folder: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  base = mkdtempSync(join(tmpdir(), 'folder-model-'));
  saved = join(base, 'saved');
  const model = small();
  await saveModel(model, saved, { dataset: 'shapes', classNames: ['round', 'square'] });
  model.dispose();
});

beforeEach(() => {
  folder = mkdtempSync(join(base, 'copy-'));
  for (const name of readdirSync(saved)) copyFileSync(join(saved, name), join(folder, name));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

function small(): ReturnType<typeof googlenet> {
  return googlenet({ inputShape: [28, 28, 1], numClasses: 2, widthMultiplier: 1 / 16, seed: 3 });
}

function editJson(edit: (json: ModelJson, layers: Node[]) => void): void {
  const file = join(folder, 'model.json');
  const json = JSON.parse(readFileSync(file, 'utf8')) as ModelJson;
  const { layers } = json.modelTopology.config ?? json.modelTopology.model_config?.config ?? { layers: [] };
  edit(json, layers);
  writeFileSync(file, JSON.stringify(json));
}

describe('a saved model', () => {
  it('comes back with the same outputs and card', async () => {
    const model = small();
    const again = await loadModel(saved);
    const x = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 5);
    const expected = model.predict(x) as tf.Tensor;
    const got = again.predict(x) as tf.Tensor;
    expect(Array.from(got.dataSync())).toEqual(Array.from(expected.dataSync()));
    const card = modelCard({ userDefinedMetadata: again.getUserDefinedMetadata() });
    expect(card).toEqual({ dataset: 'shapes', classNames: ['round', 'square'] });
    tf.dispose([x, expected, got]);
    model.dispose();
    again.dispose();
  });

  it('can be named by its model.json, and leaves no half-written file', async () => {
    expect(readdirSync(saved).sort()).toEqual(['model.json', 'weights.bin']);
    (await loadModel(join(saved, 'model.json'))).dispose();
  });

  it('can be saved again after it was loaded', async () => {
    const model = await loadModel(folder);
    model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 0.5)));
    await saveModel(model, folder);
    (await loadModel(folder)).dispose();
    model.dispose();
  });
});

describe('damage', () => {
  it('is found at any of 100 single bits of the weights', async () => {
    const file = join(folder, 'weights.bin');
    const bytes = readFileSync(file);
    let found = 0;
    for (let i = 0; i < 100; i++) {
      const at = Math.floor((bytes.length * i) / 100) + (i % 4);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
      writeFileSync(file, bytes);
      await loadModel(folder).catch((error: Error) => {
        expect(error.message).toMatch(/expected the checksum that the model names for "weights.bin"/);
        found++;
      });
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
    }
    expect(found).toBe(100);
  });

  it('is found in files cut short', async () => {
    writeFileSync(join(folder, 'weights.bin'), readFileSync(join(folder, 'weights.bin')).subarray(4));
    await expect(loadModel(folder)).rejects.toThrow(/bytes of weights/);
  });

  it.each([NaN, Infinity, -Infinity])(
    'of weights that became %p is refused, with the weight named',
    async (value) => {
      const model = small();
      const [kernel] = model.getWeights();
      if (kernel === undefined) throw new Error('no weights');
      model.setWeights([tf.fill(kernel.shape, value), ...model.getWeights().slice(1)]);
      await saveModel(model, folder);
      model.dispose();
      await expect(loadModel(folder)).rejects.toThrow(
        /expected finite weights, got NaN or infinity in ".*kernel/,
      );
    },
  );
});

describe('a hostile model.json', () => {
  it('with a layer of an unknown class ends in an error of ours that keeps that of TensorFlow.js', async () => {
    editJson((_json, layers) => {
      for (const layer of layers) if (layer.class_name === 'Dense') layer.class_name = 'Denze';
    });
    const error = await loadModel(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(
      /expected layers that TensorFlow.js can build, got its error "Unknown layer: Denze/,
    );
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it('with a circle of layers ends in an error', async () => {
    editJson((_json, layers) => {
      const [, second] = layers;
      const last = layers.at(-1);
      const edge = second?.inbound_nodes[0]?.[0];
      if (edge === undefined || last === undefined) throw new Error('no edge');
      edge[0] = last.name;
    });
    await expect(loadModel(folder)).rejects.toThrow(/a circle of layers/);
  });

  it('with an input that is not there ends in an error', async () => {
    editJson((_json, layers) => {
      const edge = layers[1]?.inbound_nodes[0]?.[0];
      if (edge === undefined) throw new Error('no edge');
      edge[0] = 'nobody';
    });
    await expect(loadModel(folder)).rejects.toThrow(/with the input "nobody", which is not there/);
  });

  it.each(['../weights.bin', '/dev/zero', 'a/../../b', 'C:\\weights.bin', 'https://example.org/w.bin', ''])(
    'cannot read %p',
    async (path) => {
      editJson((json) => {
        for (const group of json.weightsManifest) group.paths = [path];
      });
      await expect(loadModel(folder)).rejects.toThrow(/expected weight files beside model.json/);
    },
  );

  it.each(['/dev/zero', join(tmpdir(), '..')])('cannot read %p over a link', async (target) => {
    rmSync(join(folder, 'weights.bin'));
    symlinkSync(target, join(folder, 'weights.bin'));
    await expect(loadModel(folder)).rejects.toThrow(/a link out of the folder/);
  });

  it.each([
    ['shape', [-1]],
    ['shape', [2 ** 40, 2 ** 40]],
    ['shape', 'many'],
    ['dtype', 'complex64'],
    ['quantization', { dtype: 'uint8', scale: 'x', min: 0 }],
  ])('with a weight of %s %j is refused', async (key, value) => {
    editJson((json) => Object.assign(json.weightsManifest[0]?.weights[0] ?? {}, { [key]: value }));
    await expect(loadModel(folder)).rejects.toThrow(
      /expected (name, shape and dtype of each weight|\d+ bytes)/,
    );
  });

  it.each(['', '{', '[]', '{}', 'null', '{"format":"graph-model"}', `${'['.repeat(50_000)}`])(
    'of the text %j is refused',
    async (text) => {
      writeFileSync(join(folder, 'model.json'), text);
      await expect(loadModel(folder)).rejects.toThrow(/loadModel\(model.json\): expected/);
    },
  );

  it('of a thousand levels is refused', async () => {
    editJson((json) => {
      let deep: object = {};
      for (let i = 0; i < 1000; i++) deep = { deep };
      Object.assign(json.modelTopology, { deep });
    });
    await expect(loadModel(folder)).rejects.toThrow(/more than 100 levels/);
  });
});
