import { toStandardLayers } from '@googlenet/inception';
import type { MpiCollective } from '@googlenet/collective-mpi';
import {
  listPictures,
  openPhotos,
  type OpenTogether,
  type PhotoDataset,
  type Photos,
} from '@googlenet/images/node';
import type { Preprocessing } from '@googlenet/pretrained';
import {
  balancedClassWeights,
  type Collective,
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
import { gatherAll, tellAll, tellWeights } from '../train/ranks';
import { endCode, sayStopped } from '../train/show-results';
import { fitHead } from './fit-head';
import { computeFrozen } from './frozen-layers';
import { photoError } from './photo-error';
import { checkSameOnAll, keepPictures } from './pictures-file';
import { showPhotoResults } from './show-photo-results';
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
  /** Makes or opens the run folder; a process that writes nothing has none. */
  readonly open: () => RunFolder | undefined;
  readonly signal: AbortSignal;
  /** The processes that train together; rank 0 writes and speaks. */
  readonly mpi: MpiCollective | undefined;
}

/** A run on its way to its end. */
interface PhotoProgress {
  readonly model: tfl.LayersModel;
  readonly run: RunFolder | undefined;
  readonly pictures: Photos;
  readonly card: { dataset: string; classNames: string[]; preprocessing: Preprocessing };
  readonly classWeights: readonly number[] | undefined;
}

/** The folder of a run that holds the network with nothing but a new last layer. */
const HEAD_FOLDER = 'head';

/**
 * Learns pictures of one's own: a new last layer on a trained network, then, where `freeze` leaves more to train, the layers behind at a low rate.
 *
 * The layers that were trained on stay only if the validation pictures have a lower loss with them.
 */
export async function trainPhotos(work: PhotoTraining): Promise<ExitCode> {
  const { view, config, photos: settings, open, signal, mpi } = work;
  const note = (line: string): void => view.note(line);
  const folder = settings.folder ?? '';
  const { classNames } = await photoError('--data', () => listPictures(folder));
  const start = await startNetwork(config, settings.from, classNames.length, note, signal);
  const { model, preprocessing } = start;
  let pictures: Photos | undefined;
  try {
    const more = freezeUpTo(model, start.trained ? settings.freeze : 'none');
    pictures = await openAll(work, preprocessing);
    note(describe(pictures));
    const run = open();
    if (run) keepPictures(run, pictures);
    if (mpi) await checkSameOnAll(mpi, pictures);
    const classWeights =
      settings.classWeights === 'balanced' ? balancedClassWeights(pictures.train.classCounts()) : undefined;
    const card = { dataset: folder, classNames: [...classNames], preprocessing };
    const progress = { model, run, pictures, card, classWeights };
    if (start.trained) await newLastLayer(work, progress);
    let before: EvaluationReport | undefined;
    if (more) {
      if (start.trained && pictures.validation) before = await check(work, model, pictures.validation);
      if (!(await trainOn(work, progress, start.trained)))
        return run ? sayStopped(work.io, work.json, run) : ExitCode.interrupted;
    } else if (run) note(`run ${shown(work.io.cwd, run.path)}`);
    return await finish(work, progress, before);
  } finally {
    await pictures?.close();
    model.dispose();
  }
}

/** What ends a pass over the pictures: a signal. Processes that share one go through with it, and stop in the training. */
function passOptions({ signal, mpi }: PhotoTraining): { signal?: AbortSignal; collective?: Collective } {
  return mpi ? { collective: mpi } : { signal };
}

/** Fits a new last layer to the pictures, or takes up that of a run which goes on. */
async function newLastLayer(
  work: PhotoTraining,
  { model, run, pictures: { train }, card, classWeights }: PhotoProgress,
): Promise<void> {
  const { io, json, config, view, mpi } = work;
  const found = run !== undefined && existsSync(join(run.path, HEAD_FOLDER, 'model.json'));
  if (mpi ? await tellAll(mpi, found) : found) return adoptHead(work, model, run);
  const fit = await fitHead(model, train, {
    io,
    quiet: json,
    seed: config.seed,
    batchSize: config.training.evaluateBatchSize ?? 32,
    ...passOptions(work),
    ...(classWeights ? { classWeights } : {}),
  });
  if (mpi) await tellWeights(mpi, model);
  if (run === undefined) return;
  run.appendMetrics({ time: new Date().toISOString(), type: 'head', step: 0, ...fit });
  view.note(
    `last layer fitted on ${thousands(train.size)} pictures (penalty ${fit.penalty}): ${percent(fit.heldOut.accuracy)} of ${thousands(fit.heldOut.images)} held-out ones, ${((fit.featuresMs + fit.fitMs) / 1000).toFixed(0)} s`,
  );
  await saveModel(model, join(run.path, HEAD_FOLDER), card);
}

/**
 * Trains the layers that are not frozen.
 * @param trained - whether the network began with trained weights.
 * @returns whether training came to its end.
 */
async function trainOn(
  work: PhotoTraining,
  { model, run, pictures, classWeights }: PhotoProgress,
  trained: boolean,
): Promise<boolean> {
  const { io, json, view, config, photos, engine, changes, signal, mpi } = work;
  const { classWeights: _given, ...training } = config.training;
  const frozen =
    trained && training.augment === undefined
      ? await computeFrozen(model, photos.freeze, pictures, { io, json, ...passOptions(work) }, (line) =>
          view.note(line),
        )
      : undefined;
  const { data, validation, ...held } = frozen ?? {
    model,
    data: pictures.train,
    validation: pictures.validation,
  };
  const events = trainModel({
    model: held.model,
    data,
    ...(validation === undefined ? {} : { validation }),
    config: { ...training, ...(classWeights ? { classWeights } : {}), seed: config.seed },
    ...(run === undefined ? {} : { store: folderStore(run.checkpointsPath) }),
    resume: true,
    allowChanges: changes,
    ...(mpi === undefined ? {} : { collective: mpi, syncBatchNorm: config.syncBatchNorm ?? false }),
    signal,
  });
  const done = await followTraining(io, view, { run, config, engine, events });
  return done && (mpi !== undefined || !signal.aborted);
}

async function openAll(
  { io, json, config, photos, signal, mpi }: PhotoTraining,
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
        ...(mpi === undefined ? { signal } : { together: togetherOn(mpi) }),
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

function togetherOn(mpi: MpiCollective): OpenTogether {
  const { rank, size, localSize } = mpi;
  return { rank, size, localSize, gather: (own) => gatherAll(mpi, own) };
}

function check(work: PhotoTraining, model: tfl.LayersModel, data: PhotoDataset): Promise<EvaluationReport> {
  const { evaluateBatchSize: batchSize = 32 } = work.config.training;
  return evaluate(model, data, { batchSize, ...passOptions(work) });
}

/** Gives a network the weights that it had with nothing but a new last layer. */
async function adoptHead(
  { mpi }: PhotoTraining,
  model: tfl.LayersModel,
  run: RunFolder | undefined,
): Promise<void> {
  if (run) {
    const saved = await loadModel(join(run.path, HEAD_FOLDER));
    model.setWeights(saved.model.getWeights());
    saved.model.dispose();
  }
  if (mpi) await tellWeights(mpi, model);
}

/** Keeps the better of the two networks, saves, evaluates and tells. */
async function finish(
  work: PhotoTraining,
  { model, run, pictures, card }: PhotoProgress,
  before: EvaluationReport | undefined,
): Promise<ExitCode> {
  const { io, json, config, view } = work;
  const { train, validation, test } = pictures;
  if (before && validation) {
    const after = await check(work, model, validation);
    if (after.loss >= before.loss) {
      view.note(
        `training on did not help (validation loss ${before.loss.toFixed(4)}, then ${after.loss.toFixed(4)}): only the last layer is kept`,
      );
      await adoptHead(work, model, run);
    }
  }
  const network = toStandardLayers(model);
  try {
    if (run) await saveModel(network, run.modelPath, card);
    const data = test ?? validation ?? train;
    const bar = progressBar(io, 'testing', data.size, json);
    let report: EvaluationReport;
    try {
      report = await evaluateFolded(network, data, {
        batchSize: config.training.evaluateBatchSize ?? 32,
        classNames: card.classNames,
        maxMistakes: 64,
        ...passOptions(work),
        onProgress: (count) => bar.update(count),
      });
    } finally {
      bar.stop();
    }
    if (run === undefined) return endCode(config, report);
    const part = test ? 'test' : validation ? 'validation' : 'training';
    return showPhotoResults(
      io,
      json,
      { ...work, run, pictures, data, report, parameters: network.countParams() },
      part,
    );
  } finally {
    network.dispose();
  }
}
