import * as tfl from '@tensorflow/tfjs-layers';
import type { ConvUnitOptions } from '@googlenet/inception';
import type { ResolvedOptions } from './option-types';
import { mixSeed } from './seed';

export type KernelRegularizer = ConvUnitOptions['kernelRegularizer'];
type Initializer = ReturnType<typeof tfl.initializers.glorotUniform>;
type DenseArgs = Parameters<typeof tfl.layers.dense>[0];

/** Glorot-uniform initial kernels, a stream of their own for each layer name when seeded. */
export function kernelInitializer(seed: number | undefined, layer: string) {
  return tfl.initializers.glorotUniform(seed === undefined ? {} : { seed: mixSeed(seed, layer) });
}

/** How the kernels of one convolution layer start and what they are charged for: the unit's own choice, else the network's. */
export function kernelOptions(
  { unit, kernelRegularizer, seed }: Pick<ResolvedOptions, 'unit' | 'kernelRegularizer' | 'seed'>,
  layer: string,
): Pick<ConvUnitOptions, 'kernelInitializer' | 'kernelRegularizer'> {
  return {
    kernelInitializer: ofLayer(unit.kernelInitializer, layer) ?? kernelInitializer(seed, layer),
    kernelRegularizer: unit.kernelRegularizer ?? kernelRegularizer,
  };
}

/** An initializer with a seed gets a stream of its own in each layer: equal seeds would give equal kernels. */
function ofLayer(initializer: ConvUnitOptions['kernelInitializer'], layer: string) {
  if (typeof initializer !== 'object') return initializer;
  const { className, config } =
    'getConfig' in initializer
      ? {
          className: (initializer as Initializer).getClassName(),
          config: (initializer as Initializer).getConfig(),
        }
      : (initializer as { className: string; config: Record<string, unknown> });
  return typeof config.seed === 'number'
    ? { className, config: { ...config, seed: mixSeed(config.seed, layer) } }
    : initializer;
}

/** A dense layer with this project's initial weights and any kernel regularizer. */
export function dense(options: {
  name: string;
  units: number;
  seed: number | undefined;
  activation?: 'relu';
  biasInitializer?: DenseArgs['biasInitializer'];
  kernelRegularizer?: KernelRegularizer;
}): tfl.layers.Layer {
  const { name, units, seed, activation, biasInitializer } = options;
  return tfl.layers.dense({
    name,
    units,
    activation,
    biasInitializer: biasInitializer ?? 'zeros',
    kernelInitializer: kernelInitializer(seed, name),
    kernelRegularizer: options.kernelRegularizer as DenseArgs['kernelRegularizer'],
  });
}

/** The name of the layer before a head's softmax. */
export function logitsName(head: string): string {
  return head === 'predictions' ? 'logits' : `${head}_logits`;
}

/**
 * The last two layers of a head: logits, then softmax.
 *
 * @param features - `[batch, features]`
 * @param head - `predictions`, `aux1` or `aux2`
 * @returns class probabilities `[batch, units]`, from a layer of the head's name
 */
export function classify(
  features: tfl.SymbolicTensor,
  head: string,
  options: { units: number; seed: number | undefined; kernelRegularizer?: KernelRegularizer },
): tfl.SymbolicTensor {
  const scores = dense({ name: logitsName(head), ...options });
  return tfl.layers
    .activation({ name: head, activation: 'softmax' })
    .apply(scores.apply(features)) as tfl.SymbolicTensor;
}
