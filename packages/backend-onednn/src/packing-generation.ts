/** Counts the changes of the settings that a layout depends on, so that a key of earlier ones is never met again. */
let generation = 0;

export const packingGeneration = (): number => generation;

/** The convolutions change: other threads, another algorithm. Nothing that was packed is used again. */
export function forgetPacked(): void {
  generation += 1;
}
