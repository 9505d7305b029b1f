import * as tf from '@tensorflow/tfjs';
import { inception, type InceptionFilters } from '@googlenet/inception';
import { googlenet, summarize } from '@googlenet/model';
import { ImageDataset, type LabeledImages } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import { train, type TrainEvent } from '@googlenet/training';
import { folderStore } from '@googlenet/training/node';

const filters: InceptionFilters = {
  conv1x1: 64,
  reduce3x3: 96,
  conv3x3: 128,
  reduce5x5: 16,
  conv5x5: 32,
  poolProj: 32,
};
const layer: tf.layers.Layer = inception({ filters });
const model: tf.LayersModel = googlenet({ variant: 'mnist' });

export async function main(): Promise<number> {
  const { train: images }: { train: LabeledImages } = await loadDataset({ name: 'mnist' });
  const steps: TrainEvent[] = [];
  for await (const event of train({
    model,
    data: new ImageDataset(images),
    config: {
      epochs: 1,
      batchSize: 32,
      seed: 1,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 1e-3 },
    },
    store: folderStore('run'),
  })) {
    steps.push(event);
  }
  return steps.length + summarize(model).rows.length + layer.weights.length;
}
