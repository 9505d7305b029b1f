/** The curves of a run. Plain JSON: kept beside the checkpoints, so that they go on after a reload. */
export interface History {
  step: number[];
  loss: number[];
  accuracy: number[];
  /** After each epoch. */
  validation: { step: number; loss: number; accuracy: number }[];
}

/** More points than a chart has pixels help nobody: every second one goes when there are this many. */
const MOST_POINTS = 1200;

export function emptyHistory(): History {
  return { step: [], loss: [], accuracy: [], validation: [] };
}

/** Adds one step; steps that the run has thrown away by going back to a checkpoint are dropped first. */
export function addStep(history: History, step: number, loss: number, accuracy: number): void {
  rewind(history, step - 1);
  history.step.push(step);
  history.loss.push(loss);
  history.accuracy.push(accuracy);
  if (history.step.length > MOST_POINTS) {
    for (const key of ['step', 'loss', 'accuracy'] as const)
      history[key] = history[key].filter((_, i) => i % 2 === 1);
  }
}

/** Drops everything after a step. */
export function rewind(history: History, step: number): void {
  while ((history.step.at(-1) ?? -1) > step) {
    history.step.pop();
    history.loss.pop();
    history.accuracy.pop();
  }
  history.validation = history.validation.filter((point) => point.step <= step);
}

/**
 * What a noisy curve is about, without lag: at each point the height of the straight line that fits its neighbours best, near
 * ones above all. It stays within what it was given.
 *
 * @param radius - how many neighbours on each side; by default a part of all points
 */
export function smoothed(
  values: readonly number[],
  radius = Math.min(30, Math.ceil(values.length / 12)),
): number[] {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  return values.map((_, at) => {
    // Weighted sums of 1, x, x * x, y and x * y, where x is the distance from the point.
    let [s0, s1, s2, t0, t1] = [0, 0, 0, 0, 0];
    for (let i = Math.max(0, at - radius); i <= Math.min(values.length - 1, at + radius); i++) {
      const x = i - at;
      const weight = (1 - (Math.abs(x) / (radius + 1)) ** 3) ** 3;
      const y = values[i] ?? 0;
      s0 += weight;
      s1 += weight * x;
      s2 += weight * x * x;
      t0 += weight * y;
      t1 += weight * x * y;
    }
    const determinant = s0 * s2 - s1 * s1;
    const height = determinant > 1e-9 ? (s2 * t0 - s1 * t1) / determinant : t0 / s0;
    return Math.min(highest, Math.max(lowest, height));
  });
}
