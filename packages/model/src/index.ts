/**
 * GoogLeNet in its published variants: built, summarised, given other heads, made faster for inference.
 *
 * It knows nothing of data, training and engines. Start reading at `variants.ts`, the table of the networks, and `googlenet.ts`, the walk over it;
 * folders of saved models are in `node/`.
 *
 * @packageDocumentation
 */

export { googlenet } from './googlenet';
export type { GoogLeNetOptions } from './option-types';
export {
  INCEPTION_FILTERS,
  VARIANTS,
  scaleFilters,
  variantNames,
  type ModuleName,
  type PoolPadding,
  type TrunkRow,
  type Variant,
  type VariantSpec,
} from './variants';
export { isGoogLeNet, logitsModel, replaceHead, stripAuxiliary, type ReplaceHeadOptions } from './heads';
export { endpoints, featureExtractor, type Endpoint } from './endpoints';
export { summarize, type Summary, type SummaryRow } from './summary';
export { optimizeForInference } from './optimize';
export { Lrn, type LrnOptions } from './lrn';
export { SeededDropout, isReseedable, type Reseedable, type SeededDropoutOptions } from './seeded-dropout';
export { AdaptiveAveragePooling2D, type AdaptiveAveragePooling2DOptions } from './adaptive-average-pooling';
export {
  modelCard,
  readModelFiles,
  toModelFiles,
  type ModelCard,
  type ModelFiles,
} from './files/model-files';
