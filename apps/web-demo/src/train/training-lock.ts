const LOCK_NAME = 'googlenet-training';

/** Another tab is training. Its message is for the visitor. */
export class AnotherTabError extends Error {
  override name = 'AnotherTabError';

  constructor() {
    super(
      'Another tab of this page is training. Stop the run there, or wait until it has ended, and try again here.',
    );
  }
}

/**
 * Runs a task that only one tab of this browser may be at: two that train share the processor, and may not share a run.
 *
 * A browser without the Web Locks API (a page that came over plain HTTP) has no such guard.
 * @throws {AnotherTabError} if another tab is at it
 */
export async function asOnlyTab<T>(
  task: () => Promise<T>,
  locks: LockManager | undefined = globalThis.navigator?.locks,
): Promise<T> {
  if (!locks) return task();
  return locks.request(LOCK_NAME, { ifAvailable: true }, (lock) => {
    if (!lock) throw new AnotherTabError();
    return task();
  }) as Promise<T>;
}

/** Whether some tab is training, this one or another. */
export async function isSomeTabTraining(
  locks: LockManager | undefined = globalThis.navigator?.locks,
): Promise<boolean> {
  const { held = [] } = (await locks?.query()) ?? {};
  return held.some(({ name }) => name === LOCK_NAME);
}
