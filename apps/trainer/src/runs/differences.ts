import { isObject, type Json } from '../config/merge';
import { duration, percent, rate, thousands } from '../render/format';
import { plainText } from '../render/plain-text';
import type { RunRecord } from './read-run';

/** A row of the table of results. */
export interface Result {
  readonly name: string;
  readonly text: (run: RunRecord) => string | undefined;
}

/** What runs are compared by. */
export const RESULTS: readonly Result[] = [
  { name: 'state', text: ({ state }) => state },
  { name: 'epochs', text: ({ epochs, plannedEpochs }) => `${epochs}/${plannedEpochs ?? '?'}` },
  { name: 'training loss, last epoch', text: ({ trainingLoss }) => trainingLoss?.toFixed(4) },
  { name: 'validation loss, best', text: ({ validationLoss }) => validationLoss?.toFixed(4) },
  {
    name: 'validation accuracy, best',
    text: ({ validationAccuracy: share }) => (share === undefined ? share : percent(share)),
  },
  { name: 'test loss', text: ({ testLoss }) => testLoss?.toFixed(4) },
  {
    name: 'test accuracy',
    text: ({ testAccuracy: share }) => (share === undefined ? share : percent(share)),
  },
  { name: 'training time', text: ({ trainingMs: time }) => (time === undefined ? time : duration(time)) },
  {
    name: 'training speed',
    text: ({ imagesPerSecond: speed }) => (speed === undefined ? speed : rate(speed)),
  },
  {
    name: 'parameters',
    text: ({ parameters: count }) => (count === undefined ? count : thousands(count)),
  },
];

/** Every setting that is not the same in all configurations, by its path; a list is one setting. */
export function settingsThatDiffer(configs: readonly Json[]): (readonly [string, readonly unknown[]])[] {
  const flat = configs.map((config) => new Map(settingsOf(config)));
  const paths = new Set(flat.flatMap((settings) => [...settings.keys()]));
  return [...paths]
    .map((path) => [path, flat.map((settings) => settings.get(path))] as const)
    .filter(([, values]) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

/** Every setting by its path, `training.epochs`. */
export function settingsOf(config: Json, before = ''): [string, unknown][] {
  return Object.entries(config).flatMap(([key, value]) =>
    isObject(value) ? settingsOf(value, `${before}${key}.`) : [[`${before}${key}`, value]],
  );
}

/** A setting as it is written in a table. */
export function settingText(value: unknown): string {
  if (value === undefined) return '-';
  return plainText(typeof value === 'string' ? value : JSON.stringify(value));
}

/** `A` to `Z`, then `A2`. */
export function letterOf(i: number): string {
  return `${String.fromCharCode(65 + (i % 26))}${i < 26 ? '' : Math.floor(i / 26) + 1}`;
}
