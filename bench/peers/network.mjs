// What the JavaScript peers share: the channel table of the MNIST variant, command line, timing and the result line.
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { timeSteps } from '../dist/timing.js';

export const STEM = 192;
export const CLASSES = 10;
/**
 * 1x1, 3x3 reduce, 3x3, "5x5" reduce, "5x5", pool projection; `pool` between stages.
 * Two 3x3 convolutions stand in the branch that the paper calls 5x5.
 */
export const MODULES = [
  [64, 96, 128, 16, 32, 32],
  [128, 128, 192, 32, 96, 64],
  'pool',
  [192, 96, 208, 16, 48, 64],
  [160, 112, 224, 24, 64, 64],
  [128, 128, 256, 24, 64, 64],
  [112, 144, 288, 32, 64, 64],
  [256, 160, 320, 32, 128, 128],
  'pool',
  [256, 160, 320, 32, 128, 128],
  [384, 192, 384, 48, 128, 128],
];

/** The channels of a narrower network, as `@googlenet/model` rounds them. */
export function scaled(channels, width) {
  return width === 1 ? channels : Math.max(8, Math.round((channels * width) / 8) * 8);
}

export function readArguments() {
  const { values } = parseArgs({
    options: {
      task: { type: 'string', default: 'inference' },
      width: { type: 'string', default: '1' },
      batch: { type: 'string', default: '32' },
      steps: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '0' },
      threads: { type: 'string', default: `${availableParallelism()}` },
    },
  });
  const { task, ...numbers } = values;
  return { task, ...Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)])) };
}

/** Times `step` as the rows of this project are, and prints one JSON line. */
export async function measure(step, options, engine) {
  process.stdout.write(`${JSON.stringify({ engine, ...options, ...(await timeSteps(step, options)) })}\n`);
}
