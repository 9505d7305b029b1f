import type * as tf from '@tensorflow/tfjs-core';
import { readValues, writeValues } from '../classifier/weights';
import type { Team } from './team';

/** Gives every rank rank 0's values of some variables. */
export async function shareVariables(team: Team, variables: readonly tf.Variable[]): Promise<void> {
  const values = new Float32Array(variables.reduce((sum, { size }) => sum + size, 0));
  let offset = 0;
  for (const variable of variables) {
    values.set(await variable.data<'float32'>(), offset);
    offset += variable.size;
  }
  await team.broadcast(values);
  offset = 0;
  for (const variable of variables) writeValues(variable, values.subarray(offset, (offset += variable.size)));
}

/** Checks that all ranks hold the same weights, bit by bit. @throws {CollectiveError} on all of them if not. */
export async function checkSameWeights(
  team: Team,
  step: number,
  variables: readonly tf.Variable[],
): Promise<void> {
  if (!team.collective) return;
  const parts: Uint8Array[] = [];
  for (const variable of variables) parts.push(new Uint8Array((await readValues(variable)).buffer));
  await team.checkSame(
    `weights after step ${step}`,
    'Use the same engine, threads aside, and the same kind of processor for all of them; go on from the last checkpoint.',
    parts,
  );
}
