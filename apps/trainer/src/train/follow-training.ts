import { NonFiniteLossError, type TrainEvent } from '@googlenet/training';
import { ExitCode, UserError } from '../errors';
import type { Io } from '../io';
import type { TrainView } from '../render/train-view';
import { shown, type RunFolder } from '../run-folder';
import type { TrainerConfig } from '../config/schema';
import type { EngineInfo } from '../engines';

/** A run on its way. */
export interface FollowedTraining {
  /** Of the process that writes; the others of several have none. */
  readonly run: RunFolder | undefined;
  /** Written into the run folder once a checkpoint has it. */
  readonly config: TrainerConfig;
  /** Written down for each stretch, since the last digits of the weights depend on it. */
  readonly engine: EngineInfo;
  readonly events: AsyncIterable<TrainEvent>;
}

/**
 * Shows every event and writes it down, where there is a run folder: only one of several processes has it.
 *
 * @returns whether training came to its end.
 * @throws {UserError} with exit code 3 if the loss is no finite number.
 */
export async function followTraining(
  io: Io,
  view: TrainView,
  { run, config, engine, events }: FollowedTraining,
): Promise<boolean> {
  if (run) view.note(`run ${shown(io.cwd, run.path)}`);
  let done = false;
  try {
    for await (const event of events) {
      if (event.type === 'start') run?.rewindMetrics(event.step);
      if (event.type === 'checkpoint') run?.keepConfig(config);
      if (event.type !== 'evaluating') run?.appendMetrics(record(event, engine));
      view.event(event);
      done = event.type === 'done';
    }
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error;
    const { step, message } = error;
    run?.appendMetrics({ time: new Date().toISOString(), type: 'diverged', step, message });
    throw new UserError(error.message, { cause: error, exitCode: ExitCode.diverged });
  } finally {
    view.close();
  }
  return done;
}

/** A line of `metrics.jsonl`. */
function record(event: TrainEvent, engine: EngineInfo): object {
  const time = new Date().toISOString();
  return event.type === 'start' ? { time, ...event, engine } : { time, ...event };
}
