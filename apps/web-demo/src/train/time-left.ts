/** Seconds over which the time of a step is averaged. */
const AVERAGED_SECONDS = 15;

/**
 * Guesses how long a run will still take: an exponential average of the time from step to step, looks at held-back images included.
 *
 * It starts without bias, and weighs by time: a few quick steps do not outvote one slow one.
 */
export class TimeLeft {
  private last: { step: number; ms: number } | undefined;
  private secondsPerStep = 0;
  private weight = 0;

  /** Takes note of a step. @param ms - by a clock that never goes back */
  note(step: number, ms: number): void {
    const { last } = this;
    this.last = { step, ms };
    if (!last || step <= last.step) return;
    const seconds = (ms - last.ms) / 1000;
    const keep = Math.exp(-seconds / AVERAGED_SECONDS);
    this.secondsPerStep = keep * this.secondsPerStep + (1 - keep) * (seconds / (step - last.step));
    this.weight = keep * this.weight + (1 - keep);
  }

  /** After a pause: the time until the next step says nothing. */
  interrupt(): void {
    this.last = undefined;
  }

  /** Seconds; nothing before the second step. */
  seconds(stepsLeft: number): number | undefined {
    return this.weight > 0 ? (stepsLeft * this.secondsPerStep) / this.weight : undefined;
  }
}
