#!/usr/bin/env node
// Builds the add-on with the compiler of the system's MPI: `npm run build:native`, or `npx googlenet-mpi-build` where the package
// is installed. Option: --out FILE. $MPICXX names another compiler, such as mpicxx.mpich. See README.md, "Building".
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** The MPI compiler of $MPICXX, or the first of the usual names that runs. */
export function findMpiCompiler() {
  for (const candidate of process.env.MPICXX ? [process.env.MPICXX] : ['mpicxx', 'mpic++', 'mpiCC']) {
    try {
      execFileSync(candidate, ['--version'], { stdio: 'ignore' });
      return candidate;
    } catch {
      // the next one
    }
  }
  return undefined;
}

/**
 * @param {{ out?: string }} [options] - where the add-on goes; default `build/mpi.node` in this package
 * @returns {string} its path
 */
export function buildNative({ out = join(packageFolder, 'build', 'mpi.node') } = {}) {
  const compiler = findMpiCompiler();
  if (!compiler)
    throw new Error(
      `build:native: expected an MPI compiler, got none${process.env.MPICXX ? ` (MPICXX=${process.env.MPICXX})` : ''}. Install one (Debian: apt install g++ libopenmpi-dev) or set MPICXX.`,
    );
  const headers = join(
    dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')),
    'include',
  );
  mkdirSync(dirname(out), { recursive: true });
  const fresh = `${out}.${process.pid}`;
  const flags =
    '-std=c++17 -O2 -fPIC -shared -pthread -fvisibility=hidden -Wall -Wextra -DNAPI_VERSION=8 -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX'.split(
      ' ',
    );
  const platform =
    process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-Wl,-z,nodelete', '-s'];
  try {
    execFileSync(
      compiler,
      [...flags, `-I${headers}`, join(packageFolder, 'native', 'addon.cc'), '-o', fresh, ...platform],
      { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' },
    );
  } catch (error) {
    throw new Error(`build:native: ${compiler} failed.\n${error.stderr ?? error.message}`, { cause: error });
  }
  renameSync(fresh, out);
  return out;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' } } });
    process.stdout.write(`built ${buildNative(values)} with ${findMpiCompiler()}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
