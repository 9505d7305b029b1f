import type { Addon, Numbers, World } from './addon';
import { launchProblem } from './launch';
import { loadAddon } from './node/load-addon';
import { environment } from './node/environment';

/** Options of {@link openMpi}. */
export interface MpiOptions {
  /**
   * Seconds that one call may wait for the other ranks before this process ends with a message: a lost machine or network
   * otherwise keeps all of them for ever. Default 300; 0 waits for ever.
   */
  limitSeconds?: number;
  /** The exit code of a process that ends by the limit; default 75. */
  limitExitCode?: number;
}

/** All ranks of a job, seen by one of them. Every rank must make the same calls in the same order. */
export interface MpiCollective extends Readonly<World> {
  /** The MPI library and its version. */
  readonly library: string;
  /** Seconds that all calls took so far, waiting for slower ranks included. */
  readonly seconds: number;
  /** Replaces each value by its sum over all ranks, in place. The array must not be touched until the promise is settled. */
  allReduceSum(values: Numbers): Promise<void>;
  /** The same, waiting: for the middle of a computation that cannot be interrupted, such as a layer's statistics. */
  allReduceSumSync(values: Numbers): void;
  /** Replaces the values by those of one rank, in place; default rank 0. */
  broadcast(values: Numbers, root?: number): Promise<void>;
  /** Until every rank is here. */
  barrier(): Promise<void>;
  /** Ends every rank at once; for a failure that only this rank knows of. */
  abort(exitCode: number): never;
  /** Leaves the job in good order, when all ranks do; the last call. A rank that ends without it ends all others. */
  close(): Promise<void>;
}

let opened = false;

/**
 * Starts MPI in this process and joins the job that `mpirun`, `srun` or another launcher has started; a process that was
 * started alone is a job of one rank. Once a process.
 *
 * @throws {Error} if there is no MPI (`isAvailable()` says so without throwing), or the launcher belongs to another MPI than the add-on.
 * @throws {RangeError} if an option is out of range.
 */
export function openMpi({ limitSeconds = 300, limitExitCode = 75 }: MpiOptions = {}): MpiCollective {
  if (!Number.isFinite(limitSeconds) || limitSeconds < 0)
    throw new RangeError(
      `openMpi(limitSeconds): expected seconds from 0, got ${limitSeconds}. Use 0 to wait for ever.`,
    );
  if (!Number.isInteger(limitExitCode) || limitExitCode < 1 || limitExitCode > 255)
    throw new RangeError(
      `openMpi(limitExitCode): expected an integer from 1 to 255, got ${limitExitCode}. Leave it out for 75.`,
    );
  const { addon, reason = '', hint = '', library = 'MPI' } = loadAddon();
  if (addon === undefined) throw new Error(`mpi: expected an MPI that works here, got: ${reason}. ${hint}`);
  if (opened)
    throw new Error(
      'openMpi(): expected the first call in this process, got another. MPI cannot be started twice: keep what the first call gave.',
    );
  opened = true;
  const world = addon.start();
  const problem = launchProblem(environment(), world.size, library);
  if (problem !== undefined) throw new Error(problem);
  addon.setLimit(limitSeconds, limitExitCode);
  return collective(addon, world, library);
}

function collective(addon: Addon, world: World, library: string): MpiCollective {
  // Where ranks outnumber cores, MPICH's blocking calls keep one from the others for milliseconds; Open MPI's yield.
  const sharing = world.localSize > world.localCores && !library.startsWith('Open MPI') ? 1 : 0;
  return {
    ...world,
    library,
    get seconds() {
      return addon.seconds();
    },
    allReduceSum: async (values) => addon.allReduce(values, sharing, 0),
    allReduceSumSync: (values) => addon.allReduce(values, sharing, 1),
    broadcast: async (values, root = 0) => {
      if (!Number.isInteger(root) || root < 0 || root >= world.size)
        throw new RangeError(
          `broadcast(root): expected a rank from 0 to ${world.size - 1}, got ${root}. Leave it out for rank 0.`,
        );
      return addon.broadcast(values, root);
    },
    barrier: async () => addon.barrier(),
    abort: (exitCode) => addon.abort(exitCode),
    close: async () => addon.finish(),
  };
}
