/**
 * Runs an asynchronous task one call at a time and skips all waiting arguments but the newest,
 * so that a slow engine falls behind the pen by one prediction and never by a queue of them.
 */
export function latestOnly<T>(task: (argument: T) => Promise<void>): (argument: T) => void {
  let running = false;
  let waiting: { argument: T } | undefined;
  const run = async (argument: T) => {
    running = true;
    try {
      await task(argument);
    } finally {
      running = false;
      const next = waiting;
      waiting = undefined;
      if (next) void run(next.argument);
    }
  };
  return (argument) => {
    if (running) waiting = { argument };
    else void run(argument);
  };
}
