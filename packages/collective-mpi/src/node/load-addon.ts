import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Addon } from '../addon';

/** Whether MPI works here; where it does not, `reason` says why and `hint` what to do. */
export interface Availability {
  available: boolean;
  /** The MPI library and its version. */
  library?: string;
  reason?: string;
  hint?: string;
}

interface Loaded extends Availability {
  addon?: Addon;
}

const BUILD =
  'Install MPI and a C++ compiler (Debian: apt install g++ libopenmpi-dev), then run: npx googlenet-mpi-build';

let loaded: Loaded | undefined;

/**
 * Loads the add-on, once; never throws and starts nothing.
 *
 * It is looked for at `$GOOGLENET_MPI_ADDON`, then as `build/mpi.node` in this package, where `googlenet-mpi-build` puts it.
 */
export function loadAddon(): Loaded {
  loaded ??= tryLoad();
  return loaded;
}

function tryLoad(): Loaded {
  const require = createRequire(import.meta.url);
  const path = process.env.GOOGLENET_MPI_ADDON ?? builtAddon(import.meta.url);
  if (path === undefined || !existsSync(path))
    return {
      available: false,
      reason: `no add-on is built${path === undefined ? '' : ` at ${path}`}`,
      hint: BUILD,
    };
  // Where MPI brings UCX, that would patch the memory functions of the process while V8's threads run them.
  process.env.UCX_MEM_EVENTS ??= 'no';
  try {
    const addon = require(path) as Addon;
    return { available: true, addon, library: addon.version() };
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    return {
      available: false,
      reason,
      hint: `The MPI library that the add-on was built with does not load. ${BUILD}`,
    };
  }
}

/** `build/mpi.node` of the package that a module lies in, sources and distribution alike. */
function builtAddon(moduleUrl: string): string | undefined {
  let folder = dirname(new URL(moduleUrl).pathname);
  for (let up = 0; up < 4; up++, folder = dirname(folder)) {
    if (existsSync(join(folder, 'native', 'addon.cc'))) return join(folder, 'build', 'mpi.node');
  }
  return undefined;
}
