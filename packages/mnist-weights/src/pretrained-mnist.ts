import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { googlenet, type GoogLeNetOptions } from '@googlenet/model';
import { MNIST_RECORD } from './record';

/** Options of {@link pretrainedMnist}: those of `googlenet()` that leave the weights their places. */
export type PretrainedMnistOptions = Pick<
  GoogLeNetOptions,
  'dropout' | 'kernelRegularizer' | 'name' | 'seed'
>;

/**
 * GoogLeNet with weights that read handwritten digits. For other classes give it a new head: `replaceHead` of `@googlenet/model`.
 *
 * The weights are float16 inside the package and come as a module of their own when the function is first called.
 * @returns a model as `googlenet({ widthMultiplier: 0.25 })` builds it, `[batch, 28, 28, 1]` in [0, 1], light on dark as in MNIST, to
 * `[batch, 10]` probabilities. The caller disposes it.
 * @throws {RangeError} if an option is out of range or unknown.
 */
export async function pretrainedMnist(options: PretrainedMnistOptions = {}): Promise<tfl.LayersModel> {
  const { widthMultiplier } = MNIST_RECORD;
  const model = googlenet({ ...options, variant: 'mnist', widthMultiplier });
  try {
    await loadMnistWeights(model);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * Gives a model of `googlenet({ widthMultiplier: 0.25 })` the weights, all of them or none.
 *
 * @throws {RangeError} that names the first weight that the file has not, or has in another shape. The model is unchanged then.
 */
export async function loadMnistWeights(model: tfl.LayersModel): Promise<void> {
  const { specs, weightBytes } = await import('./weights');
  const shapes = new Map(specs.map(({ name, shape }) => [name, String(shape)]));
  const pairs = model.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({ weight, source: nameInFile(layer, weight) })),
  );
  const misfit = pairs.find(({ weight, source }) => shapes.get(source) !== String(weight.shape));
  if (misfit ?? pairs.length !== specs.length) {
    const { source, weight } = misfit ?? pairs[0];
    throw new RangeError(
      `loadMnistWeights: expected a model of googlenet({ widthMultiplier: ${MNIST_RECORD.widthMultiplier} }) with ${specs.length} weights, got ${pairs.length} weights, ${source} of shape [${weight.shape.join(', ')}]. Use pretrainedMnist(), and replaceHead() after it.`,
    );
  }
  tf.tidy(() => {
    const tensors = tf.io.decodeWeights(weightBytes().buffer, specs);
    for (const { weight, source } of pairs) weight.write(tensors[source]);
  });
}

/** `inception_3a/5x5_reduce/kernel` is `inception_3a_5x5_reduce_conv/kernel` in the file, whose layers are the standard ones. */
function nameInFile(layer: tfl.layers.Layer, { originalName }: tfl.LayerVariable): string {
  const own = originalName.startsWith(`${layer.name}/`) ? originalName : `${layer.name}/${originalName}`;
  const path = own.split('/');
  const weight = path.pop() ?? '';
  if (layer.getClassName() === 'Dense') return own;
  return `${path.join('_')}_${/^(kernel|bias)$/.test(weight) ? 'conv' : 'bn'}/${weight}`;
}
