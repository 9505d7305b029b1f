import type { RunRecord } from '../runs/read-run';
import type { SweepRun } from './plan';

/** The runs of one combination of settings, whatever their seeds. */
export interface Ranked {
  readonly tried: Readonly<Record<string, unknown>>;
  /** Mean of the best epochs of its runs, on validation images. */
  readonly validationAccuracy: number;
  /** Standard deviation over the seeds; undefined for one. */
  readonly deviation: number | undefined;
  readonly validationLoss: number | undefined;
  readonly runs: readonly string[];
}

/** Combinations by falling validation accuracy, and rising validation loss among equals. Test images choose nothing. */
export function ranking(done: readonly (readonly [SweepRun, RunRecord])[]): Ranked[] {
  const groups = new Map<string, (readonly [SweepRun, RunRecord])[]>();
  for (const one of done) {
    const key = JSON.stringify(one[0].tried);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const ranked = [...groups.values()].flatMap((group): Ranked[] => {
    const accuracies = group.flatMap(([, { validationAccuracy }]) => validationAccuracy ?? []);
    const losses = group.flatMap(([, { validationLoss }]) => validationLoss ?? []);
    const [first] = group;
    if (first === undefined || accuracies.length === 0) return [];
    const center = mean(accuracies);
    return [
      {
        tried: first[0].tried,
        validationAccuracy: center,
        deviation:
          accuracies.length > 1
            ? Math.sqrt(
                accuracies.reduce((sum, value) => sum + (value - center) ** 2, 0) / (accuracies.length - 1),
              )
            : undefined,
        validationLoss: losses.length > 0 ? mean(losses) : undefined,
        runs: group.map(([{ path }]) => path),
      },
    ];
  });
  return ranked.sort(
    (a, b) =>
      b.validationAccuracy - a.validationAccuracy ||
      (a.validationLoss ?? Infinity) - (b.validationLoss ?? Infinity),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
