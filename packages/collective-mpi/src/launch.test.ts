import { launchProblem, threadsPerRank } from './launch';

describe('a launcher of another MPI', () => {
  it('is told from a world of one where several were asked for', () => {
    expect(launchProblem({ PMI_SIZE: '4' }, 1, 'Open MPI v4.1.4')).toBe(
      'mpi: expected 4 ranks (PMI_SIZE), got a world of 1: the launcher is of another MPI than the add-on (Open MPI v4.1.4). ' +
        'Use its mpirun, or build the add-on with the other one: MPICXX=mpicxx.mpich npx googlenet-mpi-build',
    );
  });

  it.each([
    [{}, 1],
    [{ OMPI_COMM_WORLD_SIZE: '1' }, 1],
    [{ OMPI_COMM_WORLD_SIZE: '4' }, 4],
  ])('is not suspected with %j and a world of %d', (environment, size) => {
    expect(launchProblem(environment, size, 'MPI')).toBeUndefined();
  });
});

describe('threads of a rank', () => {
  it.each([
    ['alone', 8, 8, 1, 8],
    ['four on eight cores, not bound', 8, 8, 4, 2],
    ['two, each bound to one core of two', 1, 2, 2, 1],
    ['four, bound to a socket of eight of two', 8, 16, 4, 4],
    ['three on eight cores', 8, 8, 3, 2],
    ['four on two cores', 2, 2, 4, 1],
  ])('%s', (_case, cores, localCores, localSize, threads) => {
    expect(threadsPerRank({ cores, localCores, localSize })).toBe(threads);
  });
});
