/** Seconds after which a step counts for a third of what it did. */
const MEMORY_SECONDS = 15;

/**
 * Guesses how long a training will still take, smoothly: from the time of the last steps, of which older ones count less, and the looks at held-back
 * images apart.
 */
export class TimeLeft {
  private last: { step: number; ms: number } | undefined;
  private steps = 0;
  private secondsOfSteps = 0;
  private secondsOfValidation = 0;

  /** Takes note of when a step ended. @param ms - by a clock that never goes back */
  note(step: number, ms: number): void {
    const { last } = this;
    this.last = { step, ms };
    if (last && step > last.step) this.noteSteps(step - last.step, (ms - last.ms) / 1000);
  }

  /** Takes note of how long so many steps took. */
  noteSteps(steps: number, seconds: number): void {
    const keep = Math.exp(-seconds / MEMORY_SECONDS);
    this.steps = keep * this.steps + steps;
    this.secondsOfSteps = keep * this.secondsOfSteps + seconds;
  }

  /** Takes note of how long a look at the held-back images took; the next one is taken to be as long. */
  noteValidation(seconds: number): void {
    this.secondsOfValidation = seconds;
    this.interrupt();
  }

  /** After a pause: the time until the next step says nothing. */
  interrupt(): void {
    this.last = undefined;
  }

  /** Seconds; nothing before the time of a step is known. */
  seconds(stepsLeft: number, validationsLeft = 0): number | undefined {
    if (this.steps === 0) return undefined;
    return (stepsLeft * this.secondsOfSteps) / this.steps + validationsLeft * this.secondsOfValidation;
  }
}
