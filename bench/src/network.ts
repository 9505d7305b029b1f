import { toStandardLayers } from '@googlenet/inception';
import { googlenet, optimizeForInference } from '@googlenet/model';
import { VARIANTS, type VariantSpec } from '@googlenet/model/variants';
import { train, type TrainEvent, type TrainingData } from '@googlenet/training';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, Workload } from './rows/row';

/** Random images, the same labels over and over; one batch for ever. */
class SyntheticImages implements TrainingData {
  readonly size = 1_000_000;

  constructor(private readonly variant: VariantSpec) {}

  // eslint-disable-next-line @typescript-eslint/require-await
  async *batches({ batchSize }: { batchSize: number }) {
    const { inputShape, numClasses } = this.variant;
    const [height, width, channels] = inputShape;
    const images = Float32Array.from(
      { length: batchSize * height * width * channels },
      (_, i) => ((i * 7919) % 256) / 255,
    );
    const labels = Int32Array.from({ length: batchSize }, (_, i) => i % numClasses);
    for (;;)
      yield {
        images,
        labels,
        indices: labels,
        shape: [batchSize, height, width, channels] as [number, number, number, number],
      };
  }
}

/** One step of the workload, ready to be timed. */
export async function prepareStep(
  engine: Engine,
  { task, variant = 'mnist', width, batch }: Workload,
): Promise<() => Promise<unknown>> {
  await engine.start();
  const model = googlenet({ variant, widthMultiplier: width, seed: 1 });
  const { inputShape, numClasses } = VARIANTS[variant];
  if (task === 'inference') {
    const folded = optimizeForInference(model);
    const images = tf.randomUniform([batch, ...inputShape], 0, 1, 'float32', 1);
    return async () => {
      const scores = folded.predict(images, { batchSize: batch }) as tf.Tensor;
      await scores.data();
      scores.dispose();
    };
  }
  if (engine.network === 'stock') {
    const layers = toStandardLayers(model);
    layers.compile({ optimizer: tf.train.adam(), loss: 'categoricalCrossentropy' });
    const images = tf.randomUniform([batch, ...inputShape], 0, 1, 'float32', 1);
    const labels = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: batch }, (_, i) => i % numClasses),
        'int32',
      ),
      numClasses,
    );
    return () => layers.trainOnBatch(images, labels);
  }
  const events = train({
    model,
    data: new SyntheticImages(VARIANTS[variant]),
    config: {
      epochs: 1,
      batchSize: batch,
      seed: 1,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 1e-3 },
    },
  });
  return () => nextStep(events);
}

async function nextStep(events: AsyncGenerator<TrainEvent>): Promise<void> {
  for (;;) {
    const next = await events.next();
    if (next.done) throw new Error('bench: expected training to go on, got its end.');
    if (next.value.type === 'step') return;
  }
}
