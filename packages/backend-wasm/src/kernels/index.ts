import { MOVING_AVERAGES } from '@googlenet-tooling/shared/moving-averages';
import { batchNormKernels } from './batch-norm';
import { convKernels } from './conv';
import { correctionKernels } from './corrections';
import { depthwiseKernels } from './depthwise';
import { elementwiseKernels } from './elementwise';
import { inceptionKernels } from './inception-train';
import { inceptionGradientKernels } from './inception-gradient';
import { layoutKernels } from './layout';
import { matMulKernels } from './matmul';
import { moveKernels } from './move';
import { normalizeKernels } from './normalize';
import { optimizerKernels } from './optimizer';
import { poolKernels } from './pool';
import { reduceKernels } from './reduce';
import type { KernelReplacement } from './register';
import { resizeKernels } from './resize';
import { selectionKernels } from './selection';

/** Every kernel of the engine. */
export const kernels: readonly KernelReplacement[] = [
  ...batchNormKernels,
  ...convKernels,
  ...correctionKernels,
  ...depthwiseKernels,
  ...elementwiseKernels,
  ...inceptionKernels,
  ...inceptionGradientKernels,
  ...layoutKernels,
  ...matMulKernels,
  ...moveKernels,
  ...normalizeKernels,
  MOVING_AVERAGES,
  ...optimizerKernels,
  ...poolKernels,
  ...reduceKernels,
  ...resizeKernels,
  ...selectionKernels,
];
