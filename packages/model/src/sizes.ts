import { poolBorder } from './max-pool';
import type { ResolvedOptions } from './options';
import { AUXILIARY_BLOCKS, type TrunkRow } from './variants';

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
 * Checks that the feature map lasts to the end of the network, before any weight is made.
 *
 * @throws {RangeError} that names the first layer whose map is too small.
 */
export function checkSizes({ spec, inputShape, auxiliary }: ResolvedOptions): void {
  const refuse = (layer: string, least: number, [height, width]: Size, fix: string) => {
    if (height >= least && width >= least) return;
    throw new RangeError(
      `googlenet("${layer}"): expected a feature map of at least ${least}x${least}, got ${height}x${width}. Use a larger inputShape${fix}.`,
    );
  };
  let size: Size = [inputShape[0], inputShape[1]];
  for (const row of spec.trunk) {
    if (row.kind === 'maxPool') refuse(row.name, 2, size, '');
    size = sizeAfter(size, row);
    const head = row.kind === 'inception' ? AUXILIARY_BLOCKS.indexOf(row.block) + 1 : 0;
    if (auxiliary && head > 0 && spec.auxiliary.form === 'paper') {
      refuse(`aux${head}_pool`, 5, size, ' or auxiliary: false');
    }
  }
}
