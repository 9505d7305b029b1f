import type { Outcome } from './alternate';
import type { Row, Workload } from './rows/row';
import { geometricMean, significant } from './statistics';

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

/**
 * Images a processor second of every network, one column an engine, with the ratio to the baseline; the last line is the geometric mean
 * of the ratios.
 *
 * @param outcomes - by network, then by row
 */
export function modelTable(
  rows: readonly Row[],
  outcomes: ReadonlyMap<string, Map<string, Outcome>>,
  baseline: string,
): string {
  const measured = (model: string, row: string) => {
    const outcome = outcomes.get(model)?.get(row);
    return outcome && 'measurement' in outcome ? outcome.measurement : undefined;
  };
  const ratio = (model: string, row: string) =>
    (measured(model, baseline)?.processorMs ?? NaN) / (measured(model, row)?.processorMs ?? NaN);
  const cell = (model: string, { name }: Row) => {
    const { processorMs } = measured(model, name) ?? {};
    if (processorMs === undefined) {
      const outcome = outcomes.get(model)?.get(name);
      return outcome && 'reason' in outcome ? outcome.reason : 'not run';
    }
    const rate = significant(1000 / processorMs);
    const times = ratio(model, name);
    return name === baseline || Number.isNaN(times) ? rate : `${rate} (${significant(times)}x)`;
  };
  const models = [...outcomes.keys()];
  const means = rows.map(({ name }) => {
    const ratios = models.map((model) => ratio(model, name)).filter((one) => !Number.isNaN(one));
    return ratios.length > 0 && name !== baseline ? `${significant(geometricMean(ratios))}x` : '';
  });
  const errors = rows.map(({ name }) => {
    const all = models.flatMap((model) => measured(model, name)?.difference ?? []);
    return all.length > 0 ? Math.max(...all).toExponential(0) : '';
  });
  return markdown(
    ['images a processor second', ...rows.map(({ title }) => title)],
    [
      ...models.map((model) => [model, ...rows.map((row) => cell(model, row))]),
      ['geometric mean of the ratios', ...means],
      ['largest difference of an output', ...errors],
    ],
  );
}
