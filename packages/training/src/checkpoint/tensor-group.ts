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

/** What decides the weights of a run, apart from the model itself. */
export interface RunFacts {
  readonly config: ResolvedTrainConfig;
  readonly dataSize: number;
  readonly fingerprint: Readonly<Record<string, string>>;
  /** What may differ. */
  readonly allowChanges: readonly string[];
}

/** Settings that change no weight; and epochs, since going on for longer is what resuming is for. */
const FREE_SETTINGS: readonly string[] = ['epochs', 'checkpointEverySteps', 'evaluateBatchSize'];

/**
 * Checks that a checkpoint is of this run: everything that decides the weights is as it was.
 *
 * @throws {CheckpointError} with code `MISMATCH` and all differences.
 */
export function checkSameRun(
  header: CheckpointHeader,
  { config, dataSize, fingerprint, allowChanges }: RunFacts,
): void {
  const then: Record<string, unknown> = {
    ...header.config,
    'dataset size': header.dataSize,
    ...header.fingerprint,
  };
  // A checkpoint of an older version has no fingerprint to compare with.
  const known = Object.entries(fingerprint).filter(([name]) => header.fingerprint?.[name] !== undefined);
  const now: Record<string, unknown> = { ...config, 'dataset size': dataSize, ...Object.fromEntries(known) };
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const different = names
    .filter((name) => !FREE_SETTINGS.includes(name) && !allowChanges.includes(name))
    .filter((name) => canonical(then[name]) !== canonical(now[name]))
    .map((name) => difference(name, then[name], now[name]));
  if (different.length === 0) return;
  throw new CheckpointError(
    'MISMATCH',
    `train(resume): expected the run that the checkpoint is of (${different.join('; ')}). Use the same data and config, name the change in allowChanges, or use a new store.`,
  );
}

/** `optimizer adam, now sgd` where the kinds differ, `ema true, now false` where one has none, else both in full. */
function difference(name: string, then: unknown, now: unknown): string {
  const kinds = [then, now].map((value) => (value as { kind?: string } | undefined)?.kind);
  if (kinds[0] !== kinds[1]) return `${name} ${String(kinds[0])}, now ${String(kinds[1])}`;
  const objects = [then, now].map((value) => typeof value === 'object' && value !== null);
  if (objects[0] !== objects[1])
    return `${name} ${String(then !== undefined)}, now ${String(now !== undefined)}`;
  const show = (value: unknown) =>
    typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not given');
  return `${name} ${show(then)}, now ${show(now)}`;
}

/** JSON with sorted keys and without undefined, so that order and absence make no difference. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
