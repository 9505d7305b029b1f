import { toStandardLayers } from '@googlenet/inception';
import { listPictures, openPhotos, type PhotoDataset, type Photos } from '@googlenet/images/node';
import type { Preprocessing } from '@googlenet/pretrained';
import {
  balancedClassWeights,
  evaluate,
  train as trainModel,
  type EvaluationReport,
} from '@googlenet/training';
import { folderStore } from '@googlenet/training/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainerConfig } from '../config/schema';
import type { EngineInfo } from '../engines';
import { ExitCode } from '../errors';
import { evaluateFolded } from '../evaluate-folded';
import type { Io } from '../io';
import { loadModel, saveModel } from '../model-files';
import { percent, thousands } from '../render/format';
import { progressBar } from '../render/progress';
import type { TrainView } from '../render/train-view';
import { shown, type RunFolder } from '../run-folder';
import { followTraining } from '../train/follow-training';
import { sayStopped } from '../train/show-results';
import { fitHead } from './fit-head';
import { computeFrozen } from './frozen-layers';
import { photoError } from './photo-error';
import { checkSamePictures, writePictures } from './pictures-file';
import { showPhotoResults, type PhotoRun } from './show-photo-results';
import { freezeUpTo, startNetwork } from './start-network';

/** What {@link trainPhotos} works with. */
export interface PhotoTraining {
  readonly io: Io;
  readonly view: TrainView;
  readonly json: boolean;
  readonly config: TrainerConfig;
  readonly photos: NonNullable<TrainerConfig['photos']>;
  readonly engine: EngineInfo;
  /** Settings that a resumed run was asked to change. */
  readonly changes: readonly string[];
  readonly open: () => RunFolder;
  readonly signal: AbortSignal;
}

/** The folder of a run that holds the network with nothing but a new last layer. */
const HEAD_FOLDER = 'head';

/**
 * Learns pictures of one's own: a new last layer on a trained network, then, where `freeze` leaves more to train, the layers behind at a low rate.
 *
 * The layers that were trained on stay only if the validation pictures have a lower loss with them.
 */
export async function trainPhotos(work: PhotoTraining): Promise<ExitCode> {
  const { io, view, json, config, photos: settings, engine, changes, open, signal } = work;
  const note = (line: string): void => view.note(line);
  const folder = settings.folder ?? '';
  const { classNames } = await photoError('--data', () => listPictures(folder));
  const start = await startNetwork(config, settings.from, classNames.length, note, signal);
  const { model, preprocessing } = start;
  let pictures: Photos | undefined;
  try {
    const more = freezeUpTo(model, start.trained ? settings.freeze : 'none');
    pictures = await openAll(work, preprocessing);
    const { train, validation, test } = pictures;
    note(describe(pictures));
    const run = open();
    checkSamePictures(run, pictures);
    writePictures(run, pictures);
    const classWeights =
      settings.classWeights === 'balanced' ? balancedClassWeights(train.classCounts()) : undefined;
    const card = { dataset: folder, classNames: [...classNames], preprocessing };
    const store = folderStore(run.checkpointsPath);
    const headFile = join(run.path, HEAD_FOLDER);
    let before: EvaluationReport | undefined;
    if (start.trained && !existsSync(join(headFile, 'model.json'))) {
      const { evaluateBatchSize: batchSize = 32 } = config.training;
      const options = {
        io,
        quiet: json,
        seed: config.seed,
        batchSize,
        signal,
        ...(classWeights ? { classWeights } : {}),
      };
      const fit = await fitHead(model, train, options);
      run.appendMetrics({ time: new Date().toISOString(), type: 'head', step: 0, ...fit });
      note(
        `last layer fitted on ${thousands(train.size)} pictures (penalty ${fit.penalty}): ${percent(fit.heldOut.accuracy)} of ${thousands(fit.heldOut.images)} held-out ones, ${((fit.featuresMs + fit.fitMs) / 1000).toFixed(0)} s`,
      );
      await saveModel(model, headFile, card);
    } else if (start.trained) await adoptWeights(model, headFile);
    if (more) {
      if (start.trained && validation) before = await check(work, model, validation);
      const { classWeights: _given, ...training } = config.training;
      const frozen =
        start.trained && training.augment === undefined
          ? await computeFrozen(model, settings.freeze, pictures, work, note)
          : undefined;
      const { data, ...held } = frozen ?? { model, data: train, validation };
      const events = trainModel({
        model: held.model,
        data,
        ...(held.validation === undefined ? {} : { validation: held.validation }),
        config: { ...training, ...(classWeights ? { classWeights } : {}), seed: config.seed },
        store,
        resume: true,
        allowChanges: changes,
        signal,
      });
      const done = await followTraining(io, view, { run, config, engine, events });
      if (!done || signal.aborted) return sayStopped(io, json, run);
    } else note(`run ${shown(io.cwd, run.path)}`);
    const final = await finish(work, { model, run, pictures, card, before, headFile });
    return showPhotoResults(io, json, final, test ? 'test' : validation ? 'validation' : 'training');
  } catch (error) {
    if (!signal.aborted) throw error;
    view.note('stopped before the first checkpoint');
    return ExitCode.interrupted;
  } finally {
    await pictures?.close();
    model.dispose();
  }
}

async function openAll(
  { io, json, config, photos, signal }: PhotoTraining,
  preprocessing: Preprocessing,
): Promise<Photos> {
  const { size, pixels, filter, crop } = preprocessing;
  let bar: ReturnType<typeof progressBar> | undefined;
  try {
    return await photoError('--data', () =>
      openPhotos(photos.folder ?? '', {
        height: size,
        width: size,
        ...(crop.kind === 'shorterSide' ? { storedSide: crop.resize } : {}),
        filter,
        pixels,
        seed: config.seed,
        validationFraction: config.data.validationFraction,
        testFraction: photos.testFraction,
        corrupt: photos.corrupt,
        ...(photos.workers === undefined ? {} : { workers: photos.workers }),
        ...(photos.cacheFolder === undefined ? {} : { cacheFolder: photos.cacheFolder }),
        signal,
        onProgress: (done, count) => {
          bar ??= progressBar(io, 'pictures', count, json);
          bar.update(done);
        },
      }),
    );
  } finally {
    bar?.stop();
  }
}

function describe({ train, validation, test, classNames, skipped }: Photos): string {
  const left = skipped.length === 0 ? '' : `; ${thousands(skipped.length)} skipped, see pictures.json`;
  const names = classNames.length <= 6 ? ` (${classNames.join(', ')})` : '';
  return `${classNames.length} classes${names}: ${thousands(train.size)} training, ${thousands(validation?.size ?? 0)} validation, ${thousands(test?.size ?? 0)} test pictures${left}`;
}

function check(
  { config, signal }: PhotoTraining,
  model: tfl.LayersModel,
  data: PhotoDataset,
): Promise<EvaluationReport> {
  const { evaluateBatchSize: batchSize = 32 } = config.training;
  return evaluate(model, data, { batchSize, signal });
}

/** Gives a network the weights of a saved one of the same form. */
async function adoptWeights(model: tfl.LayersModel, folder: string): Promise<void> {
  const saved = await loadModel(folder);
  model.setWeights(saved.model.getWeights());
  saved.model.dispose();
}

/** Keeps the better of the two networks, saves and evaluates it. */
async function finish(
  work: PhotoTraining,
  done: {
    model: tfl.LayersModel;
    run: RunFolder;
    pictures: Photos;
    card: { dataset: string; classNames: string[]; preprocessing: Preprocessing };
    before: EvaluationReport | undefined;
    headFile: string;
  },
): Promise<PhotoRun> {
  const { io, json, config, signal, view } = work;
  const { model, run, pictures, card, before, headFile } = done;
  const { train, validation, test } = pictures;
  if (before && validation) {
    const after = await check(work, model, validation);
    if (after.loss >= before.loss) {
      view.note(
        `training on did not help (validation loss ${before.loss.toFixed(4)}, then ${after.loss.toFixed(4)}): only the last layer is kept`,
      );
      await adoptWeights(model, headFile);
    }
  }
  const network = toStandardLayers(model);
  try {
    await saveModel(network, run.modelPath, card);
    const data = test ?? validation ?? train;
    const bar = progressBar(io, 'testing', data.size, json);
    try {
      const report = await evaluateFolded(network, data, {
        batchSize: config.training.evaluateBatchSize ?? 32,
        classNames: card.classNames,
        maxMistakes: 64,
        signal,
        onProgress: (count) => bar.update(count),
      });
      return { ...work, run, pictures, data, report, parameters: network.countParams() };
    } finally {
      bar.stop();
    }
  } finally {
    network.dispose();
  }
}
