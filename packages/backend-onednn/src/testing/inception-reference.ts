import * as tf from '@tensorflow/tfjs-core';
import type { ModuleShape } from '../../../inception/src/testing/module-plan';

/** One module of a test. */
export interface Module extends ModuleShape {
  activation: 'relu' | 'linear';
  epsilon: number;
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
