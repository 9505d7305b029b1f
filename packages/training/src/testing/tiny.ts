import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { TrainConfig } from '../config/config';
import type { BatchRequest, TrainingBatch, TrainingData } from '../data';
import type { TrainEvent } from '../loop/events';
import { hash32 } from '../hash';

/** Uniform numbers in [0, 1) that depend on the seeds alone. */
export function noise(length: number, ...seeds: number[]): Float32Array {
  return Float32Array.from({ length }, (_, i) => hash32(...seeds, i) / 2 ** 32);
}

/**
 * Images of 4x4 in three classes: a bright column each, with noise. Batches are a function of seed, epoch and number,
 * with the order and a noise "augmentation" that changes from epoch to epoch.
 */
export class TinyData implements TrainingData {
  readonly requests: BatchRequest[] = [];

  constructor(
    readonly size: number,
    private readonly seed = 1,
    private readonly spoil?: (images: Float32Array, step: number) => void,
  ) {}

  async *batches(request: BatchRequest): AsyncGenerator<TrainingBatch> {
    this.requests.push(request);
    const { batchSize, epoch = 0, startBatch = 0, seed = 0 } = request;
    const order = Array.from({ length: this.size }, (_, i) => i);
    if (request.shuffle) order.sort((a, b) => hash32(seed, epoch, a) - hash32(seed, epoch, b));
    const end = request.dropRemainder ? Math.floor(this.size / batchSize) : Math.ceil(this.size / batchSize);
    for (let batch = startBatch; batch < end; batch++) {
      const indices = Int32Array.from(order.slice(batch * batchSize, (batch + 1) * batchSize));
      const images = new Float32Array(indices.length * 16);
      indices.forEach((index, row) => {
        const image = noise(16, this.seed, index);
        const change = noise(16, seed, epoch, index);
        for (let i = 0; i < 16; i++) {
          const stripe = i % 4 === index % 3 ? 0.6 : 0;
          images[row * 16 + i] = image[i] * 0.5 + stripe + (request.augment ? 0.1 * change[i] : 0);
        }
      });
      this.spoil?.(images, epoch * end + batch);
      yield {
        images,
        labels: Int32Array.from(indices, (index) => index % 3),
        indices,
        shape: [indices.length, 4, 4, 1],
      };
    }
  }
}

/** A small classifier with all that matters: convolution, batch norm, dropout, L2 and a softmax. Same weights each time. */
export function tinyModel({
  dropout = 0.3,
  softmax = true,
  batchNorm = true,
}: { dropout?: number; softmax?: boolean; batchNorm?: boolean } = {}): tfl.LayersModel {
  const kernelInitializer = (seed: number) => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        inputShape: [4, 4, 1],
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer: kernelInitializer(1),
        kernelRegularizer: tfl.regularizers.l2({ l2: 1e-3 }),
      }),
      ...(batchNorm ? [tfl.layers.batchNormalization({ momentum: 0.9 })] : []),
      tfl.layers.reLU(),
      tfl.layers.flatten(),
      ...(dropout > 0 ? [tfl.layers.dropout({ rate: dropout, seed: 7 })] : []),
      tfl.layers.dense({
        units: 3,
        kernelInitializer: kernelInitializer(2),
        ...(softmax ? { activation: 'softmax' } : {}),
      }),
    ],
  });
}

/** The same with two auxiliary heads, named as in GoogLeNet, the main output not the first. */
export function tinyModelWithHeads(): tfl.LayersModel {
  const input = tfl.input({ shape: [4, 4, 1] });
  const flat = tfl.layers.flatten().apply(input) as tfl.SymbolicTensor;
  const head = (name: string, seed: number): tfl.SymbolicTensor => {
    const logits = tfl.layers
      .dense({ units: 3, name: `${name}_dense`, kernelInitializer: tfl.initializers.glorotUniform({ seed }) })
      .apply(flat);
    return tfl.layers.activation({ activation: 'softmax', name }).apply(logits) as tfl.SymbolicTensor;
  };
  return tfl.model({ inputs: input, outputs: [head('aux1', 1), head('predictions', 2), head('aux2', 3)] });
}

/** The values of all weights, one list each. */
export function weightValues(model: tfl.LayersModel): number[][] {
  return model.getWeights().map((weight) => Array.from(weight.dataSync()));
}

/** All events of a run. */
export async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The events of one type. */
export function ofType<T extends TrainEvent['type']>(
  events: readonly TrainEvent[],
  type: T,
): Extract<TrainEvent, { type: T }>[] {
  return events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type);
}

/** Puts tests on the plain JavaScript engine, without its advice to install another. */
export async function useCpu(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  await tf.ready();
  tf.env().set('PROD', true);
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}

/** The configuration of scripts/killed_run.cjs: a checkpoint at every step, so that most of the time goes into writing them. */
export const KILLED_RUN_CONFIG: TrainConfig = {
  epochs: 6,
  batchSize: 4,
  schedule: { kind: 'cosine', learningRate: 0.02 },
  ema: { decay: 0.9 },
  augment: {},
  seed: 3,
  checkpointEverySteps: 1,
};
