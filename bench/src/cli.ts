import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { variantNames, type Variant } from '@googlenet/model/variants';
import { alternate, type Outcome } from './alternate';
import { describeMachine } from './machine';
import { MODEL_NAMES, whyNoModel } from './models/catalog';
import { ROWS } from './rows';
import type { Row, Workload } from './rows/row';
import { convolutionTable, modelTable, stepTable } from './table';

const USAGE = `npm run bench -- [options]
  --rows a,b         rows to run (default: all): ${ROWS.map(({ name }) => name).join(', ')}
  --tasks a,b        train, inference, convolutions, models (default: the first three)
  --variants a,b     networks of train and inference: ${variantNames.join(', ')} (default: mnist)
  --widths a,b       width multipliers (default: 0.25,1)
  --batches a,b      images a step (default: 1,32,128)
  --models a,b       networks of the task models, an image at a time (default: all): ${MODEL_NAMES.join(', ')}
  --rounds n         alternated runs of each row (default: 3)
  --steps n          timed steps a run, at least (default: 3)
  --seconds n        seconds of timed steps a run, at least (default: 2)
  --baseline row     what the ratios are to (default: the first of the rows)
  --out file         also write the Markdown there`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: ROWS.map(({ name }) => name).join(',') },
    tasks: { type: 'string', default: 'train,inference,convolutions' },
    variants: { type: 'string', default: 'mnist' },
    widths: { type: 'string', default: '0.25,1' },
    batches: { type: 'string', default: '1,32,128' },
    models: { type: 'string', default: MODEL_NAMES.join(',') },
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

const [steps, seconds] = [Number(values.steps), Number(values.seconds)];

function workloadsOf(task: string): Workload[] {
  switch (task) {
    case 'convolutions':
      return [{ task, width: 1, batch: 32, steps, seconds }];
    case 'train':
    case 'inference':
      return list(values.variants)
        .map(variantNamed)
        .flatMap((variant) =>
          list(values.widths).flatMap((width) =>
            list(values.batches).map((batch) => ({
              task,
              ...(variant !== 'mnist' && { variant }),
              width: Number(width),
              batch: Number(batch),
              steps,
              seconds,
            })),
          ),
        );
    default:
      throw new RangeError(
        `bench: expected the tasks train, inference, convolutions or models, got "${task}".`,
      );
  }
}

function variantNamed(name: string): Variant {
  const variant = variantNames.find((one) => one === name);
  if (variant) return variant;
  throw new RangeError(`bench: expected one of ${variantNames.join(', ')}, got the variant "${name}".`);
}

function title({ task, variant = 'mnist', width, batch, model }: Workload): string {
  if (task === 'convolutions') return 'Single convolutions, GFLOP/s of the direct algorithm';
  if (task === 'models') return `Network ${model ?? ''}`;
  return `${task === 'train' ? 'Training step' : 'Inference'}, ${variant}, width ${width}, batch ${batch}`;
}

const measure = (rows: readonly Row[], workload: Workload) =>
  alternate(rows, workload, Number(values.rounds), (row, round) =>
    console.error(`${title(workload)}: ${row.name}, round ${round + 1}`),
  );

async function* stepSections(task: string, rows: readonly Row[], baseline: string): AsyncGenerator<string> {
  for (const workload of workloadsOf(task)) {
    const outcomes = await measure(rows, workload);
    const table =
      task === 'convolutions'
        ? convolutionTable(rows, outcomes)
        : stepTable(rows, workload, outcomes, baseline);
    yield `### ${title(workload)}\n\n${table}`;
  }
}

async function* modelSections(rows: readonly Row[], baseline: string): AsyncGenerator<string> {
  const models = list(values.models);
  const missing = models.filter((model) => whyNoModel(model) !== undefined);
  if (missing.length > 0)
    console.log(`Networks not installed (see bench/peers/README.md): ${missing.join(', ')}.`);
  const outcomes = new Map<string, Map<string, Outcome>>();
  for (const model of models.filter((one) => !missing.includes(one)))
    outcomes.set(model, await measure(rows, { task: 'models', model, width: 1, batch: 1, steps, seconds }));
  if (outcomes.size > 0) yield `### Networks of other people\n\n${modelTable(rows, outcomes, baseline)}`;
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const rows = list(values.rows).map(rowNamed);
  const baseline = rowNamed(values.baseline ?? rows[0].name).name;
  const sections: string[] = [];
  for (const task of list(values.tasks)) {
    const made = task === 'models' ? modelSections(rows, baseline) : stepSections(task, rows, baseline);
    for await (const section of made) {
      sections.push(section);
      console.log(`\n${section}\n`);
    }
  }
  const page = [
    ...sections,
    `${describeMachine()} Medians of ${values.rounds} alternated runs of at least ${values.steps} steps and ${values.seconds} seconds.`,
  ].join('\n\n');
  console.log(`\n${describeMachine()}`);
  if (values.out !== undefined) writeFileSync(values.out, `${page}\n`);
}

await main();
