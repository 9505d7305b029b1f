import type { EpochEvent, StepEvent, TrainEvent } from '@googlenet/training';
import { fakeIo } from '../testing/fake-io';
import { trainView } from './train-view';

const START: TrainEvent = {
  type: 'start',
  step: 0,
  epoch: 0,
  stepsPerEpoch: 20,
  totalSteps: 40,
  trainableParameters: 1234,
  resumed: false,
  damaged: [],
};

const step = (batch: number): StepEvent => ({
  type: 'step',
  step: batch,
  totalSteps: 40,
  epoch: 1,
  batch,
  stepsPerEpoch: 20,
  loss: 0.5,
  crossEntropy: 0.5,
  accuracy: 0.75,
  learningRate: 0.001,
  images: 32,
  durationMs: 320,
  dataMs: 1,
  imagesPerSecond: 100,
});

const EPOCH: EpochEvent = {
  type: 'epoch',
  epoch: 1,
  epochs: 2,
  step: 20,
  loss: 0.4,
  crossEntropy: 0.4,
  accuracy: 0.8,
  validation: { loss: 0.2, accuracy: 0.9, ece: 0.01, durationMs: 50 },
  durationMs: 65_000,
  imagesPerSecond: 100,
};

const EPOCH_LINE =
  'epoch 1/2  loss 0.4000  accuracy 80.00 %  validation 90.00 % (loss 0.2000)  1:05, 100 images/s';

describe('trainView', () => {
  it('prints plain lines, about ten an epoch, where there is no terminal', () => {
    const io = fakeIo('/');
    const view = trainView(io, false);
    view.event(START);
    for (let batch = 1; batch <= 20; batch++) view.event(step(batch));
    view.event(EPOCH);
    const lines = io.out().trimEnd().split('\n');
    expect(lines[0]).toBe('1,234 trainable parameters, 40 steps, 20 an epoch');
    expect(lines[1]).toBe('epoch 1 step 1/40  12 s left  loss 0.500  accuracy 75.0 %  100 images/s');
    expect(lines).toHaveLength(13);
    expect(lines.at(-1)).toBe(EPOCH_LINE);
  });

  it('lets a single slow step move the time left by little, and counts the checks on validation images that are to come', () => {
    const io = fakeIo('/');
    const view = trainView(io, false);
    const left = () => / {2}(\S+ ?s?) left {2}.*$/.exec(io.out().trimEnd())?.[1];
    view.event({ ...START, stepsPerEpoch: 100, totalSteps: 400 });
    const slow = (number: number, durationMs: number) =>
      view.event({
        ...step(((number - 1) % 100) + 1),
        step: number,
        epoch: Math.ceil(number / 100),
        stepsPerEpoch: 100,
        totalSteps: 400,
        durationMs,
      });
    for (let number = 1; number < 50; number++) slow(number, 200);
    slow(50, 2000);
    expect(left()).toBe('1:29');
    for (let number = 51; number <= 100; number++) slow(number, 200);
    expect(left()).toBe('1:05');
    view.event({ ...EPOCH, epochs: 4, validation: { loss: 1, accuracy: 0, ece: 0, durationMs: 10_000 } });
    slow(101, 200);
    for (let number = 102; number <= 110; number++) slow(number, 200);
    expect(left()).toBe('1:32');
  });

  it('draws a bar on a terminal with loss, accuracy, speed and time left, and takes it away for the epoch line', () => {
    const io = fakeIo('/', true);
    const view = trainView(io, false);
    view.event(START);
    view.event(step(1));
    view.event(step(10));
    view.event({ type: 'evaluating', epoch: 1, images: 5000 });
    expect(io.out()).toContain('checking 5,000 validation images');
    view.event(EPOCH);
    view.close();
    // eslint-disable-next-line no-control-regex
    const text = io.out().replace(/\u001b\[[\d;?]*[A-Za-z]/g, '');
    expect(text).toMatch(/epoch 1\/2 █+░+ 50 % {2}/);
    expect(text.endsWith(`${EPOCH_LINE}\n`)).toBe(true);
  });

  it('fits 80 columns, time left and all', () => {
    const io = fakeIo('/', 80);
    const view = trainView(io, false);
    view.event(START);
    view.event(step(1));
    view.event(step(10));
    view.event(EPOCH);
    view.note('a note of more words than one line of eighty columns has room for, whatever they say');
    view.close();
    /* eslint-disable no-control-regex */
    const lines = io
      .out()
      .split(/\r|\n|\u001b\[[\d;?]*[A-LN-Z]/)
      .map((line) => line.replace(/\u001b\[[\d;?]*m/g, ''));
    /* eslint-enable no-control-regex */
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(
      lines.some((line) =>
        /50 % {2}\d+ s left {2}loss 0.500 {2}accuracy 75.0 % {2}100 images\/s$/.test(line),
      ),
    ).toBe(true);
    expect(lines).toContain(
      'epoch 1/2  loss 0.4000  accuracy 80.00 %  validation 90.00 % (loss 0.2000)  1:05',
    );
  });

  it('gives programs each event as one JSON line, and no notes', () => {
    const io = fakeIo('/', true);
    const view = trainView(io, true);
    view.note('engine');
    view.event(START);
    view.event(step(1));
    expect(
      io
        .out()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([START, step(1)]);
  });

  it('says what was damaged, where it goes on, and why it ended early', () => {
    const io = fakeIo('/');
    const view = trainView(io, false);
    view.event({
      ...START,
      resumed: true,
      step: 12,
      damaged: [{ name: 'step-20.ckpt', reason: 'it is torn' }],
    });
    view.event({
      type: 'done',
      reason: 'earlyStopping',
      step: 20,
      epochs: 1,
      best: null,
      weights: 'last',
      warning: 'the averages have not settled',
    });
    expect(io.out()).toBe(
      'checkpoint step-20.ckpt is damaged and passed over: it is torn\ngoing on after step 12 of 40\nstopped early after epoch 1: no progress on the validation images\nthe averages have not settled\n',
    );
  });
});
