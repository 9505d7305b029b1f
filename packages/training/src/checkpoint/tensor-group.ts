import type * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint, CheckpointHeader, CheckpointTensor } from './checkpoint';
import type { ResolvedTrainConfig } from '../config/config';
import { CheckpointError } from '../errors';
import { readValues, type Weight, writeValues } from '../classifier/weights';

/** Tensors of one kind in a checkpoint: the weights themselves, or what belongs to each of some weights. */
export interface TensorGroup {
  /** `weights`, `ema`, `m`, `v` or `velocity`. */
  readonly name: string;
  readonly weights: readonly Weight[];
  /** One for each weight. */
  readonly variables: readonly tf.Variable[];
}

/** The values of a group. @param onBroken - throws for a value that is not finite. */
export async function readGroup(
  { name: group, weights, variables }: TensorGroup,
  onBroken: (what: string, value: number) => never,
): Promise<CheckpointTensor[]> {
  const tensors: CheckpointTensor[] = [];
  for (const [i, variable] of variables.entries()) {
    const { name } = weights[i];
    const values = await readValues(variable);
    const broken = values.find((value) => !Number.isFinite(value));
    if (broken !== undefined) onBroken(`value of ${group} "${name}"`, broken);
    tensors.push({ group, name, shape: [...variable.shape], values });
  }
  return tensors;
}

/**
 * Writes a checkpoint's values of one group into its variables, in order; names may differ, shapes may not.
 *
 * @throws {CheckpointError} with code `MISMATCH` before anything of the group is written.
 */
export function writeGroup(checkpoint: Checkpoint, { name: group, weights, variables }: TensorGroup): void {
  const tensors = checkpoint.tensors.filter((tensor) => tensor.group === group);
  const mismatch = (expected: string, got: string): CheckpointError =>
    new CheckpointError(
      'MISMATCH',
      `train(resume): expected ${expected} in the checkpoint's ${group}, got ${got}. Build the same model as before.`,
    );
  if (tensors.length !== variables.length)
    throw mismatch(`${variables.length} tensors`, String(tensors.length));
  variables.forEach((variable, i) => {
    const { shape, name } = tensors[i];
    if (shape.join() === variable.shape.join()) return;
    throw mismatch(
      `[${variable.shape.join(', ')}] for "${weights[i].name}"`,
      `[${shape.join(', ')}] of "${name}"`,
    );
  });
  variables.forEach((variable, i) => writeValues(variable, tensors[i].values));
}

/**
 * Checks that a checkpoint is of this run. Epochs, schedule and the like may have changed: that is for the caller to judge.
 *
 * @throws {CheckpointError} with code `MISMATCH` and all differences.
 */
export function checkSameRun(header: CheckpointHeader, config: ResolvedTrainConfig, dataSize: number): void {
  const facts = (of: ResolvedTrainConfig, size: number): Record<string, unknown> => ({
    'dataset size': size,
    seed: of.seed,
    batchSize: of.batchSize,
    shuffle: of.shuffle,
    dropRemainder: of.dropRemainder,
    optimizer: of.optimizer.kind,
    ema: of.ema !== undefined,
  });
  const then = facts(header.config, header.dataSize);
  const different = Object.entries(facts(config, dataSize)).filter(([name, now]) => then[name] !== now);
  if (different.length === 0) return;
  const list = different.map(([name, now]) => `${name} ${String(then[name])}, now ${String(now)}`).join('; ');
  throw new CheckpointError(
    'MISMATCH',
    `train(resume): expected the run that the checkpoint is of (${list}). Use the same data and config, or a new store.`,
  );
}
