import { crc32 } from '../checkpoint/crc32';
import type { TrainingBatch } from '../data';
import { CollectiveError } from '../errors';
import { type Collective, type Rows, rowsOf } from './collective';

/** One rank's part of a batch. */
export interface Share extends Rows {
  /** The rank's own rows. */
  readonly batch: TrainingBatch;
  /** Of the whole batch. */
  readonly images: number;
}

/** What a training run does together with the other ranks, over a {@link Collective}. Without one it is a team of one, and does nothing. */
export class Team {
  readonly rank: number;
  readonly size: number;
  /** Milliseconds spent in sums since the last {@link takeWaited}. */
  private waitedMs = 0;

  constructor(readonly collective: Collective | undefined) {
    const { rank = 0, size = 1 } = collective ?? {};
    if (!Number.isInteger(size) || size < 1 || !Number.isInteger(rank) || rank < 0 || rank >= size) {
      throw new RangeError(
        `train(collective): expected a rank from 0 up to, not including, the size, got rank ${rank} of ${size}. Check how the processes were started.`,
      );
    }
    this.rank = rank;
    this.size = size;
  }

  /** Whether this rank writes files. */
  get leads(): boolean {
    return this.rank === 0;
  }

  /** Which rows of a batch a data set need make; `undefined` for all. */
  get rows(): ((images: number) => readonly [first: number, end: number]) | undefined {
    if (!this.collective) return undefined;
    return (images) => {
      const { first, end } = rowsOf(images, this);
      return [first, end];
    };
  }

  /** This rank's part of a batch, whether the data set made the whole of it or the part alone. */
  share(batch: TrainingBatch): Share {
    const images = batch.globalImages ?? batch.labels.length;
    const rows = rowsOf(images, this);
    const { first, end } = rows;
    if (batch.globalImages !== undefined) {
      if (batch.labels.length !== end - first)
        throw new RangeError(
          `train(data): expected the rows ${first} to ${end - 1} of a batch of ${images}, got ${batch.labels.length} rows. Make the rows that the request asks for, or leave out globalImages.`,
        );
      return { ...rows, images, batch };
    }
    if (end - first === images) return { ...rows, images, batch };
    const row = batch.images.length / images;
    return {
      ...rows,
      images,
      batch: {
        images: batch.images.subarray(first * row, end * row),
        labels: batch.labels.subarray(first, end),
        shape: [end - first, ...batch.shape.slice(1)],
        ...(batch.indices ? { indices: batch.indices.subarray(first, end) } : {}),
      },
    };
  }

  /** Sums over all ranks, in place, and counts the time. */
  async sum(values: Float32Array): Promise<void> {
    if (!this.collective) return;
    const start = performance.now();
    await this.collective.allReduceSum(values);
    this.waitedMs += performance.now() - start;
  }

  /** The same in one go, from within a computation. */
  sumNow(values: Float32Array): void {
    const start = performance.now();
    this.collective?.allReduceSumSync?.(values);
    this.waitedMs += performance.now() - start;
  }

  /** Milliseconds spent in sums since the last call. */
  takeWaited(): number {
    const { waitedMs } = this;
    this.waitedMs = 0;
    return waitedMs;
  }

  /** Gives every rank rank 0's values, in place. */
  async broadcast(values: Float32Array): Promise<void> {
    await this.collective?.broadcast(values);
  }

  /** Gives every rank rank 0's value. @param value - plain JSON; only rank 0's is looked at. */
  async tell<T>(value: T): Promise<T> {
    if (!this.collective) return value;
    const own = new TextEncoder().encode(JSON.stringify(value));
    // A byte a number: any other bits could be a NaN that changes on its way.
    const length = Float32Array.of(own.length >>> 12, own.length & 4095);
    await this.broadcast(length);
    const bytes = new Float32Array(length[0] * 4096 + length[1]);
    if (this.leads) bytes.set(own);
    await this.broadcast(bytes);
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes))) as T;
  }

  /** Does something on rank 0 alone. @throws what it throws there, and a {@link CollectiveError} on all others. */
  async lead<T>(action: () => Promise<T>): Promise<T | undefined> {
    if (!this.collective) return action();
    let [result, failure]: [T | undefined, unknown] = [undefined, undefined];
    if (this.leads) {
      try {
        result = await action();
      } catch (error) {
        failure = error;
      }
    }
    const failed = await this.tell(failure !== undefined);
    if (!failed) return result;
    throw this.leads
      ? failure
      : new CollectiveError(
          'RANK_FAILED',
          `train(collective): rank 0 has failed, so rank ${this.rank} ends.`,
        );
  }

  /**
   * Checks that all ranks hold the same bytes.
   *
   * @param what - for the message.
   * @throws {CollectiveError} on every rank, naming those that differ from rank 0.
   */
  async checkSame(what: string, advice: string, parts: Iterable<Uint8Array>): Promise<void> {
    if (!this.collective) return;
    let hash = 0;
    for (const part of parts) hash = crc32(part, hash);
    const all = new Float32Array(2 * this.size);
    all[2 * this.rank] = hash >>> 16;
    all[2 * this.rank + 1] = hash & 0xffff;
    await this.collective.allReduceSum(all);
    const different = Array.from({ length: this.size }, (_, rank) => rank).filter(
      (rank) => all[2 * rank] !== all[0] || all[2 * rank + 1] !== all[1],
    );
    if (different.length === 0) return;
    throw new CollectiveError(
      'DIFFERENT',
      `train(collective): expected the same ${what} on all ${this.size} ranks, got another on ${different.length === 1 ? 'rank' : 'ranks'} ${different.join(', ')} than on rank 0. ${advice}`,
    );
  }
}
