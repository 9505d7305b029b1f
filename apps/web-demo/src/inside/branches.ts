import type { Branch5x5 } from '@googlenet/inception';
import type { BranchName } from '../worker/protocol';

export const BRANCH_TITLES: Record<BranchName, string> = {
  conv1x1: '1×1',
  conv3x3: '3×3',
  conv5x5: '5×5',
  poolProj: 'Pool',
};

const ABOUT_WIDE: Record<Branch5x5, string> = {
  one5x5: 'Wider shapes, after a 1×1 reduction.',
  two5x5: 'Wider shapes: two 5×5 in a row, which see 9×9, after a 1×1 reduction.',
  two3x3: 'Wider shapes: two 3×3 in a row, which see 5×5, after a 1×1 reduction.',
  one3x3: 'A 3×3 in the place of the 5×5, after a 1×1 reduction.',
};

/** What the third window of a module is. */
export const ABOUT_WIDE_WINDOW: Record<Branch5x5, string> = {
  one5x5: 'a 5×5 window',
  two5x5: 'a 5×5 window (here two in a row, which see 9×9)',
  two3x3: 'a 5×5 window (here two 3×3 in a row, which see as much)',
  one3x3: 'another 3×3 window (in the place of a 5×5)',
};

/** What a branch does, in one sentence. */
export function aboutBranch(branch: BranchName, branch5x5: Branch5x5): string {
  switch (branch) {
    case 'conv1x1':
      return 'Mixes channels at each position.';
    case 'conv3x3':
      return 'Edges and corners, after a 1×1 reduction.';
    case 'conv5x5':
      return ABOUT_WIDE[branch5x5];
    case 'poolProj':
      return 'The strongest neighbour, after a 3×3 max pool.';
  }
}

/** `inception_4c` as `4c`. */
export function shortName(module: string): string {
  return module.replace(/^inception_/, '');
}
