import { availableParallelism } from 'node:os';

/** How many processors this process may use. */
export function cores(): number {
  return availableParallelism();
}
