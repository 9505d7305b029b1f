import type * as tf from '@tensorflow/tfjs-core';
import { countNumbered, type EmaAttributes, numberedName, OPTIONAL_KERNELS } from './optional-kernels';
import { FLOATS, type KernelReplacement } from './replace-kernel';

/** A backend whose tensors JavaScript can read, as TensorFlow.js's cpu backend and those made from it. */
interface ReadableBackend {
  readonly data: { get(dataId: object): { values?: unknown } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): tf.TensorInfo;
}

function movingAverages(
  backend: ReadableBackend,
  inputs: tf.NamedTensorInfoMap,
  { decay }: EmaAttributes,
): tf.TensorInfo[] {
  const valuesOf = (name: string, i: number) => {
    const info = inputs[numberedName(name, i)];
    return info && (backend.data.get(info.dataId).values as Float32Array);
  };
  return Array.from({ length: countNumbered(inputs, 'average') }, (_, i) => {
    const shape = inputs[numberedName('average', i)]?.shape ?? [];
    const [average = [], value = [], offset] = ['average', 'value', 'offset'].map((name) =>
      valuesOf(name, i),
    );
    if ([value, offset ?? value].some(({ length }) => length !== average.length))
      throw new RangeError(
        `MovingAverages: expected ${average.length} values of group ${i}, got ${value.length} with ${offset?.length ?? 'no'} offsets. Pass tensors that belong together.`,
      );
    const moved = Float32Array.from(
      average,
      (before, k) => decay * before + (1 - decay) * (value[k] + (offset ? offset[k] : 0)),
    );
    return backend.makeTensorInfo(shape, 'float32', moved);
  });
}

/** The optional kernel MovingAverages: so few numbers that an engine has nothing to gain by its own means. */
export const MOVING_AVERAGES: KernelReplacement<ReadableBackend> = {
  kernelName: OPTIONAL_KERNELS.movingAverages,
  accepts: { inputs: FLOATS },
  kernelFunc: ({ inputs, attrs, backend }) =>
    movingAverages(backend, inputs, attrs as unknown as EmaAttributes),
};
