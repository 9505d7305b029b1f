const { imul } = Math;

/**
 * A well-mixed unsigned 32-bit number from a list of integers.
 *
 * Everything random in a training run is a function of `hash32(seed, step, index)`, never of a generator's state, so that
 * a resumed run needs no generator to be restored.
 * @param values - integers; each counts modulo 2^32.
 */
export function hash32(...values: number[]): number {
  let hash = 0x9e3779b9;
  for (const value of values) {
    hash = imul(hash ^ (value >>> 0), 0x85ebca6b);
    hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
