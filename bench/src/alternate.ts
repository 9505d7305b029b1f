import { execFile } from 'node:child_process';
import type { Measurement, Row, Workload } from './rows/row';
import { median } from './statistics';

/** What became of a row: medians over the rounds, or why there are none. */
export type Outcome = { measurement: Measurement; rounds: number } | { reason: string };

/**
 * Runs the rows one after the other, round after round, so that a slow minute of the machine hits all of them.
 *
 * @param report - called before each run
 */
export async function alternate(
  rows: readonly Row[],
  workload: Workload,
  rounds: number,
  report: (row: Row, round: number) => void,
): Promise<Map<string, Outcome>> {
  const found = new Map<string, Measurement[]>();
  const failed = new Map<string, string>();
  for (const row of rows) {
    const reason = row.unavailable?.() ?? row.skip?.(workload);
    if (reason !== undefined) failed.set(row.name, reason);
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      if (failed.has(row.name)) continue;
      report(row, round);
      try {
        found.set(row.name, [...(found.get(row.name) ?? []), await runRow(row, workload)]);
      } catch (error) {
        failed.set(row.name, reasonOf(error));
      }
    }
  }
  return new Map(
    rows.map(({ name }): [string, Outcome] => {
      const measurements = found.get(name);
      return [
        name,
        measurements
          ? { measurement: combine(measurements), rounds: measurements.length }
          : { reason: failed.get(name) ?? 'not run' },
      ];
    }),
  );
}

/** Characters of a reason that a cell of the table has room for. */
const LONGEST_REASON = 80;

/** The message of the process's own error, without its stack. */
function reasonOf(error: unknown): string {
  const text = String(error);
  const message = /^\w*Error: (?!Command failed)(.*)/m.exec(text)?.[1] ?? text.split('\n')[0];
  return message.length > LONGEST_REASON ? `${message.slice(0, LONGEST_REASON)}...` : message;
}

/** Starts the row's process and reads the last line that it prints. */
function runRow(row: Row, workload: Workload): Promise<Measurement> {
  const { program, args, env, folder } = row.command(workload);
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, cwd: folder, maxBuffer: 1 << 24 };
    execFile(program, args, options, (error, stdout) => {
      if (error) {
        reject(new Error(error.message, { cause: error }));
        return;
      }
      resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Measurement);
    });
  });
}

/** Medians of the times, best rates of the convolutions. */
export function combine(measurements: readonly Measurement[]): Measurement {
  const numbers = (field: 'medianMs' | 'processorMs') => measurements.flatMap((one) => one[field] ?? []);
  const times = numbers('medianMs');
  const processor = numbers('processorMs');
  const differences = measurements.flatMap((one) => one.difference ?? []);
  const names = Object.keys(measurements[0].convolutions ?? {});
  return {
    ...(times.length > 0 && { medianMs: median(times) }),
    ...(processor.length > 0 && { processorMs: median(processor) }),
    ...(differences.length > 0 && { difference: Math.max(...differences) }),
    ...(names.length > 0 && {
      convolutions: Object.fromEntries(
        names.map((name) => [name, Math.max(...measurements.map((one) => one.convolutions?.[name] ?? 0))]),
      ),
    }),
  };
}
