import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { googlenet } from '@googlenet/model';
import { toFloat32 } from '../tensors';
import { codeOf } from '../testing/errors';
import { dispose, filledModel, SMALL_VARIANTS, useQuickCpu, weightValues } from '../testing/models';
import { itWithPython } from '../testing/python';
import { expectTorchvisionToAgree } from '../testing/torchvision';
import { decodeSafetensors, encodeSafetensors } from './file';
import { readSafetensors, writeSafetensors } from './model';

beforeAll(useQuickCpu);

describe('the weights of a model in a safetensors file', () => {
  describe.each(SMALL_VARIANTS)('of %s', (_, options) => {
    it.each(['keras', 'pytorch'] as const)('with the axes of %s come back as they were', async (layout) => {
      const model = filledModel(options);
      const file = await writeSafetensors(model, { layout, metadata: { run: 'a' } });
      const other = googlenet({ ...options, seed: 8 });
      const before = tf.memory().numTensors;
      expect(readSafetensors(file, other, { layout })).toMatchObject({ run: 'a' });
      expect(tf.memory().numTensors).toBe(before);
      expect(weightValues(other)).toEqual(weightValues(model));
      dispose(model, other);
    });
  });

  it.each(SMALL_VARIANTS)(
    'of %s are the same numbers in a file with the axes of Keras',
    async (_, options) => {
      const model = filledModel(options);
      const { tensors } = decodeSafetensors(await writeSafetensors(model, { layout: 'keras' }));
      const expected = model.layers.flatMap(({ weights }) =>
        weights.map((weight) => [weight.shape, weight.read().dataSync()]),
      );
      expect([...tensors.values()].map((tensor) => [tensor.shape, toFloat32(tensor)])).toEqual(expected);
      model.dispose();
    },
  );

  it('have the names and shapes of torchvision', async () => {
    const model = filledModel(SMALL_VARIANTS.find(([name]) => name === 'torchvision')![1]);
    const { tensors, metadata } = decodeSafetensors(await writeSafetensors(model, { layout: 'pytorch' }));
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.size).toBe(57 * 6 + 2 * (6 + 4) + 2); // six a unit, heads of a unit and two dense layers, the classifier
    expect(tensors.get('inception3a.branch2.1.conv.weight')!.shape).toEqual([8, 8, 3, 3]);
    expect(tensors.get('inception5b.branch4.1.bn.num_batches_tracked')).toMatchObject({
      dtype: 'I64',
      shape: [],
    });
    expect(tensors.get('aux1.fc1.weight')!.shape).toEqual([64, 8 * 16]);
    model.dispose();
  });

  it('lie in PyTorch as [out, in, height, width]', async () => {
    const layer = tfl.layers.conv2d({ name: 'a', filters: 2, kernelSize: [1, 3], inputShape: [4, 4, 2] });
    const model = tfl.sequential({ layers: [layer] });
    layer.setWeights([tf.reshape(tf.range(0, 12), [1, 3, 2, 2]), tf.tensor1d([7, 8])]);
    const { tensors } = decodeSafetensors(await writeSafetensors(model, { layout: 'pytorch' }));
    const { data, shape } = tensors.get('a.weight')!;
    expect(shape).toEqual([2, 2, 1, 3]);
    expect([...new Float32Array(data.slice().buffer)]).toEqual([0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]);
    model.dispose();
  });

  it.each([
    ['F16', 2 ** -11],
    ['BF16', 2 ** -8],
  ] as const)('as %s are off by a relative %d at most', async (dtype, error) => {
    const [, options] = SMALL_VARIANTS[0];
    const [model, other] = [filledModel(options), googlenet(options)];
    readSafetensors(await writeSafetensors(model, { dtype }), other);
    const [kernel, rounded] = [model, other].map((one) => one.getWeights()[0].dataSync());
    expect(rounded).not.toEqual(kernel);
    kernel.forEach((value, i) =>
      expect(Math.abs(rounded[i] - value)).toBeLessThanOrEqual(Math.abs(value) * error),
    );
    dispose(model, other);
  });

  it('are refused where they do not fit, and the model stays as it was', async () => {
    const [, options] = SMALL_VARIANTS[0];
    const model = filledModel(options);
    const file = await writeSafetensors(model);
    const kernel = model.getWeights()[0].dataSync().slice();
    const { tensors } = decodeSafetensors(file);
    const changed = new Map([...tensors].map(([name, tensor], i) => [i === 400 ? 'another' : name, tensor]));
    changed.set('conv1/kernel', {
      ...tensors.get('conv1/kernel')!,
      data: new Uint8Array(tensors.get('conv1/kernel')!.data.length),
    });
    const last = [...tensors.keys()].at(-1)!;
    changed.delete(last);
    changed.set('another', tensors.get(last)!);
    const read = (strict: boolean) => () => readSafetensors(encodeSafetensors(changed), model, { strict });
    expect(codeOf(read(true))).toBe('MISMATCH');
    expect(read(true)).toThrow(/1 missing \(.*\), 1 unexpected \(another\)/);
    expect(read(false)).toThrow(/1 missing/);
    expect(codeOf(() => readSafetensors(file, model, { layout: 'pytorch' }))).toBe('MISMATCH');
    expect(model.getWeights()[0].dataSync()).toEqual(kernel);
    const wider = googlenet({ ...options, numClasses: 6 });
    expect(() => readSafetensors(file, wider)).toThrow(
      /2 of another shape \(logits\/kernel \[64, 5\] for \[64, 6\]/,
    );
    dispose(model, wider);
  });

  itWithPython(
    "load strictly into torchvision's own class with equal outputs, and come back from it",
    ['torch', 'torchvision', 'safetensors'],
    (ask, folder) => {
      const layout = 'pytorch';
      return expectTorchvisionToAgree(
        ask,
        join(folder, 'model.safetensors'),
        (model) => writeSafetensors(model, { layout }),
        (file, model) => readSafetensors(file, model, { layout }),
      );
    },
  );
});
