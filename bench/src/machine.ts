import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** The machine's class, what else ran on it, and the commit: what a table of times has to say. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const [load] = loadavg();
  return [
    `Machine: ${availableParallelism()} cores of ${model}, ${memory} GiB, ${process.platform}; load ${load.toFixed(1)} at the end.`,
    `Node ${process.versions.node}, commit ${commit()}.`,
  ].join(' ');
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  } catch {
    return 'unknown';
  }
}
