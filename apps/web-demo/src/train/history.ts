/** The curves of a run. Plain JSON: kept beside the checkpoints, so that they go on after a reload. */
export interface History {
  step: number[];
  loss: number[];
  accuracy: number[];
  /** After each epoch. */
  validation: { step: number; loss: number; accuracy: number }[];
}

/** More points than a chart has pixels help nobody: every second one goes when there are this many. */
const mostPoints = 1200;

export function emptyHistory(): History {
  return { step: [], loss: [], accuracy: [], validation: [] };
}

/** Adds one step; steps that the run has thrown away by going back to a checkpoint are dropped first. */
export function addStep(history: History, step: number, loss: number, accuracy: number): void {
  rewind(history, step - 1);
  history.step.push(step);
  history.loss.push(loss);
  history.accuracy.push(accuracy);
  if (history.step.length > mostPoints) {
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

/** An exponential moving average that starts without bias: what a noisy curve is about. */
export function smoothed(values: readonly number[], keep = 0.9): number[] {
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    average = keep * average + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return average / weight;
  });
}
