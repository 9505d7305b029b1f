import { createHash } from 'node:crypto';
import type { TrainerConfig } from '../config/schema';
import type { LoadedData } from '../load-data';

/**
 * What decides the weights besides the settings of training: short hashes that checkpoints keep, so that a run cannot go on with another
 * network or other images unnoticed.
 */
export function fingerprintOf(
  config: TrainerConfig,
  { train, checksums }: LoadedData,
): Record<string, string> {
  const { subset, validationFraction } = config.data;
  const { variant, ...model } = config.model;
  return {
    images: hash({
      files: Object.entries(checksums)
        .filter(([name]) => !name.startsWith('t10k'))
        .map(([, sum]) => sum),
      shape: [train.size, train.height, train.width, train.numClasses],
      subset,
      validationFraction,
    }),
    network: `${variant} ${hash(model)}`,
    precision: config.precision ?? 'float32',
  };
}

function hash(facts: object): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}
