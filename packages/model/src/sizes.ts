import { MAX_NUMBERS } from '@googlenet-tooling/shared/checks';
import { poolBorder } from './max-pool';
import type { ResolvedOptions } from './option-types';
import { AUXILIARY_MODULES, AUXILIARY_HEAD, scaleFilters, type TrunkRow } from './variants';

type Size = readonly [height: number, width: number];

/** Height and width after one row of the trunk. */
function sizeAfter([height, width]: Size, row: TrunkRow): Size {
  if (row.kind === 'conv') {
    const { strides = 1, padding = 'same', kernelSize } = row;
    const along = (extent: number) =>
      padding === 'same'
        ? Math.ceil(extent / strides)
        : Math.floor((extent + 2 * padding - kernelSize) / strides) + 1;
    return [along(height), along(width)];
  }
  if (row.kind !== 'maxPool') return [height, width];
  const border = poolBorder([height, width], { size: row.size, stride: 2, padding: row.padding });
  const along = (extent: number, axis: 0 | 1) => {
    if (border === 'same') return Math.ceil(extent / 2);
    const added = border === 'valid' ? 0 : border[axis][0] + border[axis][1];
    return Math.floor((extent + added - row.size) / 2) + 1;
  };
  return [along(height, 0), along(width, 1)];
}

/**
 * What keeps the feature map from lasting to the end of the network, looked for before any weight is made.
 *
 * @returns at most one sentence, which names the first layer whose map is too small, or whose weights are more than an engine can hold.
 */
export function findLostMaps({ spec, inputShape, auxiliary, widthMultiplier }: ResolvedOptions): string[] {
  const tooSmall = (layer: string, least: number, [height, width]: Size, fix: string) =>
    height >= least && width >= least
      ? []
      : [
          `googlenet("${layer}"): expected a feature map of at least ${least}x${least}, got ${height}x${width}. Use a larger inputShape${fix}.`,
        ];
  const problemOfHead = (head: string, size: Size): string[] => {
    const small = tooSmall(`${head}_pool`, 5, size, ' or auxiliary: false');
    if (small.length > 0) return small;
    const [height, width] = size.map((extent) => Math.floor((extent - 5) / 3) + 1);
    const shape = [
      height * width * scaleFilters(AUXILIARY_HEAD.filters, widthMultiplier),
      scaleFilters(AUXILIARY_HEAD.denseUnits, widthMultiplier),
    ];
    if (shape[0] * shape[1] <= MAX_NUMBERS) return [];
    return [
      `googlenet("${head}_fc"): expected at most ${MAX_NUMBERS} weights, got ${shape.join('x')}. Use a smaller inputShape or auxiliary: false.`,
    ];
  };
  let size: Size = [inputShape[0], inputShape[1]];
  for (const row of spec.trunk) {
    const small = row.kind === 'maxPool' ? tooSmall(row.name, 2, size, '') : [];
    if (small.length > 0) return small;
    size = sizeAfter(size, row);
    const head = row.kind === 'inception' ? AUXILIARY_MODULES.indexOf(row.module) + 1 : 0;
    if (auxiliary && head > 0 && spec.auxiliary.form === 'paper') {
      const problem = problemOfHead(`aux${head}`, size);
      if (problem.length > 0) return problem;
    }
  }
  return [];
}
