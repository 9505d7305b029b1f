import { googlenet } from '@googlenet/model';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainerConfig } from '../config/schema';
import { UserError } from '../errors';
import type { LoadedData } from '../load-data';

/**
 * The network that a configuration asks for, for the images of a data set; the caller disposes it.
 *
 * @throws {UserError} if an option is wrong, or the images are too small for the variant.
 */
export function buildNetwork(config: TrainerConfig, { train }: LoadedData): tfl.LayersModel {
  const { height, width, numClasses } = train;
  const { batchNormMomentum: momentum, inputShape: _resized, ...model } = config.model;
  const unit = momentum === undefined ? {} : { unit: { momentum } };
  try {
    return googlenet({ ...model, ...unit, numClasses, inputShape: [height, width, 1], seed: config.seed });
  } catch (error) {
    if (error instanceof RangeError)
      throw new UserError(
        error.message.endsWith('Use a larger inputShape.')
          ? `${error.message} These images are ${height}x${width}: --input-shape 224x224 resizes them.`
          : error.message,
        { cause: error },
      );
    throw error;
  }
}
