import { xoroshiro128plus } from 'pure-rand';

/**
 * Random numbers that are a function of a key, for example of (seed, epoch, image).
 *
 * The key's words are mixed into the 128 bits of a xoroshiro128+ generator, so that
 * neighbouring keys give unrelated numbers and no generator has to be carried along or saved.
 */
export class KeyedRandom {
  private readonly generator;

  /** @param key - integers; the order matters. */
  constructor(...key: number[]) {
    this.generator = xoroshiro128plus.fromState(mixKey(key));
  }

  /** Uniform in `[0, 1)`, in steps of 2^-32. */
  uniform(): number {
    return (this.generator.unsafeNext() >>> 0) / 4294967296;
  }

  /** Uniform in `[low, high)`. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A uniform integer in `[0, limit)`; the bias is below `limit` / 2^32. */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle(values: Int32Array): Int32Array {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const value = values[last];
      values[last] = values[other];
      values[other] = value;
    }
    return values;
  }
}

/** Four well mixed 32-bit words of any number of key words (murmur3's mixing steps). */
function mixKey(key: readonly number[]): [number, number, number, number] {
  const words = key.flatMap((k) => [k | 0, Math.floor(k / 4294967296) | 0]);
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x5bd1e995].map((start) => {
    let hash = start | 0;
    for (const word of words) {
      let mixed = Math.imul(word, 0xcc9e2d51);
      mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
      hash ^= mixed;
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  });
  return state as [number, number, number, number];
}
