import { MOVING_AVERAGES } from '@googlenet-tooling/shared/moving-averages';
import { convolutions } from './convolution';
import { corrections } from './corrections';
import { depthwiseConvolutions } from './depthwise';
import { inceptions } from './inception';
import { layouts } from './layout';
import { logic } from './logic';
import { matrices } from './matrix';
import { normalizations } from './normalization';
import { optimizers } from './optimizer';
import { pointwise } from './pointwise';
import { pools } from './pooling';
import { reductions } from './reduction';
import type { KernelReplacement } from './register';
import { resizes } from './resize';
import { selections } from './selection';

/** Every kernel that is not the cpu backend's, and what it accepts. */
export const kernels: readonly KernelReplacement[] = [
  ...convolutions,
  ...corrections,
  ...depthwiseConvolutions,
  ...inceptions,
  ...layouts,
  ...logic,
  ...matrices,
  ...normalizations,
  MOVING_AVERAGES,
  ...optimizers,
  ...pointwise,
  ...pools,
  ...reductions,
  ...resizes,
  ...selections,
];
