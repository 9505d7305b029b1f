import { requireInteger } from '@googlenet-tooling/shared/checks';
import type { Batch, BatchOptions } from './batches';
import type { ImageDataset } from './dataset';

/** The parts of `@tensorflow/tfjs` that `toTfDataset` uses: its namespace fits. */
export interface TensorFlowData<Xs, Ys, Dataset> {
  data: { generator(make: () => AsyncIterator<{ xs: Xs; ys: Ys }>): Dataset };
  tensor4d(values: Float32Array, shape: [number, number, number, number]): Xs;
  tensor2d(values: Float32Array, shape: [number, number]): Ys;
}

/** How `toTfDataset` gives the classes: `[batch, 1]` numbers, or `[batch, numClasses]` zeros and a one. */
export type LabelForm = 'sparse' | 'oneHot';

export interface TfDatasetOptions<Xs, Ys, Dataset> extends Omit<BatchOptions, 'startBatch' | 'epoch'> {
  /** `import * as tf from '@tensorflow/tfjs'`, or an object with the same three members. */
  tf: TensorFlowData<Xs, Ys, Dataset>;
  dataset: ImageDataset;
  /** Default `'sparse'`, for `sparseCategoricalCrossentropy`; `'oneHot'` for `categoricalCrossentropy`. */
  labels?: LabelForm;
  /** The epoch of the first pass; each further pass is the next epoch; default 0. */
  epoch?: number;
}

/**
 * The batches of a data set as a `tf.data.Dataset`, for `model.fitDataset` and `evaluateDataset`.
 *
 * TensorFlow.js is handed in, so that those who do without `tf.data` need not install it.
 * @returns a data set of `{ xs: [batch, height, width, channels], ys }`; whoever iterates disposes the tensors (`fitDataset` does).
 * @throws {RangeError} for an option outside its range.
 */
export function toTfDataset<Xs, Ys, Dataset>(options: TfDatasetOptions<Xs, Ys, Dataset>): Dataset {
  const { tf, dataset, labels = 'sparse', epoch: firstEpoch = 0, ...batchOptions } = options;
  requireInteger('toTfDataset', 'epoch', firstEpoch, 0);
  if (labels !== 'sparse' && labels !== 'oneHot') {
    throw new RangeError(`toTfDataset: expected labels to be 'sparse' or 'oneHot', got ${String(labels)}.`);
  }
  const pass = (epoch: number) => dataset.batches({ ...batchOptions, epoch });
  pass(firstEpoch); // Mistakes in the options are told here and not in the middle of fitDataset.
  let epoch = firstEpoch;
  const oneHot = labels === 'oneHot';
  const width = oneHot ? dataset.numClasses : 1;
  const toTensors = ({ images, shape, labels: classes }: Batch) => {
    const values = new Float32Array(classes.length * width);
    classes.forEach((label, i) => {
      if (!oneHot) values[i] = label;
      else values[i * width + label] = 1;
    });
    return { xs: tf.tensor4d(images, shape), ys: tf.tensor2d(values, [classes.length, width]) };
  };
  return tf.data.generator(() => {
    const batches = pass(epoch++);
    return {
      async next() {
        const next = await batches.next();
        return next.done === true
          ? { done: true, value: undefined }
          : { done: false, value: toTensors(next.value) };
      },
    };
  });
}
