import * as tfl from '@tensorflow/tfjs-layers';
import { convBatchNorm, type ConvUnitOptions } from '@googlenet/inception';
import { AdaptiveAveragePooling2D } from './adaptive-average-pooling';
import { classify, dense, kernelOptions } from './classifier';
import { mixSeed } from './seed';
import { SeededDropout } from './seeded-dropout';
import { AUXILIARY_HEAD, scaleFilters } from './variants';
import type { ResolvedOptions } from './option-types';

/** What the convolution and the dense layer of an auxiliary head share with the rest of the network. */
type HeadOptions = Pick<
  ResolvedOptions,
  'spec' | 'numClasses' | 'widthMultiplier' | 'kernelRegularizer' | 'seed' | 'unit'
>;

/**
 * An auxiliary classifier: average pool, 1x1 convolution of 128, dense 1024, dropout 0.7, logits, softmax.
 *
 * The paper's form pools 5x5 at stride 3 without padding and has biases but no batch norm; torchvision's
 * pools to 4x4 whatever the input and has batch norm but no convolution bias.
 * Layers: `NAME_pool`, `NAME_conv`, `NAME_flatten`, `NAME_fc`, `NAME_dropout`, `NAME_logits`, `NAME`.
 * @param x - the output of module 4a or 4d, NHWC
 * @param name - `aux1` or `aux2`
 * @returns class probabilities `[batch, numClasses]`
 * @see Caffe `bvlc_googlenet/train_val.prototxt`; torchvision `InceptionAux`
 * Deviation: the flattened order is height, width, channels; Caffe's and PyTorch's dense weights must be permuted.
 */
export function auxiliaryHead(x: tfl.SymbolicTensor, name: string, options: HeadOptions): tfl.SymbolicTensor {
  const { spec, numClasses, widthMultiplier, kernelRegularizer, seed } = options;
  const torchvision = spec.auxiliary.form === 'torchvision';
  const unit: ConvUnitOptions = torchvision
    ? options.unit
    : { ...options.unit, batchNorm: false, useBias: true };
  const biasInitializer = options.unit.biasInitializer as Parameters<typeof dense>[0]['biasInitializer'];
  const layers: tfl.layers.Layer[] = [
    torchvision
      ? new AdaptiveAveragePooling2D({ name: `${name}_pool`, outputSize: [4, 4] })
      : tfl.layers.averagePooling2d({ name: `${name}_pool`, poolSize: 5, strides: 3, padding: 'valid' }),
    convBatchNorm({
      ...unit,
      name: `${name}_conv`,
      filters: scaleFilters(AUXILIARY_HEAD.filters, widthMultiplier),
      kernelSize: 1,
      ...kernelOptions(options, `${name}_conv`),
    }),
    tfl.layers.flatten({ name: `${name}_flatten` }),
    dense({
      name: `${name}_fc`,
      units: scaleFilters(AUXILIARY_HEAD.denseUnits, widthMultiplier),
      activation: 'relu',
      seed,
      biasInitializer,
      kernelRegularizer,
    }),
    new SeededDropout({
      name: `${name}_dropout`,
      rate: AUXILIARY_HEAD.dropout,
      seed: mixSeed(seed ?? 0, `${name}_dropout`),
    }),
  ];
  const features = layers.reduce((input, layer) => layer.apply(input) as tfl.SymbolicTensor, x);
  return classify(features, name, { units: numClasses, seed, kernelRegularizer });
}
