import { xoroshiro128plus } from 'pure-rand';

/** Random numbers as a function of a key of integers, for example (stream, seed, epoch, picture). */
export interface KeyedRandom {
  /** Uniform in `[low, high)`. */
  between(low: number, high: number): number;
  /** A uniform integer in `[0, limit)`. */
  below(limit: number): number;
}

/** The generator of a key: its words are mixed into the 128 bits of a xoroshiro128+ state, so neighbouring keys give unrelated numbers. */
export function keyedRandom(...key: number[]): KeyedRandom {
  const words = key.flatMap((k) => [k | 0, Math.floor(k / 2 ** 32) | 0]);
  const state = [1, 2, 3, 4].map((lane) => words.reduce(mix, Math.imul(lane, 0x9e3779b9)));
  const generator = xoroshiro128plus.fromState(state);
  const uniform = (): number => (generator.unsafeNext() >>> 0) / 2 ** 32;
  return {
    between: (low, high) => low + (high - low) * uniform(),
    below: (limit) => Math.floor(uniform() * limit),
  };
}

/** The order of `0 ... length - 1` for a generator (Fisher and Yates). */
export function shuffledOrder(length: number, random: KeyedRandom): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let last = length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** The finalizer of murmur3 over the sum of state and word: every bit of the word reaches every bit of the state. */
function mix(state: number, word: number): number {
  let hash = (Math.imul(state, 31) + word + 0x5bd1e995) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
