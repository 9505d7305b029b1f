export {
  batchNormFactors,
  batchNormGradientMoments,
  batchNormGradientRows,
  batchNormGradientSums,
  batchNormMoments,
  batchNormSums,
  scaleRows,
} from './batch-norm';
export { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { binary, compare, copyRows, select, unary } from './elementwise';
export { fold } from './fold';
export { filterGradient, gemm, packRight } from './gemm';
export { gather, move } from './move';
export { localResponse, localResponseGradient, softmax } from './normalize';
export { adam, average, descend } from './optimizer';
export { averagePoolGradient, maxPoolGradient, pool } from './pool';
export { cumulative, extreme, sumMiddle, sumRows } from './reduce';
export { resizeBilinear, resizeGradient } from './resize';
export { winogradConvolve, winogradFilter, winogradFilterGradient, winogradFilterSums } from './winograd';
