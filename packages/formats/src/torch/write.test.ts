import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { googlenet } from '@googlenet/model';
import { decodeSafetensors } from '../safetensors/file';
import { writeSafetensors } from '../safetensors/model';
import { dispose, filledModel, SMALL_VARIANTS, useQuickCpu, weightValues } from '../testing/models';
import { itWithPython } from '../testing/python';
import { expectTorchvisionToAgree } from '../testing/torchvision';
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
    expect(weightValues(other)).toEqual(weightValues(model));
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
    (ask, folder) => expectTorchvisionToAgree(ask, join(folder, 'model.pth'), writeTorch, readTorch),
  );
});
