import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useWasm } from '@googlenet/backend-wasm';
import { artifactsFromFiles, fetchArtifacts, loadModel } from './model-store';

const file = (name: string, content: string | Uint8Array) => new File([content as BlobPart], name);

/** A small model's two files. */
async function savedModel(inputShape: number[]): Promise<File[]> {
  const model = tfl.sequential({
    layers: [tfl.layers.flatten({ inputShape }), tfl.layers.dense({ units: 3 })],
  });
  let files: File[] = [];
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      const { modelTopology, weightSpecs, weightData } = artifacts;
      const json = {
        modelTopology,
        weightsManifest: [{ paths: ['deep/weights.bin'], weights: weightSpecs }],
      };
      const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
      files = [file('weights.bin', bytes), file('model.json', JSON.stringify(json))];
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  model.dispose();
  return files;
}

beforeAll(() => useWasm({ threads: 1 }));

describe('a model from files', () => {
  it('is built from its two files in any order', async () => {
    const model = await loadModel(await artifactsFromFiles(await savedModel([28, 28, 1])));
    expect(model.countParams()).toBe(784 * 3 + 3);
    model.dispose();
  });

  it('is refused, and its tensors freed, when it does not take 28x28 grey pictures', async () => {
    const artifacts = await artifactsFromFiles(await savedModel([32, 32, 3]));
    const before = tf.memory().numTensors;
    await expect(loadModel(artifacts)).rejects.toThrow(
      /expected an input of shape \[null, 28, 28, 1\], got \[null,32,32,3\]/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, File[], RegExp]>([
    [
      'no JSON file',
      [file('weights.bin', 'x')],
      /expected a model.json with its .bin files, got weights.bin/,
    ],
    ['nothing', [], /got no file/],
    ['text that is not JSON', [file('model.json', '{')], /loadModel\(model.json\): expected JSON/],
    ['other JSON', [file('model.json', 'null')], /expected a TensorFlow.js layers model/],
  ])('is refused when there is %s', async (_, files, message) => {
    await expect(artifactsFromFiles(files)).rejects.toThrow(message);
  });

  it('is refused, before it is read, when a file is far too large', async () => {
    const [weights, json] = (await savedModel([28, 28, 1])) as [File, File];
    const large = (of: File) => Object.defineProperty(of, 'size', { value: 5e9 });
    await expect(artifactsFromFiles([json, large(weights)])).rejects.toThrow(
      /loadModel\(weights.bin\): expected at most 1000 MB, got 5000 MB/,
    );
    await expect(artifactsFromFiles([large(json), weights])).rejects.toThrow(
      /loadModel\(model.json\): expected at most 64 MB/,
    );
  });

  it('is refused when its weights are missing or cut short', async () => {
    const [weights, json] = (await savedModel([28, 28, 1])) as [File, File];
    await expect(artifactsFromFiles([json])).rejects.toThrow(/expected the file weights.bin beside it/);
    const cut = file('weights.bin', new Uint8Array(await weights.slice(0, 100).arrayBuffer()));
    await expect(artifactsFromFiles([json, cut])).rejects.toThrow(/expected 9420 bytes of weights, got 100/);
  });
});

describe('a model from the site', () => {
  it('tells its progress, and says which file is missing', async () => {
    const [weights, json] = (await savedModel([28, 28, 1])) as [File, File];
    const answers: Record<string, File> = {
      'https://site.test/model/model.json': json,
      'https://site.test/model/deep/weights.bin': weights,
    };
    const fetchFile = (url: string | URL | Request) => {
      const found = answers[url instanceof Request ? url.url : String(url)];
      return Promise.resolve(new Response(found ?? null, { status: found ? 200 : 404 }));
    };
    const spy = jest.spyOn(globalThis, 'fetch').mockImplementation(fetchFile);
    try {
      const progress: number[] = [];
      const artifacts = await fetchArtifacts(
        'https://site.test/model/model.json',
        ({ loadedBytes, totalBytes }) => progress.push(loadedBytes / totalBytes),
      );
      expect(progress.at(-1)).toBe(1);
      expect((artifacts.weightData as ArrayBuffer).byteLength).toBe(9420);
      await expect(fetchArtifacts('https://site.test/other.json', () => undefined)).rejects.toThrow(
        /fetch\(https:\/\/site.test\/other.json\): expected the file, got status 404/,
      );
    } finally {
      spy.mockRestore();
    }
  });
});
