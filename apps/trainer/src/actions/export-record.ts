import type { ModelCardRecord } from '@googlenet/formats';
import { datasetLicences, datasetNames, type DatasetName } from '@googlenet/mnist';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isObject, type Json } from '../config/merge';

/** What a run's `summary.json` tells of the model in it, for a model card; whatever is missing is left out. */
export function exportRecord(modelFile: string, dataset: string | undefined): ModelCardRecord {
  const summary = readSummary(join(dirname(modelFile), '..', 'summary.json'));
  const part = (from: Json, name: string): Json => (isObject(from[name]) ? from[name] : {});
  const config = part(summary, 'config');
  const [data, training, images] = [part(config, 'data'), part(config, 'training'), part(summary, 'images')];
  const variant = part(config, 'model').variant;
  const isKnownDataset = datasetNames.includes(dataset as DatasetName);
  const recipe = [
    ['preset', summary.preset],
    ['seed', summary.seed],
    ['optimizer', part(training, 'optimizer')],
    ['schedule', part(training, 'schedule')],
    ['batch size', training.batchSize],
    ['epochs', summary.epochs ?? training.epochs],
    ['augmentation', training.augment ?? data.augment],
    ['engine', part(summary, 'engine').name],
  ] as const;
  const isKnown = (value: unknown) => value !== undefined && value !== null && JSON.stringify(value) !== '{}';
  const accuracy = summary.testAccuracy;
  const measuredOn = typeof summary.evaluatedOn === 'string' ? summary.evaluatedOn : 'test';
  const count = images[measuredOn];
  const measured = typeof count === 'number' ? `${count} ${measuredOn} images` : `the ${measuredOn} images`;
  return {
    name: `GoogLeNet, ${typeof variant === 'string' ? variant : 'unknown'} variant`,
    variant: typeof variant === 'string' ? variant : undefined,
    // Of pictures of one's own, whose folder may lie anywhere, the name alone.
    dataset: isKnownDataset ? dataset : dataset && basename(dataset),
    datasetLicense: isKnownDataset ? datasetLicences[dataset as DatasetName] : undefined,
    recipe: recipe
      .filter(([, value]) => isKnown(value))
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const),
    metrics:
      typeof accuracy === 'number'
        ? [
            {
              name: 'accuracy',
              value: accuracy,
              protocol:
                measuredOn === 'test'
                  ? `${measured}; nothing was chosen on them (weights of the epoch that is best on the validation images)`
                  : `${measured}, which may have chosen the weights too: not a test accuracy`,
            },
          ]
        : [],
  };
}

function readSummary(path: string): Json {
  try {
    const summary = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    return isObject(summary) ? summary : {};
  } catch {
    return {};
  }
}
