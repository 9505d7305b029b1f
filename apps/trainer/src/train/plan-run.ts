import { basename, join, resolve } from 'node:path';
import type { TrainRequest } from '../commands/train';
import { mergeConfig } from '../config/merge';
import { checkConfig, flagsAsConfig, resolveConfig } from '../config/resolve';
import type { TrainerConfig } from '../config/schema';
import { UserError } from '../errors';
import type { Io } from '../io';
import { makeWritableFolder } from '../make-folder';
import { longName } from '../options/option';
import { makeNewRunFolder, RunFolder } from '../run-folder';
import { settingsOf } from '../runs/differences';
import { TensorBoardLog } from '../tensorboard/tensorboard-log';

/** What is to be trained, and where. */
export interface RunPlan {
  readonly config: TrainerConfig;
  /** The same for so many training images: a preset adapts to fewer than it was made for. */
  readonly fit: (images: number) => TrainerConfig;
  /** Settings of training that a resumed run was asked to change. */
  readonly changes: readonly string[];
  /** Makes or opens the run folder, once everything else is known to be right. */
  readonly open: (config: TrainerConfig) => RunFolder;
}

/**
 * The run that was asked for, a new one or one that goes on.
 *
 * @throws {UserError} with every problem of the settings at once.
 */
export function planRun(io: Io, request: TrainRequest): RunPlan {
  const plan = request.resume === undefined ? newRun(io, request) : resumedRun(io, request, request.resume);
  const { tensorboard } = request;
  if (tensorboard === undefined) return plan;
  return { ...plan, open: (config) => withTensorBoard(io, plan.open(config), config, tensorboard) };
}

/** @param folder - the run's own folder where it is empty, else a folder of many runs. */
function withTensorBoard(io: Io, run: RunFolder, config: TrainerConfig, folder: string): RunFolder {
  const path =
    folder === '' ? join(run.path, 'tensorboard') : join(resolve(io.cwd, folder), basename(run.path));
  makeWritableFolder('--tensorboard', path);
  run.tell(new TensorBoardLog(path, run.path, config));
  return run;
}

function newRun(io: Io, request: TrainRequest): RunPlan {
  const fit = (images?: number): TrainerConfig =>
    withAbsolutePaths(resolveConfig(request, io.cwd, images), io.cwd);
  const config = fit();
  const folder = (): string =>
    request.out === undefined
      ? makeNewRunFolder(io.cwd, config.preset ?? 'custom', new Date())
      : resolve(io.cwd, request.out);
  return { config, fit, changes: [], open: (fitted) => RunFolder.create(folder(), fitted) };
}

/** A run goes on from wherever its command is typed. */
function withAbsolutePaths(config: TrainerConfig, cwd: string): TrainerConfig {
  const { data, photos } = config;
  const absolute = <T extends string | undefined>(path: T): T =>
    (path === undefined ? path : resolve(cwd, path)) as T;
  return {
    ...config,
    ...(data.folder === undefined ? {} : { data: { ...data, folder: absolute(data.folder) } }),
    ...(photos === undefined
      ? {}
      : {
          photos: {
            ...photos,
            folder: absolute(photos.folder),
            from: ['imagenet', 'scratch'].includes(photos.from) ? photos.from : absolute(photos.from),
            ...(photos.cacheFolder === undefined ? {} : { cacheFolder: absolute(photos.cacheFolder) }),
          },
        }),
  };
}

/** Settings that no run can change on its way: the network, the images, and what the place inside an epoch depends on. */
const KEPT = [
  'seed',
  'data',
  'model',
  'photos',
  'training.batchSize',
  'training.shuffle',
  'training.dropRemainder',
];
/** What says where a new run comes from. */
const OF_NEW_RUNS = ['preset', 'config', 'out'] as const;

function resumedRun(io: Io, request: TrainRequest, path: string): RunPlan {
  const problems: string[] = [];
  const named = flagsAsConfig(request, problems);
  const settings = settingsOf(named).map(([setting]) => setting);
  const refused = [
    ...OF_NEW_RUNS.filter((name) => request[name] !== undefined).map((name) => longName(name)),
    ...settings.filter((setting) => KEPT.some((kept) => setting === kept || setting.startsWith(`${kept}.`))),
  ];
  if (refused.length > 0)
    problems.push(
      `--resume: expected only settings of the engine and of training beside it, such as --epochs, got ${refused.join(', ')}. A run keeps its network, images, seed and batches; start another one.`,
    );
  if (problems.length > 0) throw UserError.of(problems);
  const { run, config: kept } = RunFolder.open(resolve(io.cwd, path));
  const config = checkConfig(mergeConfig(kept, named));
  return {
    config,
    fit: () => config,
    changes: settings
      .map((setting) => /^(?:training\.)?(\w+)/.exec(setting)?.[1])
      .filter((name) => name !== undefined),
    open: () => {
      run.lock();
      return run;
    },
  };
}
