import * as mpi from './index';

it('has these public names', () => {
  expect(Object.keys(mpi).sort()).toEqual(['isAvailable', 'openMpi', 'threadsPerRank']);
});
