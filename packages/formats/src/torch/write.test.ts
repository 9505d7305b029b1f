import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { googlenet, logitsModel } from '@googlenet/model';
import { decodeSafetensors } from '../safetensors/file';
import { writeSafetensors } from '../safetensors/model';
import {
  dispose,
  filledModel,
  images,
  maxDifference,
  outputs,
  SMALL_VARIANTS,
  useQuickCpu,
} from '../testing/models';
import { itWithPython } from '../testing/python';
import { decodeTorchFile } from './file';
import { readTorch, writeTorch } from './write';

beforeAll(useQuickCpu);

describe('a state_dict', () => {
  it.each(SMALL_VARIANTS)('of %s comes back as it was', async (_, options) => {
    const [model, other] = [filledModel(options), googlenet({ ...options, seed: 8 })];
    const file = await writeTorch(model);
    const before = tf.memory().numTensors;
    await readTorch(file, other);
    expect(tf.memory().numTensors).toBe(before);
    other
      .getWeights()
      .forEach((weight, i) => expect(weight.dataSync()).toEqual(model.getWeights()[i].dataSync()));
    dispose(model, other);
  });

  it('holds what the safetensors file of the same model does, in either precision', async () => {
    const model = filledModel(SMALL_VARIANTS[4][1]);
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      const tensors = await decodeTorchFile(await writeTorch(model, { dtype }));
      const expected = decodeSafetensors(await writeSafetensors(model, { layout: 'pytorch', dtype })).tensors;
      expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [name, tensor] of tensors) expect([name, tensor]).toEqual([name, expected.get(name)]);
    }
    model.dispose();
  });

  it('is refused where it does not fit, and the model stays as it was', async () => {
    const [, options] = SMALL_VARIANTS[0];
    const [model, wider] = [filledModel(options), googlenet({ ...options, numClasses: 6 })];
    const kernel = wider.getWeights()[0].dataSync().slice();
    await expect(readTorch(await writeTorch(model), wider)).rejects.toMatchObject({ code: 'MISMATCH' });
    expect(wider.getWeights()[0].dataSync()).toEqual(kernel);
    dispose(model, wider);
  });

  itWithPython(
    'is opened by torch.load, weights only, and strictly by torchvision; and comes back from torch.save',
    ['torch', 'torchvision'],
    async (ask, folder) => {
      const shape = [1, 64, 64, 3];
      const model = filledModel({
        variant: 'torchvision',
        auxiliary: true,
        inputShape: [64, 64, 3],
        numClasses: 10,
      });
      const path = join(folder, 'model.pth');
      writeFileSync(path, await writeTorch(model));
      const [main, , , halved] = ask<number[][][]>('torchvision', path, 'images', shape, 10);
      const x = images('images', model, 1);
      const logits = logitsModel(model);
      const compare = (found: number[], expected: number[]) =>
        expect(maxDifference(found, expected) / Math.max(...expected.map(Math.abs))).toBeLessThan(1e-5);
      compare(main[0], outputs(logits, x)[0]);
      await readTorch(new Uint8Array(readFileSync(`${path}.back`)), model);
      compare(halved[0], outputs(logits, x)[0]);
      dispose(model, x);
    },
  );
});
