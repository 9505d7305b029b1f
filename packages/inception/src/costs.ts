import { isPositiveInteger, requireChoice } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import { CONV_UNIT_DEFAULTS } from './conv-unit-options';
import {
  BRANCH_5X5_SHAPES,
  type Branch5x5,
  INCEPTION_KINDS,
  type InceptionFilters,
  type InceptionFilterTuple,
  type InceptionKind,
  namedFilters,
} from './filters';
import { BRANCHES, type BranchName, branchUnits, type UnitShape } from './module-units';

export interface Cost {
  /** Trainable numbers. */
  parameters: number;
  /** Multiply-accumulates for one image, of the convolutions alone. */
  macs: number;
}

export interface ConvolutionCostOptions {
  /** Pixels of the input, which `same` padding keeps at stride 1. */
  height: number;
  width: number;
  inputChannels: number;
  filters: number;
  /** Pixels; one number for a square. */
  kernelSize: number | readonly [height: number, width: number];
  /** Default 1. */
  strides?: number;
  /** Whether a bias is among the parameters. Default true. */
  useBias?: boolean;
}

/**
 * What one convolution with `same` padding costs.
 *
 * `macs = ceil(height / strides) * ceil(width / strides) * filters * kernelHeight * kernelWidth * inputChannels`.
 * @throws {RangeError} if a size is not a positive integer.
 */
export function convolutionCost(options: ConvolutionCostOptions): Cost {
  const { height, width, inputChannels, filters, kernelSize, strides = 1, useBias = true } = options;
  const [kernelHeight, kernelWidth] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
  checkSizes('convolutionCost', {
    height,
    width,
    inputChannels,
    filters,
    kernelHeight,
    kernelWidth,
    strides,
  });
  const weights = kernelHeight * kernelWidth * inputChannels * filters;
  return {
    parameters: weights + (useBias ? filters : 0),
    macs: Math.ceil(height / strides) * Math.ceil(width / strides) * weights,
  };
}

export interface InceptionCostOptions {
  /** Pixels of the input and the output. */
  height: number;
  width: number;
  inputChannels: number;
  filters: InceptionFilters | InceptionFilterTuple;
  /** Default `reduced`. */
  kind?: InceptionKind;
  /** Default `one5x5`. */
  branch5x5?: Branch5x5;
  /** Whether biases are among the parameters. Default true. */
  useBias?: boolean;
  /** Whether gamma and beta are among the parameters. Default true. */
  batchNorm?: boolean;
  /** Whether the batch norms have a gamma. Default true. */
  scale?: boolean;
}

export interface InceptionCost extends Cost {
  branches: Record<BranchName, Cost>;
}

/**
 * What one Inception module costs, in all and by branch: with the defaults, the layer that `inception()` makes.
 *
 * @throws {RangeError} if a size or a filter count is not a positive integer.
 * @see Szegedy et al. 2014 (arXiv:1409.4842), section 4
 */
export function inceptionCost(options: InceptionCostOptions): InceptionCost {
  const where = 'inceptionCost';
  const { height, width, inputChannels } = options;
  const { useBias, batchNorm, scale } = { ...CONV_UNIT_DEFAULTS, ...options };
  checkSizes(where, { height, width, inputChannels });
  const kind = requireChoice(where, 'kind', options.kind ?? 'reduced', INCEPTION_KINDS);
  const branch5x5 = requireChoice(
    where,
    'branch5x5',
    options.branch5x5 ?? 'one5x5',
    Object.keys(BRANCH_5X5_SHAPES) as Branch5x5[],
  );
  const filters = namedFilters(options.filters, kind, where);
  const perFilter = (useBias ? 1 : 0) + (batchNorm ? 1 + (scale ? 1 : 0) : 0);
  const unitCost = (unit: UnitShape): Cost => {
    const { parameters, macs } = convolutionCost({ height, width, ...unit, useBias: false });
    return { parameters: parameters + perFilter * unit.filters, macs };
  };
  const units = branchUnits({ filters, kind, branch5x5, inputChannels });
  const branches = Object.fromEntries(
    BRANCHES.map((branch) => [branch, total(units[branch].map(unitCost))]),
  ) as Record<BranchName, Cost>;
  return { ...total(Object.values(branches)), branches };
}

function total(costs: Cost[]): Cost {
  return {
    parameters: costs.reduce((sum, cost) => sum + cost.parameters, 0),
    macs: costs.reduce((sum, cost) => sum + cost.macs, 0),
  };
}

function checkSizes(where: string, sizes: Record<string, number>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!isPositiveInteger(value)) {
      throw new RangeError(
        `${where}: expected ${name} to be a positive integer, got ${show(value)}. Give sizes in pixels and channels.`,
      );
    }
  }
}
