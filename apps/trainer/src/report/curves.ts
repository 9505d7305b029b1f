import { join } from 'node:path';
import { getPath, type Json } from '../config/merge';
import { readRecords } from '../runs/read-files';
import type { Point } from './line-chart';

/** How a run went, over its epochs. */
export interface Curves {
  /** Cross-entropy of the training batches, in nats. */
  readonly trainingLoss: readonly Point[];
  readonly trainingAccuracy: readonly Point[];
  readonly learningRate: readonly Point[];
  readonly imagesPerSecond: readonly Point[];
  /** One point an epoch. */
  readonly validationLoss: readonly Point[];
  readonly validationAccuracy: readonly Point[];
  /** Steps that a point of training is the mean of. */
  readonly stepsPerPoint: number;
}

const POINTS = 300;

/** What `metrics.jsonl` tells. */
export interface Progress {
  readonly curves: Curves;
  /** The records of its epochs. */
  readonly epochs: readonly Json[];
  /** What computed, by the newest start. */
  readonly engine: unknown;
}

/**
 * Reads `metrics.jsonl`. Steps, of which there may be hundreds of thousands, are joined to a few hundred points.
 *
 * @throws {RunProblem} if the file is no plain file or too large.
 */
export function readProgress(path: string): Progress {
  const steps: {
    epoch: number;
    loss: number;
    accuracy: number;
    learningRate: number;
    images: number;
    durationMs: number;
  }[] = [];
  const epochs: Json[] = [];
  let engine: unknown;
  for (const record of readRecords(join(path, 'metrics.jsonl'))) {
    if (record.type === 'epoch') epochs.push(record);
    if (record.type === 'start') engine = record.engine;
    if (record.type !== 'step') continue;
    steps.push({
      epoch: Number(record.step) / Number(record.stepsPerEpoch),
      loss: Number(record.crossEntropy ?? record.loss),
      accuracy: Number(record.accuracy),
      learningRate: Number(record.learningRate),
      images: Number(record.images),
      durationMs: Number(record.durationMs),
    });
  }
  const stepsPerPoint = Math.max(1, Math.ceil(steps.length / POINTS));
  const groups = Array.from({ length: Math.ceil(steps.length / stepsPerPoint) }, (_, i) =>
    steps.slice(i * stepsPerPoint, (i + 1) * stepsPerPoint),
  );
  const means = (of: (step: (typeof steps)[number]) => number): Point[] =>
    groups.map((group) => ({ x: group.at(-1)?.epoch ?? 0, y: mean(group.map(of)) }));
  const validation = (name: string): Point[] =>
    epochs.flatMap((epoch) => {
      const value = getPath(epoch, ['validation', name]);
      return typeof value === 'number' ? [{ x: Number(epoch.epoch), y: value }] : [];
    });
  const curves = {
    trainingLoss: means(({ loss }) => loss),
    trainingAccuracy: means(({ accuracy }) => accuracy),
    learningRate: means(({ learningRate }) => learningRate),
    imagesPerSecond: groups.map((group) => ({
      x: group.at(-1)?.epoch ?? 0,
      y: (1000 * sum(group.map(({ images }) => images))) / sum(group.map(({ durationMs }) => durationMs)),
    })),
    validationLoss: validation('loss'),
    validationAccuracy: validation('accuracy'),
    stepsPerPoint,
  };
  return { curves, epochs, engine };
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
