import type { Outcome } from './alternate';
import type { Row, Workload } from './rows/row';
import { significant } from './statistics';

/** A Markdown table; the first column is text, the others are numbers. */
export function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...body.map(line)].join('\n');
}

/** Images a second, the ratio to the baseline, and images a second of processor time. */
export function stepTable(
  rows: readonly Row[],
  workload: Workload,
  outcomes: Map<string, Outcome>,
  baseline: string,
): string {
  const msOf = (name: string) => {
    const outcome = outcomes.get(name);
    return outcome && 'measurement' in outcome ? outcome.measurement.medianMs : undefined;
  };
  const base = msOf(baseline);
  const body = rows.map(({ name, title }) => {
    const outcome = outcomes.get(name);
    if (!outcome || 'reason' in outcome) return [title, outcome?.reason ?? 'not run', '', '', ''];
    const { medianMs = NaN, processorMs } = outcome.measurement;
    return [
      title,
      significant((workload.batch / medianMs) * 1000),
      base === undefined ? '' : `${significant(base / medianMs)}x`,
      significant(medianMs),
      processorMs === undefined ? '' : significant((workload.batch / processorMs) * 1000),
    ];
  });
  return markdown(['engine', 'images/s', 'ratio', 'ms a step', 'images a processor second'], body);
}

/** GFLOP/s of single convolutions, one column an engine. */
export function convolutionTable(rows: readonly Row[], outcomes: Map<string, Outcome>): string {
  const columns = rows.flatMap((row) => {
    const outcome = outcomes.get(row.name);
    const convolutions = outcome && 'measurement' in outcome ? outcome.measurement.convolutions : undefined;
    return convolutions ? [{ title: row.title, convolutions }] : [];
  });
  const names = Object.keys(columns[0]?.convolutions ?? {});
  const body = names.map((name) => [
    name,
    ...columns.map(({ convolutions }) => significant(convolutions[name])),
  ]);
  return markdown(['convolution', ...columns.map(({ title }) => title)], body);
}
