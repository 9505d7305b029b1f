import type { Collective } from '../loop/collective';

/** Ranks in one process: a call is done when all of them have made it. Sums go in the order of the ranks. */
export function fakeCollectives(size: number): Collective[] {
  let waiting: { rank: number; values: Float32Array; resolve: () => void }[] = [];
  const meet =
    (rank: number, combine: (all: Float32Array[]) => Float32Array) =>
    (values: Float32Array): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ rank, values, resolve });
        if (waiting.length < size) return;
        const all = waiting.sort((a, b) => a.rank - b.rank);
        waiting = [];
        const lengths = new Set(all.map(({ values: { length } }) => length));
        if (lengths.size > 1) throw new Error(`the ranks call with ${[...lengths].join(', ')} values`);
        const result = combine(all.map((one) => one.values));
        for (const one of all) one.values.set(result);
        for (const one of all) one.resolve();
      });
  const add = (all: Float32Array[]): Float32Array => {
    const sum = all[0].slice();
    for (const values of all.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += values[i];
    return sum;
  };
  return Array.from({ length: size }, (_, rank) => {
    const barrier = meet(rank, ([first]) => first.slice());
    return {
      rank,
      size,
      allReduceSum: meet(rank, add),
      broadcast: meet(rank, ([first]) => first.slice()),
      barrier: () => barrier(new Float32Array(0)),
    };
  });
}
