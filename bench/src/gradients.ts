import { googlenet, type GoogLeNetOptions, logitsModel } from '@googlenet/model';
import * as tf from '@tensorflow/tfjs-core';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine';

/** What `tooling/oracles/keras_gradients.py` wrote. */
interface Oracle {
  source: string;
  loss: number;
  widthMultiplier: number;
  batchSize: number;
  activation: 'relu' | 'linear';
  labels: number[];
  tensors: { name: string; shape: number[]; offset: number }[];
}

/** How far gradients are from the truth. */
interface GradientErrors {
  loss: number;
  /** Of the whole gradient: norm of the difference by the norm. */
  norm: number;
  /** Of one weight: largest difference by that gradient's largest value. */
  weights: { name: string; error: number }[];
}

const USAGE = `npm run gradients -w @googlenet-tooling/bench -- FOLDER
  FOLDER   what tooling/oracles/keras_gradients.py wrote
Prints, for each engine, how far every weight's gradient is from Keras in float64.`;

/** Starts an engine; the child process of a row does. */
const ENGINES: Record<string, { title: string; start(): Promise<void> }> = {
  wasm: { title: 'WebAssembly engine', start: () => startWasm(true) },
  'wasm-direct': { title: 'WebAssembly engine, without Winograd', start: () => startWasm(false) },
  onednn: { title: 'native engine', start: () => startNative(false) },
  'onednn-exact': { title: 'native engine, exact', start: () => startNative(true) },
};

async function startWasm(winograd: boolean): Promise<void> {
  const { useWasm } = await import('@googlenet/backend-wasm');
  await useWasm({ winograd });
}

async function startNative(exact: boolean): Promise<void> {
  const { isAvailable, setExact } = await import('@googlenet/backend-onednn');
  const { available, reason } = isAvailable();
  if (!available) throw new Error(`gradients(onednn): ${reason ?? 'not available'}`);
  await tf.setBackend('onednn');
  setExact(exact);
}

class OracleFile {
  readonly header: Oracle;
  private readonly values: Float32Array;

  constructor(folder: string) {
    this.header = JSON.parse(readFileSync(join(folder, 'tensors.json'), 'utf8')) as Oracle;
    const bytes = readFileSync(join(folder, 'tensors.bin'));
    this.values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  has(name: string): boolean {
    return this.header.tensors.some((one) => one.name === name);
  }

  read(name: string): { shape: number[]; values: Float32Array } {
    const entry = this.header.tensors.find((one) => one.name === name);
    if (!entry)
      throw new TypeError(`gradients: expected a tensor "${name}" in the folder, got none. Write it anew.`);
    const size = tf.util.sizeFromShape(entry.shape);
    return { shape: entry.shape, values: this.values.subarray(entry.offset, entry.offset + size) };
  }
}

/** Gradients of the oracle's step on the current engine, by the weights' names. */
async function gradientsOf(oracle: OracleFile): Promise<{ loss: number; values: Map<string, Float32Array> }> {
  const { widthMultiplier, labels, activation } = oracle.header;
  const unit = { activation } as GoogLeNetOptions['unit'];
  const model = googlenet({ widthMultiplier, dropout: 0, seed: 1, unit });
  for (const weight of model.weights) {
    const { values, shape } = oracle.read(`weight ${weight.originalName}`);
    tf.tidy(() => void weight.write(tf.tensor(values.slice(), shape)));
  }
  const images = oracle.read('images');
  const logits = logitsModel(model);
  const trainable = model.trainableWeights.filter(({ originalName }) =>
    oracle.has(`gradient ${originalName}`),
  );
  const { value, grads } = tf.variableGrads(
    () => {
      const scores = logits.apply(tf.tensor(images.values.slice(), images.shape), {
        training: true,
      }) as tf.Tensor;
      return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(labels, 'int32'), 10), scores);
    },
    trainable.map((weight) => weight.read() as tf.Variable),
  );
  const values = new Map<string, Float32Array>();
  for (const { originalName, name } of trainable)
    values.set(originalName, (await grads[name].data()) as Float32Array);
  return { loss: (await value.data())[0], values };
}

function compare(oracle: OracleFile, loss: number, gradient: (name: string) => Float32Array): GradientErrors {
  let [difference, size] = [0, 0];
  const weights = oracle.header.tensors
    .filter(({ name }) => name.startsWith('gradient '))
    .map(({ name }) => {
      const { values: truth } = oracle.read(name);
      const found = gradient(name.slice('gradient '.length));
      let [worst, largest] = [0, 0];
      truth.forEach((value, index) => {
        const gap = Math.abs(found[index] - value);
        worst = Math.max(worst, gap);
        largest = Math.max(largest, Math.abs(value));
        difference += gap * gap;
        size += value * value;
      });
      return { name: name.slice('gradient '.length), error: worst / largest };
    });
  return { loss: Math.abs(loss - oracle.header.loss), norm: Math.sqrt(difference / size), weights };
}

function tableRow(title: string, { loss, norm, weights }: GradientErrors): string {
  const sorted = [...weights].sort((a, b) => a.error - b.error);
  const [median, worst] = [sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  const within = weights.filter(({ error }) => error <= 1e-4).length;
  const cells = [norm, median.error, worst.error].map((error) => error.toExponential(1));
  return `| ${title} | ${loss.toExponential(1)} | ${cells.join(' | ')} | \`${worst.name}\` | ${within} of ${weights.length} |`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { row: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help || positionals.length !== 1) {
    console.log(USAGE);
    process.exit(values.help ? 0 : 2);
  }
  const oracle = new OracleFile(positionals[0]);
  if (values.row !== undefined) {
    await ENGINES[values.row].start();
    const { loss, values: found } = await gradientsOf(oracle);
    console.log(JSON.stringify(compare(oracle, loss, (name) => found.get(name) ?? new Float32Array())));
    process.exit(0);
  }
  const { source, widthMultiplier, batchSize, activation } = oracle.header;
  const rows = Object.entries(ENGINES).flatMap(([row, { title }]) => {
    const child = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), positionals[0], '--row', row],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
      },
    );
    const last = child.stdout.trim().split('\n').at(-1) ?? '';
    if (child.status !== 0 || !last.startsWith('{')) {
      console.error(`${title}: not run: ${child.stderr.trim().split('\n').at(-1) ?? ''}`);
      return [];
    }
    return [tableRow(title, JSON.parse(last) as GradientErrors)];
  });
  const single = compare(
    oracle,
    oracle.header.loss,
    (name) => oracle.read(`float32 gradient ${name}`).values,
  );
  console.log(
    [
      '| gradients by | loss | whole gradient | median weight | worst weight | which | within 1e-4 |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      tableRow('Keras in float32', single),
      ...rows,
      '',
      `Width ${widthMultiplier}, batch ${batchSize}, activation ${activation}, random weights. Truth: ${source}. ${describeMachine()}`,
    ].join('\n'),
  );
}

await main();
