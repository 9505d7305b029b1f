#!/usr/bin/env bash
# One network on the machines of a host file ("HOST slots=PROCESSES" a line), over ssh without passwords. The project and the data lie at
# the same path on each. Usage: ssh.sh HOSTS PROCESSES [options of googlenet train]
set -euo pipefail
hosts=$1 processes=$2
shift 2
exec mpirun --hostfile "$hosts" -np "$processes" --map-by ppr:1:node --bind-to none \
  npx googlenet train --distributed mpi "$@"
