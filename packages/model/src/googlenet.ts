import * as tfl from '@tensorflow/tfjs-layers';
import { convBatchNorm, inception, type InceptionFilterTuple } from '@googlenet/inception';
import { auxiliaryHead } from './auxiliary';
import { classify, kernelOptions } from './classifier';
import { Lrn } from './lrn';
import { maxPool } from './max-pool';
import type { GoogLeNetOptions, ResolvedOptions } from './option-types';
import { resolveOptions } from './options';
import { mixSeed } from './seed';
import { SeededDropout } from './seeded-dropout';
import { AUXILIARY_MODULES, INCEPTION_FILTERS, scaleFilters, type TrunkRow } from './variants';

/**
 * GoogLeNet, in any of the forms that go by that name.
 *
 * The layers are those of the variant's table (`VARIANTS`), one `Inception` layer a module. Pixels are expected as
 * the variant was trained: [0, 1] for `mnist`.
 * @param options - see {@link GoogLeNetOptions}; `googlenet()` is the MNIST network
 * @returns a model from `[batch, height, width, channels]` to class probabilities `[batch, numClasses]`, called `predictions`;
 * with `auxiliary` to three such tensors, `predictions`, `aux1`, `aux2` in this order. The caller disposes it.
 * @throws {RangeError} that names every wrong or unknown option, and the layer whose feature map is too small.
 * @throws {TypeError} if the options are no object.
 * @see Szegedy et al. 2014, "Going deeper with convolutions" (arXiv:1409.4842)
 * Deviation: see `VARIANTS` for what each variant changes; the last pool is global, so that other input sizes work.
 */
export function googlenet(options: GoogLeNetOptions = {}): tfl.LayersModel {
  const resolved = resolveOptions(options);
  const { spec, numClasses, inputShape, dropout, kernelRegularizer, seed } = resolved;
  const input = tfl.input({ name: 'input', shape: inputShape });
  const auxiliaries: tfl.SymbolicTensor[] = [];
  let x = input;
  for (const row of spec.trunk) {
    x = applyRow(x, row, resolved);
    if (resolved.auxiliary && row.kind === 'inception' && AUXILIARY_MODULES.includes(row.module)) {
      auxiliaries.push(auxiliaryHead(x, `aux${auxiliaries.length + 1}`, resolved));
    }
  }
  x = tfl.layers.globalAveragePooling2d({ name: 'global_pool' }).apply(x) as tfl.SymbolicTensor;
  x = new SeededDropout({
    name: 'dropout',
    rate: dropout,
    seed: mixSeed(seed ?? 0, 'dropout'),
  }).apply(x) as tfl.SymbolicTensor;
  const predictions = classify(x, 'predictions', { units: numClasses, seed, kernelRegularizer });
  return tfl.model({ name: resolved.name, inputs: input, outputs: [predictions, ...auxiliaries] });
}

/** Applies one row of the trunk's table. */
function applyRow(x: tfl.SymbolicTensor, row: TrunkRow, options: ResolvedOptions): tfl.SymbolicTensor {
  const { unit, widthMultiplier } = options;
  const scale = (filters: number) => scaleFilters(filters, widthMultiplier);
  switch (row.kind) {
    case 'maxPool':
      return maxPool(x, row);
    case 'lrn':
      return new Lrn({ name: row.name }).apply(x) as tfl.SymbolicTensor;
    case 'conv':
      return convBatchNorm({
        ...unit,
        name: row.name,
        filters: scale(row.filters),
        kernelSize: row.kernelSize,
        strides: row.strides ?? 1,
        padding: row.padding ?? 'same',
        ...kernelOptions(options, row.name),
      }).apply(x) as tfl.SymbolicTensor;
    case 'inception': {
      const name = `inception_${row.module}`;
      return inception({
        ...unit,
        name,
        filters: INCEPTION_FILTERS[row.module].map(scale) as unknown as InceptionFilterTuple,
        branch5x5: options.branch5x5,
        ...kernelOptions(options, name),
      }).apply(x) as tfl.SymbolicTensor;
    }
  }
}
