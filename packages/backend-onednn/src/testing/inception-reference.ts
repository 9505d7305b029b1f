import * as tf from '@tensorflow/tfjs-core';

/** One module of a test: `[1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj]` and its form. */
export interface Module {
  kind: 'reduced' | 'naive';
  branch5x5: 'one5x5' | 'two5x5' | 'one3x3' | 'two3x3';
  filters: number[];
  inputs: number;
  activation: 'relu' | 'linear';
  epsilon: number;
}

/** Kernel size, input channels and filters of every unit, in the order of the weights. */
export function unitsOf({
  kind,
  branch5x5,
  filters,
  inputs,
}: Module): [size: number, inputs: number, filters: number][] {
  const [conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProj] = filters;
  const size = branch5x5.endsWith('5x5') ? 5 : 3;
  const second: [number, number, number][] = branch5x5.startsWith('two') ? [[size, conv5x5, conv5x5]] : [];
  if (kind === 'naive')
    return [[1, inputs, conv1x1], [3, inputs, conv3x3], [size, inputs, conv5x5], ...second];
  return [
    [1, inputs, conv1x1],
    [1, inputs, reduce3x3],
    [3, reduce3x3, conv3x3],
    [1, inputs, reduce5x5],
    [size, reduce5x5, conv5x5],
    ...second,
    [1, inputs, poolProj],
  ];
}

/** The module in training mode, from plain operations; `weights` are kernel, gamma, beta of every unit. */
export function referenceModule(module: Module, x: tf.Tensor4D, weights: tf.Tensor[]): tf.Tensor4D {
  let next = 0;
  const unit = (input: tf.Tensor4D): tf.Tensor4D => {
    const [kernel, gamma, beta] = weights.slice(3 * next, 3 * ++next) as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    const z = tf.conv2d(input, kernel, 1, 'same');
    const { mean, variance } = tf.moments(z, [0, 1, 2]);
    const y = tf.add(
      tf.mul(tf.mul(tf.sub(z, mean), tf.rsqrt(tf.add(variance, module.epsilon))), gamma),
      beta,
    );
    return (module.activation === 'relu' ? tf.relu(y) : y) as tf.Tensor4D;
  };
  const reduced = module.kind === 'reduced';
  const branches = [unit(x), unit(reduced ? unit(x) : x)];
  let branch = unit(reduced ? unit(x) : x);
  if (module.branch5x5.startsWith('two')) branch = unit(branch);
  const pooled = tf.maxPool(x, 3, 1, 'same');
  return tf.concat([...branches, branch, reduced ? unit(pooled) : pooled], 3);
}
