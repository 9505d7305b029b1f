import { batchNormKernels } from './batch-norm';
import { convKernels } from './conv';
import { elementwiseKernels } from './elementwise';
import { inceptionTrainGrad } from './inception-gradient';
import { inceptionTrain } from './inception-train';
import { layoutKernels } from './layout';
import { matMulKernels } from './matmul';
import { optimizerKernels } from './optimizer';
import { poolKernels } from './pool';
import { reduceKernels } from './reduce';
import type { KernelEntry } from './register';

/** Every kernel of the engine by its TensorFlow.js name. */
export const kernels: Record<string, KernelEntry> = {
  ...batchNormKernels,
  ...convKernels,
  ...elementwiseKernels,
  InceptionTrain: { kernel: inceptionTrain },
  InceptionTrainGrad: { kernel: inceptionTrainGrad },
  ...layoutKernels,
  ...matMulKernels,
  ...optimizerKernels,
  ...poolKernels,
  ...reduceKernels,
};
