import { parseArgs } from 'node:util';
import { measureConvolutions } from './convolutions';
import { prepareStep } from './network';
import { ENGINES } from './rows/engines';
import type { Measurement, Workload } from './rows/row';
import { timeSteps } from './timing';

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
    },
  });
  const engine = ENGINES[values.row];
  const workload: Workload = {
    task: values.task as Workload['task'],
    width: Number(values.width),
    batch: Number(values.batch),
    steps: Number(values.steps),
    seconds: Number(values.seconds),
  };
  const result: Measurement =
    workload.task === 'convolutions'
      ? { convolutions: await measureConvolutions(engine, engine.threads !== 1) }
      : await timeSteps(await prepareStep(engine, workload), workload);
  console.log(JSON.stringify(result));
  process.exit(0);
}

await main();
