/**
 * Several processes that train one model together, seen by one of them. `openMpi()` of `@googlenet/collective-mpi` gives one.
 *
 * Every rank makes the same calls in the same order; all of them work in place. A call may return before it is done, with a promise.
 */
export interface Collective {
  /** Which of them this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Replaces each value by its sum over all ranks; every rank gets the same bits. */
  allReduceSum(values: Float32Array): void | Promise<void>;
  /** Replaces the values by those of rank 0. */
  broadcast(values: Float32Array): void | Promise<void>;
  /** Until every rank is here. */
  barrier(): void | Promise<void>;
  /** The sum, done when the call returns; `syncBatchNorm` needs it in the middle of a layer. */
  allReduceSumSync?(values: Float32Array): void;
}

/** The rows of a batch that one rank works on. */
export interface Rows {
  /** The first of them in the whole batch. */
  readonly first: number;
  /** Behind the last of them. */
  readonly end: number;
  /** False where a rank has no rows of its own and runs the first row without counting it, to stay in step with the others. */
  readonly counted: boolean;
}

/**
 * The rows of a batch for one rank: shares in order, the larger ones first, so that they differ by at most one.
 *
 * @param images - of the whole batch.
 */
export function rowsOf(images: number, { rank, size }: Pick<Collective, 'rank' | 'size'>): Rows {
  const share = Math.floor(images / size);
  const larger = images % size;
  const first = rank * share + Math.min(rank, larger);
  const end = first + share + (rank < larger ? 1 : 0);
  return end > first ? { first, end, counted: true } : { first: 0, end: 1, counted: false };
}
