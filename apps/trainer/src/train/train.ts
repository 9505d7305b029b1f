import { train as trainModel } from '@googlenet/training';
import { folderStore } from '@googlenet/training/node';
import type { TrainRequest } from '../commands/train';
import type { TrainerConfig } from '../config/schema';
import { selectEngine } from '../engines';
import { ExitCode } from '../errors';
import type { Io } from '../io';
import { loadData, splitData, type LoadedData } from '../load-data';
import { thousands } from '../render/format';
import { trainView } from '../render/train-view';
import { buildNetwork } from './build-network';
import { followTraining } from './follow-training';
import { planRun } from './plan-run';
import { showResults, sayStopped } from './show-results';
import { saveNetwork, testNetwork, writeResults } from './test-and-save';
import type { TrainedRun } from './trained-run';

/** `googlenet train`: trains a network, evaluates it on the test images, saves it. */
export async function train(io: Io, request: TrainRequest & { readonly json: boolean }): Promise<ExitCode> {
  const { json } = request;
  const view = trainView(io, json);
  const { config, open } = planRun(io, request);
  const controller = new AbortController();
  const { signal } = controller;
  const release = io.onInterrupt(() => {
    if (signal.aborted) io.exit(ExitCode.interrupted);
    view.note('finishing the step and saving; once more to stop at once');
    controller.abort('interrupted');
  });
  try {
    const { backend, threads, precision } = config;
    const engine = await selectEngine(backend, { threads, precision }, (line) => view.note(line));
    view.note(`engine ${engine.name} (${engine.detail})`);
    if (config.photos !== undefined) {
      const { trainPhotos } = await import('../photos/train-photos');
      return await trainPhotos({ io, view, json, config, photos: config.photos, engine, open, signal });
    }
    const data = await loadData(config.data, (line) => view.note(line), signal);
    const { training, validation } = splitData(data.train, config);
    view.note(describeData(config, training.size, validation?.size ?? 0, data));
    const model = buildNetwork(config, data);
    try {
      const run = open();
      const events = trainModel({
        model,
        data: training,
        ...(validation === undefined ? {} : { validation }),
        config: { ...config.training, seed: config.seed },
        store: folderStore(run.checkpointsPath),
        resume: true,
        signal,
      });
      const done = await followTraining(io, view, run, events);
      if (!done || signal.aborted) return sayStopped(io, json, run);
      const counts = { training: training.size, validation: validation?.size ?? 0, test: data.test.size };
      return await finish(io, signal, { json, config, engine, data, model, run, counts });
    } finally {
      model.dispose();
    }
  } finally {
    view.close();
    release();
  }
}

/** Saves first, so that an interrupted test loses nothing; then tests, writes down and tells. */
async function finish(io: Io, signal: AbortSignal, trained: TrainedRun): Promise<ExitCode> {
  const network = await saveNetwork(trained);
  try {
    const report = await testNetwork(io, network, trained, signal);
    return showResults(io, trained, report, writeResults(trained, report));
  } catch (error) {
    if (signal.aborted) return sayStopped(io, trained.json, trained.run);
    throw error;
  } finally {
    network.dispose();
  }
}

function describeData(config: TrainerConfig, training: number, validation: number, data: LoadedData): string {
  const part = config.data.subset === undefined ? '' : ` of ${thousands(data.train.size)}`;
  return `${config.data.dataset}: ${thousands(training)} training${part}, ${thousands(validation)} validation, ${thousands(data.test.size)} test images`;
}
