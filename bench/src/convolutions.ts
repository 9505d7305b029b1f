import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './rows/row';

/** Images, side, input channels, filters, kernel size: layers of the MNIST variant at full width. */
const SHAPES = [
  [32, 28, 192, 176, 1],
  [32, 28, 96, 128, 3],
  [32, 28, 32, 96, 3],
  [32, 14, 480, 304, 1],
  [32, 14, 112, 224, 3],
  [32, 14, 64, 64, 3],
  [32, 7, 832, 624, 1],
  [32, 7, 192, 384, 3],
  [32, 7, 128, 128, 3],
] as const;

const SECONDS = 0.5;

/**
 * GFLOP/s of single convolutions, forward and both gradients, counted as the direct algorithm's multiplications and additions.
 * Times are processor time where one thread works, so that other programs on the machine do not count.
 */
export async function measureConvolutions(
  engine: Engine,
  wallClock: boolean,
): Promise<Record<string, number>> {
  await engine.start();
  const results: Record<string, number> = {};
  for (const [batch, side, inputs, filters, size] of SHAPES) {
    const x = tf.randomUniform([batch, side, side, inputs]);
    const filter = tf.randomUniform([size, size, inputs, filters]);
    const dy = tf.randomUniform([batch, side, side, filters]);
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
    const passes: Record<string, () => tf.Tensor> = {
      forward: () => tf.engine().runKernel('Conv2D', { x, filter }, attrs),
      input: () =>
        tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
      filter: () =>
        tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }),
    };
    const flops = 2 * batch * side * side * inputs * filters * size * size;
    for (const [pass, run] of Object.entries(passes)) {
      results[`${size}x${size} ${inputs}→${filters} at ${side}x${side} ${pass}`] =
        flops / fastest(run, wallClock) / 1e6;
    }
    tf.dispose([x, filter, dy]);
  }
  return results;
}

/** Milliseconds of the fastest of several runs. */
function fastest(run: () => tf.Tensor, wallClock: boolean): number {
  run().dispose();
  let best = Infinity;
  const end = performance.now() + SECONDS * 1000;
  do {
    const usage = process.cpuUsage();
    const start = performance.now();
    run().dispose();
    const { user, system } = process.cpuUsage(usage);
    best = Math.min(best, wallClock ? performance.now() - start : (user + system) / 1000);
  } while (performance.now() < end);
  return best;
}
