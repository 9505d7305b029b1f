import type { Share, Team } from './team';

/** What a network says of every image of a batch. */
interface BatchRows {
  /** `[images, width]`, row by row. */
  readonly values: Float32Array;
  readonly labels: Int32Array;
  /** The images' positions in the data set. */
  readonly indices: Int32Array;
}

/**
 * Puts together what each process computed of its rows of a batch.
 *
 * @param values - of the process's own rows.
 * @param done - images before the batch, for a data set that does not tell positions.
 * @returns the rows of the whole batch, the same in every process.
 */
export async function gatherRows(
  team: Team,
  { batch: { labels, indices: given }, images, first, counted }: Share,
  values: Float32Array,
  done: number,
): Promise<BatchRows> {
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
