import { parseArgs } from 'node:util';
import { measureConvolutions } from './convolutions';
import { prepareStep } from './network';
import { ENGINES } from './rows/engines';
import type { Measurement, Workload } from './rows/row';
import { median } from './statistics';

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
      : await measureSteps(await prepareStep(engine, workload), workload);
  console.log(JSON.stringify(result));
  process.exit(0);
}

async function measureSteps(
  step: () => Promise<unknown>,
  { steps, seconds }: Workload,
): Promise<Measurement> {
  await step();
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

await main();
