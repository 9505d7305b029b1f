export {
  batchNormGradientMoments,
  batchNormGradientRows,
  batchNormGradientSums,
  batchNormMoments,
  batchNormSums,
  scaleRows,
} from './batch-norm';
export { binary, copyRows, unary } from './elementwise';
export { filterGradient, gemm, packRight } from './gemm';
export { adam, average, descend } from './optimizer';
export { averagePoolGradient, maxPoolGradient, pool } from './pool';
export { sumMiddle, sumRows } from './reduce';
export { winogradConvolve, winogradFilter, winogradFilterGradient, winogradFilterSums } from './winograd';
