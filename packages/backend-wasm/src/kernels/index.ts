import { batchNormKernels } from './batch-norm';
import { convKernels } from './conv';
import { elementwiseKernels } from './elementwise';
import { inceptionKernels } from './inception-train';
import { inceptionGradientKernels } from './inception-gradient';
import { layoutKernels } from './layout';
import { matMulKernels } from './matmul';
import { optimizerKernels } from './optimizer';
import { poolKernels } from './pool';
import { reduceKernels } from './reduce';
import type { KernelReplacement } from './register';

/** Every kernel of the engine. */
export const kernels: readonly KernelReplacement[] = [
  ...batchNormKernels,
  ...convKernels,
  ...elementwiseKernels,
  ...inceptionKernels,
  ...inceptionGradientKernels,
  ...layoutKernels,
  ...matMulKernels,
  ...optimizerKernels,
  ...poolKernels,
  ...reduceKernels,
];
