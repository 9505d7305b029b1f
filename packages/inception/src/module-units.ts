import type { BranchPlan, PlannedUnit } from '@googlenet-tooling/shared/optional-kernels';
import { BRANCH_5X5_SHAPES, type Branch5x5, type InceptionFilters, type InceptionKind } from './filters';

/** What one convolution of a module looks like before it has weights. */
export interface UnitShape {
  /** `1x1`, `3x3_reduce`, ... in a module; empty in a layer of one convolution. */
  name: string;
  kernelSize: readonly [height: number, width: number];
  inputChannels: number;
  filters: number;
}

/** The four branches of a module, in the order in which they are concatenated. */
export const BRANCHES = ['conv1x1', 'conv3x3', 'conv5x5', 'poolProj'] as const;
export type BranchName = (typeof BRANCHES)[number];

/** The units of each branch, from the input on. A naive module has only the unit of the branch's own size. */
export type BranchUnits<T> = Record<BranchName, T[]>;

export interface ModuleShape {
  filters: InceptionFilters;
  kind: InceptionKind;
  branch5x5: Branch5x5;
  inputChannels: number;
}

function unit(name: string, size: number, inputChannels: number, filters: number): UnitShape {
  return { name, kernelSize: [size, size], inputChannels, filters };
}

/** The convolutions of a module, by branch. */
export function branchUnits({
  filters,
  kind,
  branch5x5,
  inputChannels,
}: ModuleShape): BranchUnits<UnitShape> {
  const { kernelSize, convolutions } = BRANCH_5X5_SHAPES[branch5x5];
  const reduced = kind === 'reduced';
  const input3x3 = reduced ? filters.reduce3x3 : inputChannels;
  const input5x5 = reduced ? filters.reduce5x5 : inputChannels;
  const conv5x5 = [unit('5x5', kernelSize, input5x5, filters.conv5x5)];
  if (convolutions === 2) conv5x5.push(unit('5x5_2', kernelSize, filters.conv5x5, filters.conv5x5));
  const conv3x3 = [unit('3x3', 3, input3x3, filters.conv3x3)];
  if (reduced) {
    conv3x3.unshift(unit('3x3_reduce', 1, inputChannels, filters.reduce3x3));
    conv5x5.unshift(unit('5x5_reduce', 1, inputChannels, filters.reduce5x5));
  }
  return {
    conv1x1: [unit('1x1', 1, inputChannels, filters.conv1x1)],
    conv3x3,
    conv5x5,
    poolProj: reduced ? [unit('pool_proj', 1, inputChannels, filters.poolProj)] : [],
  };
}

/** The same units in the order of the weights: branch after branch. */
export function unitsInOrder<T>(branches: BranchUnits<T>): T[] {
  return BRANCHES.flatMap((branch) => branches[branch]);
}

/** The module as an engine is told of it: what each convolution reads, and which channels of the output it gives. */
export function branchPlan(shape: ModuleShape): BranchPlan {
  const branches = branchUnits(shape);
  const units: PlannedUnit[] = [];
  let outputChannel = 0;
  for (const branch of BRANCHES) {
    branches[branch].forEach(({ kernelSize: [kernelSize], inputChannels, filters }, i, { length }) => {
      const first = branch === 'poolProj' ? 'pooled' : 'input';
      const last = i === length - 1;
      units.push({
        kernelSize,
        inputChannels,
        filters,
        source: i === 0 ? first : units.length - 1,
        ...(last && { outputChannel }),
      });
      if (last) outputChannel += filters;
    });
  }
  const outputs = outputChannels(shape);
  return {
    units,
    outputChannels: outputs,
    ...(branches.poolProj.length === 0 && { pooledChannel: outputChannel }),
  };
}

/** Channels that a module puts out: the sum over its branches. */
export function outputChannels({ filters, kind, inputChannels }: ModuleShape): number {
  const pool = kind === 'naive' ? inputChannels : filters.poolProj;
  return filters.conv1x1 + filters.conv3x3 + filters.conv5x5 + pool;
}
