import type { Probe } from './engine';

/**
 * Gives engines in the order in which `auto` tries them, each with its probe: as listed, but one that `comesAfter` a later one goes right
 * behind that. An engine is probed when its turn comes, not before.
 */
export async function* inAutoOrder<T extends { readonly name: string }>(
  engines: readonly T[],
  probeOf: (engine: T) => Promise<Probe> | Probe,
): AsyncGenerator<{ engine: T; probe: Probe }> {
  const queue: { engine: T; probe?: Probe }[] = engines.map((engine) => ({ engine }));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { engine, probe = await probeOf(engine) } = next;
    const before = queue.findIndex((other) => other.engine.name === probe.comesAfter?.engine);
    if (probe.available && before >= 0) queue.splice(before + 1, 0, { engine, probe });
    else yield { engine, probe };
  }
}
