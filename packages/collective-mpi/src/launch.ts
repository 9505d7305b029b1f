/** How many ranks the launcher says there are, by the variables that launchers set. */
const SIZE_VARIABLES = ['OMPI_COMM_WORLD_SIZE', 'PMI_SIZE', 'PMIX_SIZE', 'MPI_LOCALNRANKS'] as const;

/**
 * What is wrong with a world of one rank that a launcher started as several, if anything: the add-on is then built with
 * another MPI than the launcher's, and every process would train for itself and write over the others.
 *
 * @param environment - of the process.
 * @param size - of MPI_COMM_WORLD.
 * @param library - the add-on's MPI.
 * @returns one line, or undefined.
 */
export function launchProblem(
  environment: Readonly<Record<string, string | undefined>>,
  size: number,
  library: string,
): string | undefined {
  for (const name of SIZE_VARIABLES) {
    const told = Number(environment[name]);
    if (!(told > 1) || size > 1) continue;
    return (
      `mpi: expected ${told} ranks (${name}), got a world of ${size}: the launcher is of another MPI than the add-on (${library}). ` +
      'Use its mpirun, or build the add-on with the other one: MPICXX=mpicxx.mpich npx googlenet-mpi-build'
    );
  }
  return undefined;
}

/** How many threads a rank computes with: its share of the cores that the ranks of one machine may use, and no more than it may use itself. */
export function threadsPerRank({
  cores,
  localCores,
  localSize,
}: {
  cores: number;
  localCores: number;
  localSize: number;
}): number {
  return Math.max(1, Math.min(cores, Math.floor(localCores / localSize)));
}
