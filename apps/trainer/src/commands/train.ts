import { toStandardLayers } from '@googlenet/inception';
import { googlenet, stripAuxiliary } from '@googlenet/model';
import {
  evaluate,
  NonFiniteLossError,
  train as trainModel,
  type EvaluationReport,
  type TrainEvent,
} from '@googlenet/training';
import { folderStore } from '@googlenet/training/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { join, resolve } from 'node:path';
import type { Options } from '../cli';
import { CONFIG_FLAGS, optionName } from '../config/flags';
import { resolveConfig } from '../config/resolve';
import type { TrainerConfig } from '../config/schema';
import { loadData, splitData, type LoadedData } from '../data';
import { selectEngine, type EngineInfo } from '../engines';
import { ExitCode, UserError } from '../errors';
import { colorsFor, say, type Io } from '../io';
import { saveModel } from '../model-files';
import { engineOptions, text } from '../options';
import { percent, thousands } from '../render/format';
import { progressBar } from '../render/progress';
import { reportLines } from '../render/report';
import { trainView, type TrainView } from '../render/train-view';
import { newRunPath, RunFolder, shown } from '../run-folder';
import { summarizeRun } from '../summary';
import { writeMistakes } from './evaluate';

/** `googlenet train`: trains a network, evaluates it on the test images, saves it. */
export async function train(io: Io, options: Options): Promise<ExitCode> {
  const json = options.json === true;
  const view = trainView(io, json);
  const { config, open } = prepare(io, options);
  const controller = new AbortController();
  const release = io.onInterrupt(() => {
    if (controller.signal.aborted) io.exit(ExitCode.interrupted);
    view.note('finishing the step and saving; once more to stop at once');
    controller.abort('interrupted');
  });
  try {
    const { backend, threads, precision } = config;
    const engine = await selectEngine(backend, { threads, precision }, (line) => view.note(line));
    view.note(`engine ${engine.name} (${engine.detail})`);
    const data = await loadData(config.data, (line) => view.note(line), controller.signal);
    const { training, validation } = splitData(data.train, config);
    view.note(describeData(config, training.size, validation?.size ?? 0, data));
    const model = build(config, data);
    try {
      const run = open();
      const done = await follow(
        io,
        view,
        run,
        controller.signal,
        trainModel({
          model,
          data: training,
          ...(validation === undefined ? {} : { validation }),
          config: { ...config.training, seed: config.seed },
          store: folderStore(run.checkpointsPath),
          resume: true,
          signal: controller.signal,
        }),
      );
      if (!done) return stopped(io, json, run);
      return await finish(io, controller.signal, {
        json,
        config,
        engine,
        data,
        model,
        run,
        counts: { training: training.size, validation: validation?.size ?? 0, test: data.test.size },
      });
    } finally {
      model.dispose();
    }
  } finally {
    view.close();
    release();
  }
}

/** The configuration, and what opens the run folder once everything else is known to be right. */
function prepare(io: Io, options: Options): { config: TrainerConfig; open: () => RunFolder } {
  const resume = text(options, 'resume');
  if (resume === undefined) {
    const config = resolveConfig(options, io.cwd);
    const folder = config.data.folder === undefined ? undefined : resolve(io.cwd, config.data.folder);
    const absolute = folder === undefined ? config : { ...config, data: { ...config.data, folder } };
    const path = text(options, 'out');
    return {
      config: absolute,
      open: () =>
        RunFolder.create(
          path === undefined
            ? newRunPath(io.cwd, config.preset ?? 'custom', new Date())
            : resolve(io.cwd, path),
          absolute,
        ),
    };
  }
  const fixed = [
    'preset',
    'config',
    'out',
    'set',
    ...CONFIG_FLAGS.map(({ flags }) => optionName(flags)),
  ].filter((name) => !['backend', 'threads'].includes(name));
  const changed = fixed.filter((name) => options[name] !== undefined);
  if (changed.length > 0 || options.augment === false) {
    throw new UserError(
      `--resume: expected only --backend, --threads, --json and --verbose beside it, got ${[...changed, ...(options.augment === false ? ['no-augment'] : [])].map((name) => `--${name}`).join(', ')}. A run keeps its settings; start another one.`,
    );
  }
  const { run, config } = RunFolder.open(resolve(io.cwd, resume));
  const engine = engineOptions(options);
  return {
    config: {
      ...config,
      backend: options.backend === undefined ? config.backend : engine.backend,
      threads: engine.threads ?? config.threads,
    },
    open: () => run,
  };
}

function describeData(config: TrainerConfig, training: number, validation: number, data: LoadedData): string {
  const part = config.data.subset === undefined ? '' : ` of ${thousands(data.train.size)}`;
  return `${config.data.dataset}: ${thousands(training)} training${part}, ${thousands(validation)} validation, ${thousands(data.test.size)} test images`;
}

function build(config: TrainerConfig, { train: { height, width, numClasses } }: LoadedData): LayersModel {
  try {
    const { batchNormMomentum: momentum, ...model } = config.model;
    const unit = momentum === undefined ? {} : { unit: { momentum } };
    return googlenet({ ...model, ...unit, numClasses, inputShape: [height, width, 1], seed: config.seed });
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

/** Shows and writes down every event. @returns whether training came to its end. */
async function follow(
  io: Io,
  view: TrainView,
  run: RunFolder,
  signal: AbortSignal,
  events: AsyncIterable<TrainEvent>,
): Promise<boolean> {
  view.note(`run ${shown(io.cwd, run.path)}`);
  let done = false;
  try {
    for await (const event of events) {
      if (event.type === 'start') run.rewindMetrics(event.step);
      if (event.type !== 'evaluating') run.appendMetrics({ time: new Date().toISOString(), ...event });
      view.event(event);
      done = event.type === 'done';
    }
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error;
    throw new UserError(error.message, { cause: error, exitCode: ExitCode.diverged });
  } finally {
    view.close();
  }
  return done && !signal.aborted;
}

/** Says plainly what a small run left out. */
function extent({ config, data, counts }: Finished): string[] {
  const { widthMultiplier } = config.model;
  const left = [
    ...(widthMultiplier === 1 ? [] : [`${widthMultiplier} of the filters`]),
    ...(config.data.subset === undefined
      ? []
      : [`${thousands(counts.training)} of ${thousands(data.train.size)} training images`]),
  ];
  if (left.length === 0) return [];
  return [
    '',
    `This run used ${left.join(' and ')}. The full network on all of them: googlenet train --preset source`,
  ];
}

function stopped(io: Io, json: boolean, run: RunFolder): ExitCode {
  if (!json) say(io, `Stopped and saved. Go on with: googlenet train --resume ${shown(io.cwd, run.path)}`);
  return ExitCode.interrupted;
}

interface Finished {
  json: boolean;
  config: TrainerConfig;
  engine: EngineInfo;
  data: LoadedData;
  model: LayersModel;
  run: RunFolder;
  counts: { training: number; validation: number; test: number };
}

/** Saves, tests and reports. The model is saved first, so that an interrupted test loses nothing. */
async function finish(io: Io, signal: AbortSignal, finished: Finished): Promise<ExitCode> {
  const { json, config, data, model, run } = finished;
  const { test } = data;
  const final = toStandardLayers(config.model.auxiliary ? stripAuxiliary(model) : model);
  let report: EvaluationReport;
  try {
    await saveModel(final, run.modelPath, {
      dataset: config.data.dataset,
      classNames: [...test.classNames],
      normalize: 'unit',
    });
    const bar = progressBar(io, 'testing', test.size, json);
    report = await evaluate(final, test, {
      batchSize: config.training.evaluateBatchSize,
      classNames: test.classNames,
      maxMistakes: 64,
      signal,
      onProgress: (done) => bar.update(done),
    });
    bar.stop();
  } catch (error) {
    if (signal.aborted) return stopped(io, json, run);
    throw error;
  } finally {
    final.dispose();
  }
  const sheet = writeMistakes(
    report,
    test,
    run.path,
    `${config.data.dataset}: the ${report.mistakes.length} worst mistakes`,
  );
  const summary = summarizeRun({ ...finished, report });
  run.writeSummary(summary);
  const below = config.targetAccuracy !== undefined && report.accuracy < config.targetAccuracy;
  if (json)
    say(
      io,
      JSON.stringify({
        type: 'summary',
        run: run.path,
        model: join(run.modelPath, 'model.json'),
        ...summary,
      }),
    );
  else {
    say(io);
    for (const line of reportLines(report, test.classNames, colorsFor(io))) say(io, line);
    say(io);
    say(io, `model   ${shown(io.cwd, join(run.modelPath, 'model.json'))}`);
    if (sheet !== undefined) say(io, `sheet   ${shown(io.cwd, sheet)} (the worst mistakes)`);
    say(io, `summary ${shown(io.cwd, run.summaryPath)}`);
    for (const line of extent(finished)) say(io, line);
    if (below)
      say(
        io,
        `test accuracy ${percent(report.accuracy)} is below the target of ${percent(config.targetAccuracy ?? 0)}`,
      );
  }
  return below ? ExitCode.belowTarget : ExitCode.ok;
}
