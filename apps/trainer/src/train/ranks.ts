import type { MpiCollective } from '@googlenet/collective-mpi';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { TrainRequest } from '../commands/train';
import { ExitCode, messageOf, UserError } from '../errors';
import { remark, sayJson, type Io } from '../io';

type Request = TrainRequest & { readonly json: boolean };

/** What a command does on each rank. */
type RankCommand = (io: Io, request: Request, mpi: MpiCollective) => Promise<ExitCode>;

/**
 * Runs a command on every rank of an MPI job. Only rank 0 speaks; an error on any rank ends all of them, with one message.
 *
 * @throws {UserError} where there is no MPI.
 */
export async function onEveryRank(io: Io, request: Request, command: RankCommand): Promise<ExitCode> {
  const { isAvailable, openMpi } = await import('@googlenet/collective-mpi');
  const { available, reason = '', hint = '' } = isAvailable();
  if (!available)
    throw new UserError(`--distributed mpi: expected an MPI that works here, got: ${reason}. ${hint}`);
  const mpi = openMpi({ limitSeconds: request.waitLimit, limitExitCode: ExitCode.rankLost });
  try {
    const code = await command(mpi.rank === 0 ? io : quiet(io), request, mpi);
    await mpi.close();
    return code;
  } catch (error) {
    // What all ranks have found out, rank 0 says, and ends the others before they do.
    if (mpi.rank !== 0) await new Promise((resolve) => setTimeout(resolve, 1500));
    const where = mpi.size > 1 && mpi.rank !== 0 ? `rank ${mpi.rank} of ${mpi.size}: ` : '';
    const code = error instanceof UserError ? error.exitCode : ExitCode.failure;
    remark(io, `googlenet: ${where}${messageOf(error)}`);
    if (request.json) sayJson(io, { type: 'error', exitCode: code, message: messageOf(error) });
    if (code === ExitCode.failure && error instanceof Error) remark(io, error.stack ?? '');
    return mpi.abort(code);
  }
}

/** A rank that does not speak. */
function quiet(io: Io): Io {
  return { ...io, stdout: { write: () => true } };
}

/** Gives every rank one rank's value. @param value - plain JSON; only that rank's is looked at. */
export async function tellAll<T>(mpi: MpiCollective, value: T | undefined, from = 0): Promise<T> {
  const own = new TextEncoder().encode(JSON.stringify(value ?? null));
  const length = Float64Array.of(own.length);
  await mpi.broadcast(length, from);
  const bytes = new Float64Array(length[0] ?? 0);
  if (mpi.rank === from) bytes.set(own);
  await mpi.broadcast(bytes, from);
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes))) as T;
}

/** Gives every rank the values of all of them, in the order of the ranks. @param own - plain JSON */
export async function gatherAll<T>(mpi: MpiCollective, own: T): Promise<T[]> {
  const all: T[] = [];
  for (let rank = 0; rank < mpi.size; rank++) all.push(await tellAll(mpi, own, rank));
  return all;
}

/** Gives every rank's network the weights of rank 0's. */
export async function tellWeights(mpi: MpiCollective, model: tfl.LayersModel): Promise<void> {
  const weights: tf.Tensor[] = [];
  for (const weight of model.getWeights()) {
    const values = Float32Array.from(await weight.data());
    await mpi.broadcast(values);
    weights.push(tf.tensor(values, weight.shape));
  }
  model.setWeights(weights);
  tf.dispose(weights);
}
