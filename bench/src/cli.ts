import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { alternate } from './alternate';
import { describeMachine } from './machine';
import { ROWS } from './rows';
import type { Row, Workload } from './rows/row';
import { convolutionTable, stepTable } from './table';

const USAGE = `npm run bench -- [options]
  --rows a,b         rows to run (default: all): ${ROWS.map(({ name }) => name).join(', ')}
  --tasks a,b        train, inference, convolutions (default: all)
  --widths a,b       width multipliers (default: 0.25,1)
  --batches a,b      images a step (default: 1,32,128)
  --rounds n         alternated runs of each row (default: 3)
  --steps n          timed steps a run, at least (default: 3)
  --seconds n        seconds of timed steps a run, at least (default: 2)
  --baseline row     what the ratios are to (default: the first of the rows)
  --out file         also write the Markdown there`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: ROWS.map(({ name }) => name).join(',') },
    tasks: { type: 'string', default: 'train,inference,convolutions' },
    widths: { type: 'string', default: '0.25,1' },
    batches: { type: 'string', default: '1,32,128' },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    baseline: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const list = (text: string) => text.split(',').filter((part) => part !== '');

function rowNamed(name: string): Row {
  const row = ROWS.find((one) => one.name === name);
  if (!row)
    throw new RangeError(
      `bench: expected one of ${ROWS.map((one) => one.name).join(', ')}, got the row "${name}".`,
    );
  return row;
}

function workloads(): Workload[] {
  const [steps, seconds] = [Number(values.steps), Number(values.seconds)];
  return list(values.tasks).flatMap((task): Workload[] => {
    if (task === 'convolutions') return [{ task, width: 1, batch: 32, steps, seconds }];
    if (task !== 'train' && task !== 'inference')
      throw new RangeError(`bench: expected a task, got "${task}".`);
    return list(values.widths).flatMap((width) =>
      list(values.batches).map((batch) => ({
        task,
        width: Number(width),
        batch: Number(batch),
        steps,
        seconds,
      })),
    );
  });
}

function title({ task, width, batch }: Workload): string {
  if (task === 'convolutions') return 'Single convolutions, GFLOP/s of the direct algorithm';
  return `${task === 'train' ? 'Training step' : 'Inference'}, width ${width}, batch ${batch}`;
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const rows = list(values.rows).map(rowNamed);
  const baseline = rowNamed(values.baseline ?? rows[0].name).name;
  const sections: string[] = [];
  for (const workload of workloads()) {
    const outcomes = await alternate(rows, workload, Number(values.rounds), (row, round) =>
      console.error(`${title(workload)}: ${row.name}, round ${round + 1}`),
    );
    const table =
      workload.task === 'convolutions'
        ? convolutionTable(rows, outcomes)
        : stepTable(rows, workload, outcomes, baseline);
    sections.push(`### ${title(workload)}\n\n${table}`);
    console.log(`\n${sections.at(-1) ?? ''}\n`);
  }
  const page = [
    ...sections,
    `${describeMachine()} Medians of ${values.rounds} alternated runs of at least ${values.steps} steps and ${values.seconds} seconds.`,
  ].join('\n\n');
  console.log(`\n${describeMachine()}`);
  if (values.out !== undefined) writeFileSync(values.out, `${page}\n`);
}

await main();
