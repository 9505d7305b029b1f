import * as tf from '@tensorflow/tfjs-core';
import { type ModuleShape, namedFilters } from '../../../inception/src/testing/module-plan';
import type { RandomCase } from './compare';

/** One module of a test. */
export interface Module extends ModuleShape {
  activation: 'relu' | 'linear';
  epsilon: number;
}

/** A module of any kind; `channels` draws each of its sizes. */
export function drawModule(data: RandomCase, channels: () => number): Module {
  const kind = data.pick(['reduced', 'reduced', 'naive'] as const);
  return {
    kind,
    branch5x5: data.pick(['one5x5', 'two5x5', 'one3x3', 'two3x3'] as const),
    filters: namedFilters(
      [channels(), channels(), channels(), channels(), channels(), channels()],
      kind,
      'a test',
    ),
    inputChannels: channels(),
    activation: data.pick(['relu', 'relu', 'linear'] as const),
    epsilon: 1e-3,
  };
}

/** The module in training mode, from plain operations; `weights` are kernel, gamma, beta of every unit. */
export function referenceModule(module: Module, x: tf.Tensor4D, weights: tf.Tensor[]): tf.Tensor4D {
  return joinedBranches(module, x, (input, i) => {
    const [kernel, gamma, beta] = weights.slice(3 * i, 3 * (i + 1)) as [
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
  });
}

/** The branches of a module, whose units `run` computes by their index in the order of the weights. */
function joinedBranches(
  module: Module,
  x: tf.Tensor4D,
  run: (input: tf.Tensor4D, index: number) => tf.Tensor4D,
): tf.Tensor4D {
  let next = 0;
  const unit = (input: tf.Tensor4D) => run(input, next++);
  const reduced = module.kind === 'reduced';
  const branches = [unit(x), unit(reduced ? unit(x) : x)];
  let branch = unit(reduced ? unit(x) : x);
  if (module.branch5x5.startsWith('two')) branch = unit(branch);
  const pooled = tf.maxPool(x, 3, 1, 'same');
  return tf.concat([...branches, branch, reduced ? unit(pooled) : pooled], 3);
}

/** The module in inference without batch norm, from plain operations; `weights` are the kernel and, with `biased`, the bias of every unit. */
export function referenceInference(
  module: Module,
  x: tf.Tensor4D,
  weights: readonly tf.Tensor[],
  biased: boolean,
): tf.Tensor4D {
  const each = biased ? 2 : 1;
  return joinedBranches(module, x, (input, i) => {
    const [filter, bias] = weights.slice(each * i, each * (i + 1));
    const { activation } = module;
    return tf.fused.conv2d({
      x: input,
      filter: filter as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      bias,
      activation,
    });
  });
}
