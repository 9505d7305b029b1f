import { NonFiniteLossError, type TrainEvent } from '@googlenet/training';
import { ExitCode, UserError } from '../errors';
import type { Io } from '../io';
import type { TrainView } from '../render/train-view';
import { shown, type RunFolder } from '../run-folder';

/**
 * Shows every event and writes it down, where there is a run folder: only one of several processes has it.
 *
 * @returns whether training came to its end.
 * @throws {UserError} with exit code 3 if the loss is no finite number.
 */
export async function followTraining(
  io: Io,
  view: TrainView,
  run: RunFolder | undefined,
  events: AsyncIterable<TrainEvent>,
): Promise<boolean> {
  if (run) view.note(`run ${shown(io.cwd, run.path)}`);
  let done = false;
  try {
    for await (const event of events) {
      if (event.type === 'start') run?.rewindMetrics(event.step);
      if (event.type !== 'evaluating') run?.appendMetrics({ time: new Date().toISOString(), ...event });
      view.event(event);
      done = event.type === 'done';
    }
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error;
    throw new UserError(error.message, { cause: error, exitCode: ExitCode.diverged });
  } finally {
    view.close();
  }
  return done;
}
