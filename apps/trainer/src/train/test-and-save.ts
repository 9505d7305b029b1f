import { toStandardLayers } from '@googlenet/inception';
import { stripAuxiliary } from '@googlenet/model';
import type { Collective, EvaluationReport } from '@googlenet/training';
import type * as tfl from '@tensorflow/tfjs-layers';
import { writeMistakes } from '../actions/evaluate-model';
import { dataName } from '../data-name';
import { evaluateFolded } from '../evaluate-folded';
import type { Io } from '../io';
import { saveModel } from '../model-files';
import { progressBar } from '../render/progress';
import { summarizeRun } from './run-summary';
import type { TrainedRun } from './trained-run';

/** The network as standard layers, without auxiliary classifiers; the caller disposes it. */
export function standardNetwork({ config, model }: Pick<TrainedRun, 'config' | 'model'>): tfl.LayersModel {
  return toStandardLayers(config.model.auxiliary ? stripAuxiliary(model) : model);
}

/** Saves the network as standard layers and returns it; the caller disposes it. */
export async function saveNetwork(trained: TrainedRun): Promise<tfl.LayersModel> {
  const { config, data, run } = trained;
  const network = standardNetwork(trained);
  try {
    await saveModel(network, run.modelPath, {
      dataset: config.data.dataset,
      classNames: [...data.test.classNames],
      normalize: 'unit',
      ...(data.resizedFrom === undefined ? {} : { resizedFrom: data.resizedFrom }),
    });
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Evaluates a network on the test images. @param how - a signal that ends it, or the processes that share the images. */
export async function testNetwork(
  io: Io,
  network: tfl.LayersModel,
  { json, config, data: { test } }: Omit<TrainedRun, 'run'>,
  how: AbortSignal | Collective | undefined,
): Promise<EvaluationReport> {
  const bar = progressBar(io, 'testing', test.size, json);
  try {
    return await evaluateFolded(network, test, {
      batchSize: config.training.evaluateBatchSize,
      classNames: test.classNames,
      maxMistakes: 64,
      ...(how instanceof AbortSignal ? { signal: how } : { collective: how }),
      onProgress: (done) => bar.update(done),
    });
  } finally {
    bar.stop();
  }
}

/** What {@link writeResults} wrote. */
export interface WrittenResults {
  readonly summary: object;
  /** `mistakes.png`; undefined where there are no mistakes. */
  readonly sheet: string | undefined;
}

/** Writes the contact sheet and `summary.json` into the run folder. @param cwd - where the command was started. */
export function writeResults(cwd: string, trained: TrainedRun, report: EvaluationReport): WrittenResults {
  const { config, data, run } = trained;
  const title = `${dataName(config.data)}: the ${report.mistakes.length} worst mistakes`;
  const sheet = writeMistakes(report, data.test, run.path, title);
  const summary = summarizeRun({ ...trained, report, cwd });
  run.writeSummary(summary);
  return { summary, sheet };
}
