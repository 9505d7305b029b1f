import type * as tfl from '@tensorflow/tfjs-layers';
import type { Share, Team } from '../loop/team';
import { leafLayers } from './weights';

/** How a batch norm adds up over the processes that train together. */
interface StatisticsGroup {
  /** Images of the whole batch. */
  images: number;
  /** Whether this process's rows count. */
  counted: boolean;
  /** Replaces values by their sums over all processes, before it returns. */
  sum(values: Float32Array): void;
}

interface SynchronisableLayer extends tfl.layers.Layer {
  shareStatistics?: (group: StatisticsGroup | undefined) => void;
}

/**
 * Lets the batch norms of a model take the statistics of the whole batch. Knows layers with `shareStatistics(group)`: those of
 * `@googlenet/inception`.
 *
 * @returns `setRows(share)` for each step, and `restore()`.
 * @throws {RangeError} if a batch norm cannot, or the collective has no `allReduceSumSync`.
 */
export function shareStatistics(
  model: tfl.LayersModel,
  team: Team,
): { setRows(share: Share): void; restore(): void } {
  if (!team.collective?.allReduceSumSync) {
    throw new RangeError(
      'train(syncBatchNorm): expected a collective with allReduceSumSync, got one without. Add it, or leave out syncBatchNorm.',
    );
  }
  const group: StatisticsGroup = { images: 0, counted: true, sum: (values) => team.sumNow(values) };
  const layers = leafLayers(model)
    .filter(({ frozen }) => !frozen)
    .map(({ layer }) => layer as SynchronisableLayer);
  const other = layers.find((layer) => layer.getClassName() === 'BatchNormalization');
  if (other) {
    throw new RangeError(
      `train(syncBatchNorm): expected batch norms of @googlenet/inception, got the layer "${other.name}" of TensorFlow.js. Use convBatchNorm(), or leave out syncBatchNorm.`,
    );
  }
  for (const layer of layers) layer.shareStatistics?.(group);
  return {
    setRows({ images, counted }) {
      Object.assign(group, { images, counted });
    },
    restore() {
      for (const layer of layers) layer.shareStatistics?.(undefined);
    },
  };
}
