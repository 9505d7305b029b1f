import type { BranchName } from '../worker/protocol';

export const branchTitles: Record<BranchName, { title: string; about: string }> = {
  conv1x1: { title: '1×1', about: 'Mixes channels at each position.' },
  conv3x3: { title: '3×3', about: 'Edges and corners, after a 1×1 reduction.' },
  conv5x5: { title: '5×5', about: 'Wider shapes, after a 1×1 reduction.' },
  poolProj: { title: 'Pool', about: 'The strongest neighbour, after a 3×3 max pool.' },
};

/** `inception_4c` as `4c`. */
export function shortName(module: string): string {
  return module.replace(/^inception_/, '');
}
