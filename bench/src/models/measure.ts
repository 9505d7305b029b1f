import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ENGINES } from '../rows/engines';
import type { Engine, Measurement, Workload } from '../rows/row';
import { timeSteps } from '../timing';
import { loadModel } from './catalog';

/** A side that the network leaves open. */
const OPEN_SIDE = 256;
const SEED = 1;

/** Steps, or milliseconds where they come first, after which the compilers of the JavaScript engine are done with a network's code. */
const WARM_UP_STEPS = 40;
const WARM_UP_MS = 4000;

/** What {@link difference} may be: hundreds of layers of float32 sums in another order, in outputs that a sigmoid makes steep. */
const TOLERANCE = 1e-2;

type Numbers = Float32Array | Int32Array | Uint8Array;
type Network = GraphModel | tfl.LayersModel;

/** A batch of one random image as the network declares its input: values in [0, 1), integers in [0, 255). */
function randomInput({ shape, dtype }: { shape?: (number | null)[]; dtype: tf.DataType }): tf.Tensor {
  const sizes = (shape ?? []).map((size, i) => (size && size > 0 ? size : i === 0 ? 1 : OPEN_SIDE));
  return dtype === 'int32'
    ? tf.randomUniform(sizes, 0, 255, 'int32', SEED)
    : tf.randomUniform(sizes, 0, 1, 'float32', SEED);
}

/** Runs a network once; its outputs are the caller's. */
type Run = (input: tf.Tensor) => Promise<tf.Tensor | tf.Tensor[] | tf.NamedTensorMap>;

/** Networks whose control flow or shapes depend on values run asynchronously only, and say so when they are asked. */
function runOf(network: Network, input: tf.Tensor): Run {
  const predict: Run = (x) => Promise.resolve(network.predict(x));
  if (!('executeAsync' in network)) return predict;
  try {
    tf.dispose(network.predict(input));
    return predict;
  } catch (error) {
    if (!String(error).includes('executeAsync')) throw error;
    return (x) => network.executeAsync(x);
  }
}

/** The numbers of all outputs; no tensor is left. */
async function outputsOf(run: Run, input: tf.Tensor): Promise<Numbers[]> {
  const result = await run(input);
  const tensors = result instanceof tf.Tensor ? [result] : Object.values(result);
  const numbers = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return numbers;
}

/** The largest difference in any output, as a share of that output's largest value. */
export function difference(outputs: readonly Numbers[], expected: readonly Numbers[]): number {
  if (outputs.some(({ length }, i) => length !== expected[i].length)) return Infinity;
  const shares = outputs.map((output, k) => {
    let [largest, error] = [0, 0];
    output.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(expected[k][i]));
      error = Math.max(error, Object.is(value, expected[k][i]) ? 0 : Math.abs(value - expected[k][i]));
    });
    return error === 0 ? 0 : error / largest;
  });
  return Math.max(0, ...shares);
}

/** Loads the network on the engine and computes its outputs once. */
async function prepare(engine: Engine, model: string) {
  await engine.start();
  const network = await loadModel(model);
  const input = randomInput(network.inputs[0]);
  const run = runOf(network, input);
  return { network, step: () => outputsOf(run, input), outputs: await outputsOf(run, input) };
}

/** The {@link difference} from the outputs of TensorFlow.js's own engines: `wasm`, and where that differs too much, `cpu`. */
async function checkOutputs(outputs: readonly Numbers[], model: string): Promise<number> {
  const found: number[] = [];
  for (const row of ['stock-wasm', 'cpu']) {
    const expected = await prepare(ENGINES[row], model);
    expected.network.dispose();
    const share = difference(outputs, expected.outputs);
    if (share <= TOLERANCE) return share;
    found.push(share);
  }
  const [wasm, cpu] = found.map((share) => share.toPrecision(2));
  throw new Error(`expected the outputs of tfjs wasm or cpu, got differences of ${wasm} and ${cpu}.`);
}

/**
 * Times a network on an image at a time, then compares its outputs with those of TensorFlow.js's own engines.
 *
 * @throws {Error} if they differ
 */
export async function measureModel(engine: Engine, model: string, workload: Workload): Promise<Measurement> {
  const { step, outputs } = await prepare(engine, model);
  const end = performance.now() + WARM_UP_MS;
  for (let i = 0; i < WARM_UP_STEPS && performance.now() < end; i++) await step();
  const times = await timeSteps(step, workload);
  const isStock = engine === ENGINES['stock-wasm'] || engine === ENGINES.cpu;
  return isStock ? times : { ...times, difference: await checkOutputs(outputs, model) };
}
