/**
 * The Inception module as one TensorFlow.js layer, with its convolution unit, its costs and its equal in standard layers.
 *
 * It knows nothing of networks, data and engines. Start reading at `inception-layer.ts`; `module-units.ts` is the table of a module's convolutions,
 * `inception-train.ts` the fused training step.
 *
 * @packageDocumentation
 */

export {
  batchNormTrain,
  type BatchNormTrainOptions,
  type BatchNormTrainResult,
  type StatisticsGroup,
} from './batch-norm-train';
export { ConvBatchNorm, convBatchNorm, type ConvBatchNormOptions } from './conv-batch-norm';
export type { ConvGeometry, ConvUnit } from './conv-unit';
export { CONV_UNIT_DEFAULTS, type ConvUnitOptions, type ConvUnitSettings } from './conv-unit-options';
export {
  type ConvolutionCostOptions,
  convolutionCost,
  type Cost,
  inceptionCost,
  type InceptionCost,
  type InceptionCostOptions,
} from './costs';
export type { Branch5x5, InceptionFilters, InceptionFilterTuple, InceptionKind } from './filters';
export { foldBatchNorm } from './fold-batch-norm';
export { fromStandardLayers } from './from-standard-layers';
export { Inception, inception, type InceptionBranches, type InceptionOptions } from './inception-layer';
export {
  type BranchPlan,
  OPTIONAL_KERNELS,
  type OptionalKernels,
  type PlannedUnit,
} from '@googlenet-tooling/shared/optional-kernels';
export { type Rebuild, type RebuildOptions, rebuildModel } from './rebuild-model';
export { type HasStandardLayer, toStandardLayers } from './standard-layers';
