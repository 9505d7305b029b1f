import type { MpiCollective } from '@googlenet/collective-mpi';
import { train as trainModel } from '@googlenet/training';
import { folderStore } from '@googlenet/training/node';
import { writeAugmented } from '../augmented-samples';
import type { TrainRequest } from '../commands/train';
import type { TrainerConfig } from '../config/schema';
import { dataName } from '../data-name';
import { selectEngine } from '../engines';
import { ExitCode, UserError } from '../errors';
import { explained } from '../explain';
import type { Io } from '../io';
import { loadData, resizeData, splitData, type LoadedData } from '../load-data';
import { thousands } from '../render/format';
import { trainView } from '../render/train-view';
import type { RunFolder } from '../run-folder';
import { buildNetwork } from './build-network';
import { fingerprintOf } from './fingerprint';
import { followTraining } from './follow-training';
import { manyRuns } from './many-runs';
import { planRun } from './plan-run';
import { onEveryRank, tellAll } from './ranks';
import { endCode, resumeCommand, sayStopped, showResults } from './show-results';
import { saveNetwork, standardNetwork, testNetwork, writeResults } from './test-and-save';
import type { TrainedRun } from './trained-run';

type Request = TrainRequest & { readonly json: boolean; readonly brief?: boolean };

/** `googlenet train`, in one process or as one of many. */
export async function trainAsAsked(io: Io, request: Request): Promise<ExitCode> {
  if (request.distributed === 'mpi') return onEveryRank(io, request, train);
  if (request.distributed === 'runs') return manyRuns(io, request, train);
  return train(io, request);
}

/**
 * Trains a network, evaluates it on the test images, saves it.
 *
 * @param mpi - trains it together with other processes; rank 0 plans, writes and speaks.
 */
export async function train(io: Io, request: Request, mpi?: MpiCollective): Promise<ExitCode> {
  const { json, brief = false } = request;
  const view = trainView(io, json);
  const plan = mpi === undefined || mpi.rank === 0 ? planRun(io, request) : undefined;
  let config = await settled(mpi, plan?.config);
  const controller = new AbortController();
  const { signal } = controller;
  let run: RunFolder | undefined;
  const release = io.onInterrupt(() => {
    if (signal.aborted) io.exit(ExitCode.interrupted);
    view.note('finishing the step and saving; once more to stop at once');
    controller.abort('interrupted');
  });
  try {
    const { backend, precision } = config;
    const threads =
      config.threads ?? (mpi && (await import('@googlenet/collective-mpi')).threadsPerRank(mpi));
    if (mpi) view.note(`${mpi.size} processes, ${mpi.library}`);
    const engine = await selectEngine(backend, { threads, precision }, (line) => view.note(line));
    view.note(`engine ${engine.name} (${engine.detail})`);
    if (config.photos !== undefined) {
      const { trainPhotos } = await import('../photos/train-photos');
      return await trainPhotos({
        io,
        view,
        json,
        config,
        photos: config.photos,
        engine,
        changes: plan?.changes ?? [],
        open: () => (run = plan?.open(config)),
        signal,
        mpi,
      });
    }
    const loaded = await loadData(config.data, (line) => view.note(line), { signal });
    config = await settled(mpi, plan?.fit(loaded.train.size));
    const data = resizeData(loaded, config.model.inputShape);
    const { training, validation } = splitData(data.train, config);
    view.note(describeData(config, training.size, validation?.size ?? 0, data));
    const model = buildNetwork(config, data);
    try {
      run = plan?.open(config);
      if (run) await writeAugmented(run.path, training, config);
      const events = trainModel({
        model,
        data: training,
        ...(validation === undefined ? {} : { validation }),
        config: { ...config.training, seed: config.seed },
        ...(run === undefined ? {} : { store: folderStore(run.checkpointsPath) }),
        resume: true,
        allowChanges: plan?.changes ?? [],
        fingerprint: fingerprintOf(config, data),
        ...(mpi === undefined ? {} : { collective: mpi, syncBatchNorm: config.syncBatchNorm ?? false }),
        signal,
      });
      const done = await followTraining(io, view, { run, config, engine, events });
      if (!done || (signal.aborted && mpi === undefined))
        return run ? sayStopped(io, json, run) : ExitCode.interrupted;
      const counts = { training: training.size, validation: validation?.size ?? 0, test: data.test.size };
      const trained = { json, brief, config, engine, data, model, counts };
      return run ? await finish(io, signal, { ...trained, run }, mpi) : await assist(io, trained, mpi);
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw stopped(io, run);
    throw run === undefined
      ? error
      : explained(error, `What was saved stays. To go on: ${resumeCommand(io, run)}`);
  } finally {
    run?.unlock();
    view.close();
    release();
  }
}

/** A signal that came outside the training: while the data were read, say, or the network was tested. */
function stopped(io: Io, run: RunFolder | undefined): UserError {
  return new UserError(
    run === undefined
      ? 'stopped before anything was trained. The same command begins anew.'
      : `stopped. To go on: ${resumeCommand(io, run)}`,
    { exitCode: ExitCode.interrupted },
  );
}

/** Saves first, so that an interrupted test loses nothing; then tests, writes down and tells. */
async function finish(
  io: Io,
  signal: AbortSignal,
  trained: TrainedRun,
  mpi: MpiCollective | undefined,
): Promise<ExitCode> {
  const network = await saveNetwork(trained);
  try {
    const report = await testNetwork(io, network, trained, mpi ?? signal);
    return showResults(io, trained, report, writeResults(io.cwd, trained, report));
  } catch (error) {
    if (signal.aborted) return sayStopped(io, trained.json, trained.run);
    throw error;
  } finally {
    network.dispose();
  }
}

/** The part of a process that writes nothing: its share of the test images. */
async function assist(
  io: Io,
  trained: Omit<TrainedRun, 'run'>,
  mpi: MpiCollective | undefined,
): Promise<ExitCode> {
  const network = standardNetwork(trained);
  try {
    return endCode(trained.config, await testNetwork(io, network, trained, mpi));
  } finally {
    network.dispose();
  }
}

/** Rank 0's configuration, in every process: the others may not see its files. */
async function settled(
  mpi: MpiCollective | undefined,
  config: TrainerConfig | undefined,
): Promise<TrainerConfig> {
  if (mpi !== undefined) return tellAll(mpi, config);
  if (config === undefined) throw new Error('train: expected a plan in a process of its own, got none.');
  return config;
}

function describeData(config: TrainerConfig, training: number, validation: number, data: LoadedData): string {
  const part = config.data.subset === undefined ? '' : ` of ${thousands(data.train.size)}`;
  const size =
    config.model.inputShape === undefined ? '' : `, resized to ${data.train.height}x${data.train.width}`;
  return `${dataName(config.data)}: ${thousands(training)} training${part}, ${thousands(validation)} validation, ${thousands(data.test.size)} test images${size}`;
}
