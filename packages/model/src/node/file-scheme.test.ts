import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { registerFileScheme } from './index';

let base: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerFileScheme();
  registerFileScheme();
  base = mkdtempSync(join(tmpdir(), 'file-scheme-'));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

function small(): tfl.Sequential {
  return tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3], name: 'last' })] });
}

describe('file:// addresses', () => {
  it('save a layers model and load it again, by absolute and by relative path', async () => {
    const folder = join(base, 'a folder');
    const model = small();
    const { modelArtifactsInfo } = await model.save(pathToFileURL(folder).href);
    expect(modelArtifactsInfo).toMatchObject({ modelTopologyType: 'JSON', weightDataBytes: 32 });
    const x = tf.tensor2d([[1, -2, 3]]);
    const expected = (model.predict(x) as tf.Tensor).arraySync();
    const addresses = [
      pathToFileURL(join(folder, 'model.json')).href,
      pathToFileURL(folder).href,
      `file://${relative(process.cwd(), folder)}/model.json`,
    ];
    for (const address of addresses) {
      const loaded = await tfl.loadLayersModel(address);
      expect((loaded.predict(x) as tf.Tensor).arraySync()).toEqual(expected);
      loaded.dispose();
    }
    model.dispose();
    x.dispose();
  });

  it('refuse damaged weights', async () => {
    const folder = join(base, 'damaged');
    await small().save(pathToFileURL(folder).href);
    const file = join(folder, 'weights.bin');
    const bytes = readFileSync(file);
    bytes[5] ^= 1;
    writeFileSync(file, bytes);
    await expect(tfl.loadLayersModel(pathToFileURL(folder).href)).rejects.toThrow('checksum');
  });

  it('load a graph model, infinite constants and signature included', async () => {
    const json = {
      format: 'graph-model',
      signature: { inputs: {}, outputs: {} },
      modelTopology: { node: [], versions: { producer: 1 } },
      weightsManifest: [
        { paths: ['shard1.bin', 'shard2.bin'], weights: [{ name: 'c', shape: [2], dtype: 'float32' }] },
      ],
    };
    writeFileSync(join(base, 'model.json'), JSON.stringify(json));
    const bytes = Buffer.from(new Float32Array([-Infinity, 7]).buffer);
    writeFileSync(join(base, 'shard1.bin'), bytes.subarray(0, 3));
    writeFileSync(join(base, 'shard2.bin'), bytes.subarray(3));
    const [handler] = tf.io.getLoadHandlers(pathToFileURL(join(base, 'model.json')).href);
    const artifacts = await handler.load?.();
    expect(artifacts).toMatchObject({ format: 'graph-model', signature: json.signature });
    expect([...new Float32Array(artifacts?.weightData as ArrayBuffer)]).toEqual([-Infinity, 7]);
    writeFileSync(join(base, 'shard2.bin'), '');
    await expect(handler.load?.()).rejects.toThrow('expected 8 bytes of weights, got 3');
  });

  it('are the only ones that it takes', () => {
    expect(tf.io.getLoadHandlers('ftp://there/model.json')).toEqual([]);
    expect(tf.io.getLoadHandlers('file://here')).toHaveLength(1);
    expect(tf.io.getSaveHandlers('file://here')).toHaveLength(1);
  });
});
