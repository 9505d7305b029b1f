/**
 * Sums, broadcasts and barriers over many processes, on the system's MPI.
 *
 * It knows nothing of networks, tensors or training: it moves arrays of numbers. `@googlenet/training` takes what {@link openMpi} gives
 * as its `collective`. Start reading at {@link openMpi}; the calls themselves are in `native/addon.cc`.
 *
 * @packageDocumentation
 */
export type { Numbers, World } from './addon';
export { threadsPerRank } from './launch';
export { type MpiCollective, type MpiOptions, openMpi } from './mpi-collective';
export { isAvailable } from './node/availability';
export type { Availability } from './node/load-addon';
