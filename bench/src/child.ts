import { parseArgs } from 'node:util';
import { measureConvolutions } from './convolutions';
import { measureModel } from './models/measure';
import { prepareStep } from './network';
import { ENGINES } from './rows/engines';
import type { Engine, Measurement, Workload } from './rows/row';
import { timeSteps } from './timing';

async function measure(engine: Engine, workload: Workload): Promise<Measurement> {
  if (workload.task === 'convolutions')
    return { convolutions: await measureConvolutions(engine, engine.threads !== 1) };
  if (workload.model !== undefined) return measureModel(engine, workload.model, workload);
  return timeSteps(await prepareStep(engine, workload), workload);
}

/** Measures one row on one workload and prints the result as the last line. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      row: { type: 'string', default: '' },
      task: { type: 'string', default: 'train' },
      width: { type: 'string', default: '1' },
      batch: { type: 'string', default: '32' },
      steps: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '0' },
      model: { type: 'string' },
      variant: { type: 'string' },
    },
  });
  const engine = ENGINES[values.row];
  const workload: Workload = {
    task: values.task as Workload['task'],
    width: Number(values.width),
    batch: Number(values.batch),
    steps: Number(values.steps),
    seconds: Number(values.seconds),
    model: values.model,
    variant: values.variant as Workload['variant'],
  };
  console.log(JSON.stringify(await measure(engine, workload)));
  process.exit(0);
}

await main();
