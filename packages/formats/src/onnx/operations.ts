import * as tfl from '@tensorflow/tfjs-layers';
import { type Read, floatOf } from './operation';
import { arithmetic, negated } from './read-arithmetic';
import { batchNormalization, localResponseNormalization, gather } from './read-channels';
import { gemm, matMul } from './read-dense';
import { merge, concat } from './read-merges';
import { flatten, reshape, squeeze, unsqueeze, transpose, shapeOf } from './read-shapes';
import { activation, layered, identity, clip, softmax, dropout, hardSigmoid, cast } from './read-values';
import { convolution, maxPool, averagePool, globalPool, reduceMean, pad } from './read-windows';

/*
 * The operations of ONNX that are read, by their names.
 */

/** The operations that are read, by their names. */
export const OPERATIONS: Readonly<Record<string, Read>> = {
  Add: arithmetic(merge(tfl.layers.add), (shift) => ({ shift })),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: convolution,
  Div: arithmetic(undefined, (values, isLeft) =>
    isLeft ? undefined : { scale: values.map((value) => 1 / value) },
  ),
  Dropout: dropout,
  Elu: (operation) =>
    layered(operation, tfl.layers.elu({ name: operation.name, alpha: floatOf(operation, 'alpha', 1) })),
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalPool((options) => tfl.layers.globalAveragePooling2d(options)),
  GlobalMaxPool: globalPool((options) => tfl.layers.globalMaxPooling2d(options)),
  HardSigmoid: hardSigmoid,
  Identity: identity,
  LeakyRelu: (operation) =>
    layered(
      operation,
      tfl.layers.leakyReLU({ name: operation.name, alpha: floatOf(operation, 'alpha', 0.01) }),
    ),
  LRN: localResponseNormalization,
  MatMul: matMul,
  Max: merge(tfl.layers.maximum),
  MaxPool: maxPool,
  Mean: merge(tfl.layers.average),
  Min: merge(tfl.layers.minimum),
  Mul: arithmetic(merge(tfl.layers.multiply), (scale) => ({ scale })),
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: activation('relu', true),
  Reshape: reshape,
  Selu: activation('selu'),
  Shape: shapeOf,
  Sigmoid: activation('sigmoid', true),
  Softmax: softmax,
  Softplus: activation('softplus', true),
  Softsign: activation('softsign'),
  Squeeze: squeeze,
  Sub: arithmetic(undefined, (values, isLeft) =>
    isLeft ? { scale: Float32Array.from(values, () => -1), shift: values } : { shift: negated(values) },
  ),
  Sum: merge(tfl.layers.add),
  Tanh: activation('tanh'),
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
