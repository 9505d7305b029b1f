/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The types of numeric tensors. */
export type NumericType = 'float32' | 'int32' | 'bool';

/** A tensor of a case, before it is on any engine. */
export interface CaseTensor {
  shape: number[];
  dtype: NumericType;
  values: Float32Array | Int32Array | Uint8Array;
}

/** Most values of a tensor in most cases. */
const USUAL_SIZE = 2000;
/** One case in this many has room for enough values that engines use their threads. */
const LARGE_EVERY = 24;
const LARGE_SIZE = 60_000;

/** All random choices of one case; the same seed gives the same case. */
export class RandomCase {
  private readonly next: () => number;
  /** Most values of a tensor. */
  readonly room: number;

  constructor(readonly seed: number) {
    this.next = randomSource(seed);
    this.room = this.chance(1 / LARGE_EVERY) ? LARGE_SIZE : USUAL_SIZE;
  }

  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  number(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  /** A size of one axis: mostly small and odd, sometimes across the width of vectors, rarely zero. */
  size(zero = true): number {
    if (zero && this.chance(0.03)) return 0;
    return this.chance(0.2) ? this.integer(8, 40) : this.integer(1, 7);
  }

  /** A shape of that rank, or of any from 0 to 6, with room for it. */
  shape(rank = this.integer(0, 6), zero = true): number[] {
    const shape: number[] = [];
    let size = 1;
    for (let d = 0; d < rank; d++) {
      const most = Math.max(1, Math.floor(this.room / size));
      shape.push(Math.min(this.size(zero), most));
      size *= Math.max(1, shape[d]);
    }
    if (this.room === LARGE_SIZE && rank > 0 && shape[rank - 1] > 0)
      shape[rank - 1] = Math.max(1, Math.floor((LARGE_SIZE / size) * shape[rank - 1]));
    return shape;
  }

  /** Two shapes that broadcast to one. */
  broadcastShapes(): [number[], number[]] {
    const shape = this.shape();
    const shrink = () => {
      const kept = shape.slice(this.chance(0.3) ? this.integer(0, shape.length) : 0);
      return kept.map((size) => (size > 0 && this.chance(0.25) ? 1 : size));
    };
    return this.chance(0.4) ? [shape, shape] : this.chance(0.5) ? [shape, shrink()] : [shrink(), shape];
  }

  axis(rank: number): number {
    const axis = this.integer(0, Math.max(0, rank - 1));
    return axis;
  }

  /** Some axes, in order. */
  axes(rank: number): number[] {
    return Array.from({ length: rank }, (_, d) => d).filter(() => this.chance(0.5));
  }

  /** Values of the type: floats from `low` to `high`, small integers, booleans. */
  tensor(shape: number[], dtype: NumericType = 'float32', low = -3, high = 3): CaseTensor {
    const length = shape.reduce((a, b) => a * b, 1);
    if (dtype === 'bool')
      return { shape, dtype, values: Uint8Array.from({ length }, () => Number(this.chance(0.5))) };
    if (dtype === 'int32')
      return {
        shape,
        dtype,
        values: Int32Array.from({ length }, () => this.integer(Math.ceil(low), Math.floor(high))),
      };
    return { shape, dtype, values: Float32Array.from({ length }, () => this.number(low, high)) };
  }

  /** As {@link tensor}, in one case of eight with zeros, infinities and NaN among the floats. */
  special(shape: number[], dtype: NumericType = 'float32', low = -3, high = 3): CaseTensor {
    const tensor = this.tensor(shape, dtype, low, high);
    if (dtype === 'float32' && this.chance(0.125))
      for (let i = 0; i < tensor.values.length; i++)
        if (this.chance(0.2)) tensor.values[i] = this.pick([0, -0, 1, -1, NaN, Infinity, -Infinity]);
    return tensor;
  }

  dtype(): NumericType {
    return this.chance(0.7) ? 'float32' : this.chance(0.6) ? 'int32' : 'bool';
  }
}
