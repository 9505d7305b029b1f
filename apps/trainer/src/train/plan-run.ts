import { resolve } from 'node:path';
import type { TrainRequest } from '../commands/train';
import { checkConfig, resolveConfig } from '../config/resolve';
import type { TrainerConfig } from '../config/schema';
import { UserError } from '../errors';
import type { Io } from '../io';
import { longName } from '../options/option';
import { SETTING_OPTIONS } from '../options/settings';
import { newRunPath, RunFolder } from '../run-folder';

/** What is to be trained, and where. */
export interface RunPlan {
  readonly config: TrainerConfig;
  /** Makes or opens the run folder, once everything else is known to be right. */
  readonly open: () => RunFolder;
}

/**
 * The run that was asked for, a new one or one that goes on.
 *
 * @throws {UserError} with every problem of the settings at once.
 */
export function planRun(io: Io, request: TrainRequest): RunPlan {
  return request.resume === undefined ? newRun(io, request) : resumedRun(io, request, request.resume);
}

function newRun(io: Io, request: TrainRequest): RunPlan {
  const resolved = resolveConfig(request, io.cwd);
  const config = withAbsolutePaths(resolved, io.cwd);
  const path =
    request.out === undefined
      ? newRunPath(io.cwd, config.preset ?? 'custom', new Date())
      : resolve(io.cwd, request.out);
  return { config, open: () => RunFolder.create(path, config) };
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

/** What may stand beside `--resume`: it changes no weight but for the engine's rounding. */
const BESIDE_RESUME = ['backend', 'threads'];

function resumedRun(io: Io, request: TrainRequest, path: string): RunPlan {
  const changed = ['preset', 'config', 'out', ...Object.keys(SETTING_OPTIONS)]
    .filter((name) => !BESIDE_RESUME.includes(name))
    .filter((name) => request[name as keyof TrainRequest] !== undefined)
    .map((name) => longName(name));
  if (request.set.length > 0) changed.push('--set');
  if (!request.augment) changed.push('--no-augment');
  if (changed.length > 0) {
    throw new UserError(
      `--resume: expected only --backend, --threads, --json and --verbose beside it, got ${changed.join(', ')}. A run keeps its settings; start another one.`,
    );
  }
  const { run, config } = RunFolder.open(resolve(io.cwd, path));
  const { backend = config.backend, threads = config.threads } = request;
  return { config: checkConfig({ ...config, backend, threads }), open: () => run };
}
