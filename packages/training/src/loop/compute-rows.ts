import { type BatchRequest, type TrainingBatch, type TrainingData, yieldToEventLoop } from '../data';
import type { Collective } from './collective';
import { type Share, Team } from './team';

/** What a network says of every image of a batch or of a data set. */
interface ComputedRows {
  /** `[images, width]`, row by row. */
  readonly values: Float32Array;
  readonly labels: Int32Array;
  /** The images' positions in the data set. */
  readonly indices: Int32Array;
}

/** How {@link computeRows} goes over a data set. */
interface PassOptions {
  signal?: AbortSignal;
  /** The processes that compute it together. */
  collective?: Collective;
  onProgress?: (done: number, size: number) => void;
}

/**
 * Computes something of every image of a data set, in one pass; of several processes each its share of every batch.
 *
 * @param where - the function that does so, for messages.
 * @param compute - gives `[rows, width]` of a batch, row by row.
 * @returns the same in every process, in the order of the batches.
 * @throws {RangeError} if the data set gives another number of images than it says.
 * @throws the signal's reason when it is aborted.
 */
export async function computeRows(
  where: string,
  data: TrainingData,
  request: Omit<BatchRequest, 'rows'>,
  compute: (batch: TrainingBatch) => Promise<Float32Array>,
  { signal, collective, onProgress }: PassOptions,
): Promise<ComputedRows> {
  const team = new Team(collective);
  const labels = new Int32Array(data.size);
  const indices = new Int32Array(data.size);
  let values = new Float32Array();
  let done = 0;
  for await (const batch of data.batches({ ...request, ...(team.rows ? { rows: team.rows } : {}) })) {
    signal?.throwIfAborted();
    const share = team.share(batch);
    const whole = await gatherRows(team, share, await compute(share.batch), done);
    const width = whole.values.length / whole.labels.length;
    if (done === 0) values = new Float32Array(data.size * width);
    values.set(whole.values, done * width);
    labels.set(whole.labels, done);
    indices.set(whole.indices, done);
    done += whole.labels.length;
    onProgress?.(done, data.size);
    await yieldToEventLoop();
  }
  if (done !== data.size)
    throw new RangeError(
      `${where}(data): expected ${data.size} images from batches(), got ${done}. Check the dataset.`,
    );
  return { values, labels, indices };
}

/**
 * Puts together what each process computed of its rows of a batch.
 *
 * @param values - of the process's own rows.
 * @param done - images before the batch, for a data set that does not tell positions.
 * @returns the rows of the whole batch, the same in every process.
 */
async function gatherRows(
  team: Team,
  { batch: { labels, indices: given }, images, first, counted }: Share,
  values: Float32Array,
  done: number,
): Promise<ComputedRows> {
  const indices = given ?? labels.map((_, i) => done + first + i);
  if (!team.collective) return { values, labels, indices };
  const width = values.length / labels.length;
  // Every value comes from one process, and zeros from the others; positions in two parts that float32 holds exactly.
  const all = new Float32Array(images * (width + 3));
  if (counted) {
    all.set(values, first * width);
    all.set(labels, images * width + first);
    indices.forEach((index, i) => {
      all[images * (width + 1) + first + i] = index >>> 16;
      all[images * (width + 2) + first + i] = index & 0xffff;
    });
  }
  await team.sum(all);
  const column = (k: number) => all.subarray(images * (width + k), images * (width + k + 1));
  const low = column(2);
  return {
    values: all.slice(0, images * width),
    labels: Int32Array.from(column(0)),
    indices: Int32Array.from(column(1), (high, i) => high * 65536 + low[i]),
  };
}
