import * as tf from '@tensorflow/tfjs-core';
import type { Kernel, KernelReplacement } from './replace-kernel';
import type { Numbers, ReadableBackend } from './top-k';

/** An engine whose tensors JavaScript can read and give back. */
interface OwningBackend extends ReadableBackend {
  disposeData(dataId: tf.DataId): boolean;
}

/** Numbers of a transformation. */
const TRANSFORM = 8;

/**
 * The kernel `Transform` for several images: the cpu backend's, which leaves all but the first of them empty, once for each.
 *
 * @param numbersOf - a tensor's numbers, for reading only
 */
export function transformReplacement<B extends OwningBackend>(
  numbersOf: (backend: B, x: tf.TensorInfo) => Numbers,
): KernelReplacement<B> {
  const kernelFunc: Kernel<B> = ({ inputs: { image, transforms }, attrs, backend }) => {
    const { outputShape } = attrs as { outputShape?: [number, number] };
    const [images, height, width, channels] = image.shape;
    const [outHeight, outWidth] = outputShape ?? [height, width];
    const [size, outSize] = [height * width * channels, outHeight * outWidth * channels];
    const all = new Float32Array(images * outSize);
    const cpu = tf.getKernel(tf.Transform, 'cpu').kernelFunc;
    const [pixels, rules] = [numbersOf(backend, image).slice(), numbersOf(backend, transforms).slice()];
    for (let i = 0; i < images; i++) {
      const rule = transforms.shape[0] === 1 ? 0 : i * TRANSFORM;
      const inputs = {
        image: backend.makeTensorInfo(
          [1, height, width, channels],
          'float32',
          pixels.slice(i * size, (i + 1) * size),
        ),
        transforms: backend.makeTensorInfo([1, TRANSFORM], 'float32', rules.slice(rule, rule + TRANSFORM)),
      };
      const out = cpu({ inputs, attrs: attrs as unknown as tf.NamedAttrMap, backend }) as tf.TensorInfo;
      all.set(numbersOf(backend, out), i * outSize);
      for (const { dataId } of [inputs.image, inputs.transforms, out]) backend.disposeData(dataId);
    }
    return backend.makeTensorInfo([images, outHeight, outWidth, channels], 'float32', all);
  };
  return {
    kernelName: tf.Transform,
    accepts: { inputs: { image: { dtype: 'float32', rank: 4 }, transforms: { dtype: 'float32', rank: 2 } } },
    kernelFunc,
  };
}
