import type { CheckpointStore } from '../checkpoint/checkpoint-store';
import { type ResolvedTrainConfig, resolveTrainConfig } from '../config/config';
import type { TrainingData } from '../data';
import { CheckpointError } from '../errors';
import type { TrainEvent } from './events';
import { Run } from './run';
import type { RunLength } from '../optimizers/schedules';
import { TrainingSession } from './session';
import { Team } from './team';
import type { TrainOptions } from './train-options';

/**
 * Trains a classifier, as an iterator of events: nothing happens until the next one is asked for.
 *
 * At the end the model holds its best epoch's weights (with `earlyStopping.restoreBest`), else the averaged ones (with `ema`),
 * else the last ones. A run that is killed at any moment and resumed gives the same weights as one that was not, on the same engine.
 * Leaving the loop with `break` frees everything; the model keeps the weights it has then.
 * @returns events, see {@link TrainEvent}.
 * @throws {TrainConfigError} with every problem of the configuration.
 * @throws {CollectiveError} on every process when their configurations or, at the end of an epoch, their weights differ.
 * @throws {NonFiniteLossError} when the loss is NaN or infinite; the last checkpoint stays.
 * @throws {CheckpointError} if the store is in use (`EXISTS`), of another run (`MISMATCH`), has only damaged checkpoints, or has
 * lost the best epoch's weights that the run is to end with (`DAMAGED`).
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const config = resolveTrainConfig(options.config);
  const length = runLength(options.data, config);
  const team = new Team(options.collective);
  if (team.collective && options.pause) {
    throw new RangeError(
      'train(pause): expected no pause beside a collective, got one. The other processes would wait: abort the signal and resume.',
    );
  }
  const { model, data, syncBatchNorm = false, fingerprint = {}, allowChanges = [] } = options;
  const same = { dataSize: data.size, fingerprint, allowChanges };
  const session = new TrainingSession(model, config, same, team, syncBatchNorm);
  try {
    const run = new Run(options, config, length, session, team);
    const facts = JSON.stringify([
      config,
      data.size,
      session.trainableParameters,
      syncBatchNorm,
      fingerprint,
    ]);
    await team.checkSame('configuration and data', 'Start them with the same options.', [
      new TextEncoder().encode(facts),
    ]);
    const found = await team.lead(async () => {
      const latest = await findCheckpoint(options);
      if (latest.checkpoint) {
        session.restore(latest.checkpoint);
        // Now, and not after hours of training.
        await run.checkBest();
      }
      return { resumed: latest.checkpoint !== undefined, damaged: latest.damaged };
    });
    const { resumed, damaged } = await team.tell(found ?? { resumed: false, damaged: [] });
    await session.shareState();
    yield {
      type: 'start',
      step: session.state.step,
      epoch: session.state.epoch,
      ...length,
      trainableParameters: session.trainableParameters,
      resumed,
      damaged,
    };
    yield* run.events();
  } finally {
    session.dispose();
  }
}

function runLength({ size }: TrainingData, config: ResolvedTrainConfig): RunLength {
  const stepsPerEpoch = config.dropRemainder
    ? Math.floor(size / config.batchSize)
    : Math.ceil(size / config.batchSize);
  if (stepsPerEpoch < 1) {
    throw new RangeError(
      `train(data): expected at least one batch of ${config.batchSize}, got ${size} images. Lower batchSize or use more data.`,
    );
  }
  return { stepsPerEpoch, totalSteps: stepsPerEpoch * config.epochs };
}

async function findCheckpoint({
  store,
  resume = false,
}: TrainOptions): ReturnType<CheckpointStore['latest']> {
  const found = (await store?.latest()) ?? { checkpoint: undefined, damaged: [] };
  if (!resume && (found.checkpoint || found.damaged.length > 0)) {
    throw new CheckpointError(
      'EXISTS',
      'train(store): expected an empty store, got one with checkpoints. Pass resume: true, clear() it, or use another.',
    );
  }
  const [newest] = found.damaged;
  if (!found.checkpoint && newest) {
    throw new CheckpointError(
      'DAMAGED',
      `train(resume): expected a readable checkpoint, got only damaged ones (${newest.name}: ${newest.reason}). clear() the store to start anew.`,
    );
  }
  return found;
}
