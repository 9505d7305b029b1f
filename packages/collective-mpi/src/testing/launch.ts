import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** An MPI of this machine that tests run on. */
export interface TestMpi {
  readonly name: 'Open MPI' | 'MPICH';
  readonly compiler: string;
  readonly launcher: string;
  /** Where its add-on is built. */
  readonly addon: string;
}

const packageFolder = join(__dirname, '..', '..');

function runs(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The MPIs that are installed side by side, as Debian names them; a machine's only one has no suffix. */
export function installedMpis(): TestMpi[] {
  const found: TestMpi[] = [];
  for (const [name, suffix] of [
    ['Open MPI', 'openmpi'],
    ['MPICH', 'mpich'],
  ] as const) {
    const compiler = `mpicxx.${suffix}`;
    const launcher = `mpirun.${suffix}`;
    if (runs(compiler) && runs(launcher))
      found.push({ name, compiler, launcher, addon: join(packageFolder, 'build', `test-${suffix}.node`) });
  }
  if (found.length === 0 && runs('mpicxx') && runs('mpirun')) {
    const text = execFileSync('mpirun', ['--version'], { encoding: 'utf8' });
    const name = text.includes('Open MPI') || text.includes('OpenRTE') ? 'Open MPI' : 'MPICH';
    found.push({
      name,
      compiler: 'mpicxx',
      launcher: 'mpirun',
      addon: join(packageFolder, 'build', 'test-mpi.node'),
    });
  }
  return found;
}

/** Builds an MPI's add-on where it is missing or older than its source. */
export function buildFor({ compiler, addon }: TestMpi): void {
  const source = join(packageFolder, 'native', 'addon.cc');
  if (existsSync(addon) && statSync(addon).mtimeMs > statSync(source).mtimeMs) return;
  execFileSync(process.execPath, [join(packageFolder, 'scripts', 'build-native.mjs'), '--out', addon], {
    env: { ...process.env, MPICXX: compiler },
    stdio: 'pipe',
  });
}

export interface Ended {
  code: number | null;
  out: string;
  err: string;
  /** The JSON lines of all ranks. */
  lines: Record<string, unknown>[];
}

/** Arguments for several ranks on this machine over loopback, also as root and with fewer cores. */
export function launchArguments({ name }: TestMpi, ranks: number): string[] {
  return name === 'MPICH'
    ? ['-np', String(ranks)]
    : [
        ...['-np', String(ranks), '--oversubscribe', '--bind-to', 'none'],
        ...['--mca', 'mpi_yield_when_idle', '1', '--mca', 'pml', 'ob1', '--mca', 'btl', 'self,tcp'],
        ...['--mca', 'btl_tcp_if_include', 'lo'],
      ];
}

/** The environment of a launcher. */
export function launchEnvironment({ addon }: TestMpi): NodeJS.ProcessEnv {
  return {
    ...process.env,
    OMPI_ALLOW_RUN_AS_ROOT: '1',
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
    GOOGLENET_MPI_ADDON: addon,
  };
}

/** Runs a command on several ranks. @param onOutput - sees all of standard output so far, and the launcher's process id. */
export function launch(
  mpi: TestMpi,
  ranks: number,
  command: readonly string[],
  onOutput: (out: string, launcher: number) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(mpi.launcher, [...launchArguments(mpi, ranks), ...command], {
    env: launchEnvironment(mpi),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    onOutput(out, child.pid!);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    const hung = setTimeout(() => child.kill('SIGKILL'), 40_000);
    child.on('exit', (code) =>
      // Ranks whose launcher was killed keep its pipes for a moment.
      setTimeout(() => {
        clearTimeout(hung);
        const lines = out
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        resolve({ code, out, err, lines });
      }, 50),
    );
  });
}

/** The program of one rank of the tests here. */
export const rankProgram = join(packageFolder, 'scripts', 'rank-program.cjs');
