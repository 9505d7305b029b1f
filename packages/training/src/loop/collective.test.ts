import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkpointStore } from '../checkpoint/checkpoint-store';
import type { TrainConfig } from '../config/config';
import type { BatchRequest, TrainingBatch } from '../data';
import { CollectiveError } from '../errors';
import { evaluate } from '../evaluate/evaluate';
import { fakeCollectives } from '../testing/fake-collective';
import { TestFiles } from '../testing/files';
import {
  collect,
  ofType,
  TinyData,
  tinyModel,
  tinyModelWithHeads,
  useCpu,
  weightValues,
} from '../testing/tiny';
import { rowsOf } from './collective';
import type { TrainEvent } from './events';
import { train } from './train';
import type { TrainOptions } from './train-options';

beforeAll(useCpu);

/** 18 images in batches of 5: the last one has 3, fewer than four ranks. */
const CONFIG: TrainConfig = {
  epochs: 3,
  batchSize: 5,
  optimizer: { kind: 'sgd' },
  schedule: { kind: 'cosine', learningRate: 0.05 },
  labelSmoothing: 0.1,
  clipNorm: 1,
  ema: { decay: 0.9 },
  augment: {},
  seed: 3,
};

interface Trained {
  events: TrainEvent[];
  weights: number[][];
}

/** Trains on `size` ranks in this process, each with a model of its own. */
async function trainOn(
  size: number,
  build: () => tfl.LayersModel,
  options: (rank: number) => Partial<TrainOptions> = () => ({}),
): Promise<Trained[]> {
  return Promise.all(
    fakeCollectives(size).map(async (collective, rank) => {
      const model = build();
      const data = new TinyData(18);
      const events = await collect(train({ model, data, config: CONFIG, collective, ...options(rank) }));
      const weights = weightValues(model);
      model.dispose();
      return { events, weights };
    }),
  );
}

async function trainAlone(
  build: () => tfl.LayersModel,
  options: Partial<TrainOptions> = {},
): Promise<Trained> {
  const model = build();
  const events = await collect(train({ model, data: new TinyData(18), config: CONFIG, ...options }));
  const weights = weightValues(model);
  model.dispose();
  return { events, weights };
}

const largestDifference = (a: number[][], b: number[][]) =>
  Math.max(...a.flatMap((values, i) => values.map((value, j) => Math.abs(value - b[i][j]))));

it('gives every rank its rows, in order, the larger shares first', () => {
  const rows = (images: number, size: number) =>
    Array.from({ length: size }, (_, rank) => rowsOf(images, { rank, size })).map(
      ({ first, end, counted }) => [first, end, counted],
    );
  expect(rows(8, 2)).toEqual([
    [0, 4, true],
    [4, 8, true],
  ]);
  expect(rows(5, 3)).toEqual([
    [0, 2, true],
    [2, 4, true],
    [4, 5, true],
  ]);
  expect(rows(2, 3)).toEqual([
    [0, 1, true],
    [1, 2, true],
    [0, 1, false],
  ]);
});

describe.each([1, 2, 3, 4])('%d ranks', (size) => {
  it.each([
    ['dropout, regularization and clipping', () => tinyModel({ batchNorm: false })],
    ['auxiliary heads', tinyModelWithHeads],
  ])('end with the weights of one process, with %s', async (_what, build) => {
    const alone = await trainAlone(build);
    const ranks = await trainOn(size, build);
    for (const { weights } of ranks) expect(weights).toEqual(ranks[0].weights);
    expect(largestDifference(ranks[0].weights, alone.weights)).toBeLessThan(size === 1 ? 1e-12 : 2e-6);
  });

  it('tell the loss, the accuracy and the images of the whole batch, all of them the same', async () => {
    const build = () => tinyModel({ batchNorm: false });
    const validation = new TinyData(7, 2);
    const alone = await trainAlone(build, { validation });
    const ranks = await trainOn(size, build, () => ({ validation }));
    const facts = ({ events }: Trained) => [
      ...ofType(events, 'step').map(({ step, images, accuracy }) => ({ step, images, accuracy })),
      ...ofType(events, 'epoch').map(({ accuracy, validation: v }) => ({ accuracy, right: v?.accuracy })),
    ];
    for (const rank of ranks) {
      expect(facts(rank)).toEqual(facts(alone));
      const losses = ofType(alone.events, 'step').map(({ loss }) => loss);
      ofType(rank.events, 'step').forEach(({ loss, waitedMs }, i) => {
        expect(Math.abs(loss - losses[i])).toBeLessThan(1e-5);
        expect(waitedMs).toBeGreaterThanOrEqual(0);
      });
      ofType(rank.events, 'epoch').forEach(({ validation: v }, i) => {
        expect(Math.abs(v!.loss - ofType(alone.events, 'epoch')[i].validation!.loss)).toBeLessThan(1e-5);
      });
    }
  });

  it('end with the same bits as one process where the sums are exact', async () => {
    // Zero weights give both classes the probability 1/2: the gradients are whole numbers over the batch size of 8.
    const build = () =>
      tfl.sequential({
        layers: [
          tfl.layers.flatten({ inputShape: [4, 4, 1] }),
          tfl.layers.dense({ units: 2, kernelInitializer: 'zeros', activation: 'softmax' }),
        ],
      });
    const data = {
      size: 8,
      async *batches(_request: BatchRequest): AsyncGenerator<TrainingBatch> {
        const images = Float32Array.from({ length: 128 }, (_, i) => ((i * 7919) % 31) - 15);
        yield { images, labels: Int32Array.from([0, 1, 1, 0, 1, 0, 0, 0]), shape: [8, 4, 4, 1] };
      },
    };
    const exact = {
      data,
      config: { epochs: 1, batchSize: 8, optimizer: { kind: 'sgd' }, shuffle: false } as const,
    };
    const alone = await trainAlone(build, exact);
    expect(alone.weights[0].some((value) => value !== 0)).toBe(true);
    for (const { weights } of await trainOn(size, build, () => exact)) expect(weights).toEqual(alone.weights);
  });

  it('have the same moving statistics with a batch norm of their own rows', async () => {
    const ranks = await trainOn(size, () => tinyModel());
    for (const { weights } of ranks) expect(weights).toEqual(ranks[0].weights);
    const alone = await trainAlone(() => tinyModel());
    if (size === 1) expect(ranks[0].weights).toEqual(alone.weights);
  });

  it('evaluate to the report of one process', async () => {
    const model = tinyModel();
    const data = new TinyData(18);
    const { durationMs: _d, imagesPerSecond: _i, ...alone } = await evaluate(model, data, { batchSize: 5 });
    const reports = await Promise.all(
      fakeCollectives(size).map((collective) => evaluate(model, data, { batchSize: 5, collective })),
    );
    for (const report of reports) expect(report).toMatchObject(alone);
    model.dispose();
  });
});

it('only rank 0 writes, and a run goes on from its checkpoint with any number of ranks', async () => {
  const build = () => tinyModel({ batchNorm: false });
  const whole = await trainOn(2, build);
  const files = [new TestFiles(), new TestFiles(), new TestFiles()];
  const short = { ...CONFIG, checkpointEverySteps: 1 };
  const stop = new AbortController();
  const part = fakeCollectives(2).map(async (collective, rank) => {
    const model = build();
    const store = checkpointStore(files[rank]);
    const events: TrainEvent[] = [];
    const options = { model, data: new TinyData(18), config: short, store, collective };
    for await (const event of train({ ...options, ...(rank === 1 ? { signal: stop.signal } : {}) })) {
      events.push(event);
      if (rank === 1 && event.type === 'step' && event.step === 5) stop.abort('enough');
    }
    return events;
  });
  const [first, second] = await Promise.all(part);
  // Told after step 5, agreed upon in step 6.
  expect(first.at(-1)).toMatchObject({
    type: 'aborted',
    step: 6,
    reason: 'another process was told to stop',
  });
  expect(second.at(-1)).toMatchObject({ type: 'aborted', step: 6, reason: 'enough' });
  expect(files.map(({ writes }) => writes > 0)).toEqual([true, false, false]);

  for (const size of [2, 3]) {
    const copy = new TestFiles();
    for (const [name, bytes] of files[0].content) copy.content.set(name, bytes);
    const ranks = await trainOn(size, build, (rank) => ({
      config: short,
      store: checkpointStore(rank === 0 ? copy : new TestFiles()),
      resume: true,
    }));
    for (const { events, weights } of ranks) {
      expect(events[0]).toMatchObject({ type: 'start', step: 6, resumed: true });
      if (size === 2) expect(weights).toEqual(whole[0].weights);
      else expect(largestDifference(weights, whole[0].weights)).toBeLessThan(2e-6);
    }
  }
});

it('gives all ranks the best weights that rank 0 has kept', async () => {
  const stopping: TrainConfig = { ...CONFIG, earlyStopping: { monitor: 'loss' } };
  const ranks = await trainOn(
    2,
    () => tinyModel(),
    () => ({ config: stopping, validation: new TinyData(6, 5) }),
  );
  expect(ranks.map(({ events }) => events.at(-1)!.type === 'done' && events.at(-1))).toMatchObject([
    { weights: 'best' },
    { weights: 'best' },
  ]);
  expect(ranks[1].weights).toEqual(ranks[0].weights);
});

const failures = (runs: Promise<unknown>[]): Promise<unknown[]> =>
  Promise.all(
    runs.map((run) =>
      run.then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );

it('ends all ranks when the weights of one are not those of the others', async () => {
  const runs = fakeCollectives(3).map(async (collective, rank) => {
    const model = tinyModel({ batchNorm: false });
    for await (const event of train({ model, data: new TinyData(18), config: CONFIG, collective })) {
      if (event.type !== 'step' || event.step !== 2 || rank !== 1) continue;
      const [kernel] = model.getWeights();
      model.setWeights([tf.add(kernel, 1e-3), ...model.getWeights().slice(1)]);
    }
  });
  for (const error of await failures(runs)) {
    expect(error).toBeInstanceOf(CollectiveError);
    expect((error as Error).message).toBe(
      'train(collective): expected the same weights after step 4 on all 3 ranks, got another on rank 1 than on rank 0. ' +
        'Use the same engine, threads aside, and the same kind of processor for all of them; go on from the last checkpoint.',
    );
  }
});

it('ends all ranks that were started with another configuration', async () => {
  const runs = fakeCollectives(2).map((collective, rank) =>
    collect(
      train({
        model: tinyModel(),
        data: new TinyData(18),
        config: { ...CONFIG, seed: rank },
        collective,
      }),
    ),
  );
  for (const error of await failures(runs))
    expect((error as Error).message).toContain('expected the same configuration and data on all 2 ranks');
});

it('ends the others when rank 0 cannot go on from its checkpoint', async () => {
  const broken = { ...checkpointStore(new TestFiles()), latest: () => Promise.reject(new Error('disk')) };
  const runs = fakeCollectives(2).map((collective, rank) =>
    collect(
      train({
        model: tinyModel(),
        data: new TinyData(18),
        config: CONFIG,
        collective,
        store: rank === 0 ? broken : checkpointStore(new TestFiles()),
      }),
    ),
  );
  const [first, second] = await failures(runs);
  expect(first).toMatchObject({ message: 'disk' });
  expect(second).toMatchObject({ name: 'CollectiveError', code: 'RANK_FAILED' });
});

it.each([
  [{ rank: 2, size: 2 }, undefined, 'expected a rank from 0 up to, not including, the size, got rank 2 of 2'],
  [
    { rank: 0, size: 1 },
    { syncBatchNorm: true },
    'expected a collective with allReduceSumSync, got one without',
  ],
])('says what is wrong with %j and %j', async (numbers, more, message) => {
  const collective = { ...fakeCollectives(1)[0], ...numbers };
  await expect(
    collect(train({ model: tinyModel(), data: new TinyData(6), config: CONFIG, collective, ...more })),
  ).rejects.toThrow(message);
});

it('refuses to synchronise a batch norm that cannot be', async () => {
  const collective = { ...fakeCollectives(1)[0], allReduceSumSync: () => undefined };
  await expect(
    collect(
      train({
        model: tinyModel(),
        data: new TinyData(6),
        config: CONFIG,
        collective,
        syncBatchNorm: true,
      }),
    ),
  ).rejects.toThrow('expected batch norms of @googlenet/inception, got the layer');
});

it('takes rows that the dataset made alone', async () => {
  class Rows extends TinyData {
    override async *batches(request: BatchRequest): AsyncGenerator<TrainingBatch> {
      for await (const { images, labels, indices, shape } of super.batches(request)) {
        const [first, end] = request.rows?.(labels.length) ?? [0, labels.length];
        yield {
          images: images.slice(first * 16, end * 16),
          labels: labels.slice(first, end),
          indices: indices!.slice(first, end),
          shape: [end - first, ...shape.slice(1)],
          globalImages: labels.length,
        };
      }
    }
  }
  const build = () => tinyModel({ batchNorm: false });
  const [cut] = await trainOn(4, build);
  const [made] = await trainOn(4, build, () => ({ data: new Rows(18) }));
  expect(made.weights).toEqual(cut.weights);
});

it('leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  await trainOn(3, () => tinyModel());
  expect(tf.memory().numTensors).toBe(before);
});
