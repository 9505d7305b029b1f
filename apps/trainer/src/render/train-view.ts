import { TimeLeft } from '@googlenet-tooling/shared/time-left';
import type { EpochEvent, StepEvent, TrainEvent } from '@googlenet/training';
import cliProgress from 'cli-progress';
import { colorsFor, say, sayJson, type Io } from '../io';
import { duration, lineWidth, percent, rate, thousands } from './format';

/** Shows a training run. */
export interface TrainView {
  event(event: TrainEvent): void;
  /** A line beside the events. */
  note(line: string): void;
  /** Takes away what is not to stay. */
  close(): void;
}

/** The view that fits: JSON lines for programs, a bar on a terminal, plain lines elsewhere. */
export function trainView(io: Io, json: boolean): TrainView {
  if (json) return jsonView(io);
  return io.stdout.isTTY === true ? barView(io) : lineView(io);
}

function jsonView(io: Io): TrainView {
  return {
    event: (event) => sayJson(io, event),
    note: () => undefined,
    close: () => undefined,
  };
}

const LINES_AN_EPOCH = 10;

function lineView(io: Io): TrainView {
  const average = new Average();
  return {
    event(event) {
      average.add(event);
      if (event.type === 'step') {
        const every = Math.max(1, Math.floor(event.stepsPerEpoch / LINES_AN_EPOCH));
        if (event.batch % every === 0 || event.step === 1)
          say(io, `epoch ${event.epoch} step ${event.step}/${event.totalSteps}  ${average.toString()}`);
      } else describe(event).forEach((line) => say(io, line));
    },
    note: (line) => say(io, line),
    close: () => undefined,
  };
}

/** Columns of the bar. */
const [LEAST_BAR, MOST_BAR] = [8, 24];
/** Columns of what stands beside the bar, for numbers of usual length. */
const STATUS = 72;

function barView(io: Io): TrainView {
  const average = new Average();
  const colors = colorsFor(io);
  let bar: cliProgress.SingleBar | undefined;
  let epochs = 1;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const start = ({ stepsPerEpoch, epoch }: StepEvent): cliProgress.SingleBar => {
    const created = new cliProgress.SingleBar(
      {
        stream: io.stdout as NodeJS.WriteStream,
        format: `epoch ${epoch}/${epochs} ${colors.cyan('{bar}')} {percentage} %  {status}`,
        barsize: Math.max(LEAST_BAR, Math.min(MOST_BAR, lineWidth(io.stdout) - STATUS)),
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        etaBuffer: 10,
        fps: 8,
        linewrap: false,
      },
      cliProgress.Presets.shades_classic,
    );
    created.start(stepsPerEpoch, 0, { status: '' });
    return created;
  };
  return {
    event(event) {
      if (event.type === 'start') epochs = Math.max(1, Math.round(event.totalSteps / event.stepsPerEpoch));
      average.add(event);
      if (event.type === 'step') {
        bar ??= start(event);
        bar.update(event.batch, { status: average.toString() });
        return;
      }
      if (event.type === 'evaluating') {
        bar?.update({ status: `checking ${thousands(event.images)} validation images` });
        bar?.render();
        return;
      }
      const lines = describe(event, lineWidth(io.stdout));
      if (lines.length === 0) return;
      stop();
      for (const line of lines) say(io, line);
    },
    note(line) {
      stop();
      say(io, line);
    },
    close: stop,
  };
}

/** Running means of the last twenty or so steps, and the time that is left. */
class Average {
  private loss = 0;
  private accuracy = 0;
  private millisecondsAnImage = 0;
  private weight = 0;
  private waited = 0;
  private last: StepEvent | undefined;
  private readonly timeLeft = new TimeLeft();

  add(event: TrainEvent): void {
    if (event.type === 'step') this.addStep(event);
    if (event.type === 'epoch' && event.validation)
      this.timeLeft.noteValidation(event.validation.durationMs / 1000);
  }

  private addStep(event: StepEvent): void {
    const keep = 0.95;
    this.weight = keep * this.weight + (1 - keep);
    this.loss = keep * this.loss + (1 - keep) * event.loss;
    this.accuracy = keep * this.accuracy + (1 - keep) * event.accuracy;
    this.millisecondsAnImage =
      keep * this.millisecondsAnImage + (1 - keep) * (event.durationMs / event.images);
    this.waited = keep * this.waited + (1 - keep) * ((event.waitedMs ?? 0) / event.durationMs);
    this.last = event;
    this.timeLeft.noteSteps(1, event.durationMs / 1000);
  }

  /** The share of the time that goes into waiting for other processes. */
  private waiting(): string {
    return this.last?.waitedMs === undefined ? '' : `  ${percent(this.waited / this.weight, 0)} waiting`;
  }

  toString(): string {
    if (this.last === undefined) return '';
    const { totalSteps, stepsPerEpoch, step, epoch } = this.last;
    const perImage = this.millisecondsAnImage / this.weight;
    const validations = Math.round(totalSteps / stepsPerEpoch) - epoch + 1;
    const left = 1000 * (this.timeLeft.seconds(totalSteps - step, validations) ?? 0);
    return `${duration(left)} left  loss ${(this.loss / this.weight).toFixed(3)}  accuracy ${percent(this.accuracy / this.weight, 1)}  ${rate(1000 / perImage)}${this.waiting()}`;
  }
}

/** What an event other than a step is worth saying. @param width - of a line, where it matters */
function describe(event: TrainEvent, width = Infinity): string[] {
  switch (event.type) {
    case 'start':
      return [
        ...event.damaged.map(
          ({ name, reason }) => `checkpoint ${name} is damaged and passed over: ${reason}`,
        ),
        event.resumed
          ? `going on after step ${thousands(event.step)} of ${thousands(event.totalSteps)}`
          : `${thousands(event.trainableParameters)} trainable parameters, ${thousands(event.totalSteps)} steps, ${thousands(event.stepsPerEpoch)} an epoch`,
      ];
    case 'epoch':
      return [epochLine(event, width)];
    case 'paused':
      return [`paused after step ${event.step}`];
    case 'resumed':
      return ['going on'];
    case 'done':
      return [
        ...(event.reason === 'earlyStopping'
          ? [`stopped early after epoch ${event.epochs}: no progress on the validation images`]
          : []),
        ...(event.warning === undefined ? [] : [event.warning]),
      ];
    default:
      return [];
  }
}

/** All of an epoch; what a narrow line has no room for is left out from the end. */
function epochLine(event: EpochEvent, width: number): string {
  const validation =
    event.validation === undefined
      ? ''
      : `  validation ${percent(event.validation.accuracy)} (loss ${event.validation.loss.toFixed(4)})`;
  const results = `epoch ${event.epoch}/${event.epochs}  loss ${event.loss.toFixed(4)}  accuracy ${percent(event.accuracy)}${validation}`;
  const times = [
    `  ${duration(event.durationMs)}`,
    `, ${rate(event.imagesPerSecond)}`,
    ...(event.waitedMs === undefined ? [] : [`, ${percent(event.waitedMs / event.durationMs, 0)} waiting`]),
  ];
  while (times.length > 0 && results.length + times.join('').length > width) times.pop();
  return results + times.join('');
}
