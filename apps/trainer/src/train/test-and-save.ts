import { toStandardLayers } from '@googlenet/inception';
import { stripAuxiliary } from '@googlenet/model';
import { evaluate, type EvaluationReport } from '@googlenet/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeMistakes } from '../actions/evaluate-model';
import type { Io } from '../io';
import { saveModel } from '../model-files';
import { progressBar } from '../render/progress';
import { summarizeRun } from './run-summary';
import type { TrainedRun } from './trained-run';

/** Saves the network as standard layers, without auxiliary classifiers, and returns it; the caller disposes it. */
export async function saveNetwork({ config, data, model, run }: TrainedRun): Promise<LayersModel> {
  const network = toStandardLayers(config.model.auxiliary ? stripAuxiliary(model) : model);
  try {
    await saveModel(network, run.modelPath, {
      dataset: config.data.dataset,
      classNames: [...data.test.classNames],
      normalize: 'unit',
    });
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Evaluates a network on the test images. */
export async function testNetwork(
  io: Io,
  network: LayersModel,
  { json, config, data: { test } }: TrainedRun,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const bar = progressBar(io, 'testing', test.size, json);
  try {
    return await evaluate(network, test, {
      batchSize: config.training.evaluateBatchSize,
      classNames: test.classNames,
      maxMistakes: 64,
      signal,
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

/** Writes the contact sheet and `summary.json` into the run folder. */
export function writeResults(trained: TrainedRun, report: EvaluationReport): WrittenResults {
  const { config, data, run } = trained;
  const title = `${config.data.dataset}: the ${report.mistakes.length} worst mistakes`;
  const sheet = writeMistakes(report, data.test, run.path, title);
  const summary = summarizeRun({ ...trained, report });
  run.writeSummary(summary);
  return { summary, sheet };
}
