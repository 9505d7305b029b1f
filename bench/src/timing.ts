import type { Measurement } from './rows/row';
import { median } from './statistics';

/**
 * Runs `step` until there were that many steps and seconds; medians of its times. Before, it warms up for as many seconds, one step at least:
 * JavaScript is compiled while it runs, and a training is longer than that.
 */
export async function timeSteps(
  step: () => Promise<unknown>,
  { steps, seconds }: { steps: number; seconds: number },
): Promise<Measurement> {
  const warm = performance.now() + seconds * 1000;
  do await step();
  while (performance.now() < warm);
  const wall: number[] = [];
  const processor: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (wall.length < steps || performance.now() < end) {
    const usage = process.cpuUsage();
    const start = performance.now();
    await step();
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(usage);
    processor.push((user + system) / 1000);
  }
  return { medianMs: median(wall), processorMs: median(processor) };
}
