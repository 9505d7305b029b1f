/** Pauses a training run between two steps and lets it go on; give the same one to `train({ pause })`. */
export class PauseControl {
  private waiting: (() => void)[] = [];
  private paused = false;

  /** Whether a pause is asked for. */
  get isPaused(): boolean {
    return this.paused;
  }

  /** Asks for a pause after the current step. */
  pause(): void {
    this.paused = true;
  }

  /** Ends the pause. */
  resume(): void {
    this.paused = false;
    for (const go of this.waiting.splice(0)) go();
  }

  /** Resolves when not paused, or when the signal is aborted. */
  async whenResumed(signal?: AbortSignal): Promise<void> {
    if (!this.paused || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        signal?.removeEventListener('abort', go);
        resolve();
      };
      this.waiting.push(go);
      signal?.addEventListener('abort', go, { once: true });
    });
  }
}
