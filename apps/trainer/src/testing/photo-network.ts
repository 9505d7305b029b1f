import * as tfl from '@tensorflow/tfjs-layers';
import { saveModel } from '../model-files';

/** A network of 16x16 colour pictures with the layer names of GoogLeNet, saved as a model. */
export async function savePhotoNetwork(folder: string): Promise<void> {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const input = tfl.input({ shape: [16, 16, 3], name: 'input' });
  const conv = tfl.layers.conv2d({
    name: 'stem',
    filters: 24,
    kernelSize: 5,
    activation: 'relu',
    kernelInitializer: seeded(1),
  });
  const block = tfl.layers.conv2d({
    name: 'block',
    filters: 24,
    kernelSize: 3,
    activation: 'relu',
    kernelInitializer: seeded(2),
  });
  const pool = tfl.layers.globalAveragePooling2d({ name: 'global_pool' });
  const logits = tfl.layers.dense({ name: 'logits', units: 5, kernelInitializer: seeded(3) });
  const predictions = tfl.layers.activation({ name: 'predictions', activation: 'softmax' });
  const layers = [conv, block, pool, logits, predictions];
  const output = layers.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, input);
  const model = tfl.model({ inputs: input, outputs: output });
  await saveModel(model, folder, { dataset: 'made up', classNames: ['a', 'b', 'c', 'd', 'e'] });
  model.dispose();
}
