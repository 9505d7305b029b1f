// Builds the add-on for this platform: `npm run build:native`. Options: --sanitize (address and undefined behaviour),
// --out FOLDER. See README.md, "Building".
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify, parseArgs } from 'node:util';
import {
  findCompiler,
  findNodeHeaders,
  findOneDnn,
  outputFolder,
  packageFolder,
  sourceFolder,
} from './native-toolchain.mjs';

const run = promisify(execFile);

// On x86-64 the loops are compiled three times and picked at run time. Base objects are linked first, so that inline
// functions that several objects hold are the ones every processor can run.
const instructionSets =
  process.arch === 'x64'
    ? {
        kernels_avx2: ['-march=x86-64-v3'],
        kernels_avx512: ['-march=x86-64-v4', '-mprefer-vector-width=512'],
      }
    : {};
const onlyX64 = ['kernels_avx2.cc', 'kernels_avx512.cc'];

function sources() {
  const all = readdirSync(sourceFolder).filter(
    (name) => name.endsWith('.cc') && (process.arch === 'x64' || !onlyX64.includes(name)),
  );
  return all.sort((a, b) => Number(a.startsWith('kernels_a')) - Number(b.startsWith('kernels_a')));
}

/** @returns the path of the add-on */
export async function buildNative({ sanitize = false, out = outputFolder } = {}) {
  const compiler = findCompiler();
  if (!compiler)
    throw new Error(
      'build:native: expected a C++ compiler, got none. Install one (Debian: apt install g++) or set CXX.',
    );
  const oneDnn = findOneDnn();
  if (!oneDnn)
    throw new Error(
      'build:native: expected oneDNN (dnnl.hpp, libdnnl), got none. Install it (Debian: apt install libdnnl-dev) or set ONEDNN_ROOT.',
    );
  const objects = join(packageFolder, sanitize ? 'build/sanitize' : 'build/native');
  mkdirSync(objects, { recursive: true });
  mkdirSync(out, { recursive: true });

  const warnings = ['-Wall', '-Wextra', '-Wno-unknown-pragmas'];
  const checks = sanitize
    ? ['-fsanitize=address,undefined', '-fno-omit-frame-pointer', '-g', '-O1']
    : ['-O3'];
  const flags = [
    '-std=c++17',
    '-fopenmp',
    '-fPIC',
    '-fvisibility=hidden',
    '-fno-math-errno',
    '-fno-trapping-math',
    '-DNAPI_VERSION=8',
    ...warnings,
    ...checks,
  ];
  const includes = [`-I${findNodeHeaders()}`, `-I${oneDnn.include}`];

  const pending = sources();
  const compiled = pending.map((name) => join(objects, name.replace(/\.cc$/, '.o')));
  const jobs = pending.map((name, i) => [name, compiled[i]]);
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const [name, object] = job;
      const { stderr } = await run(compiler, [
        ...flags,
        ...(instructionSets[name.replace(/\.cc$/, '')] ?? []),
        ...includes,
        '-c',
        join(sourceFolder, name),
        '-o',
        object,
      ]);
      if (stderr) process.stderr.write(stderr);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, worker));

  const addon = join(out, 'onednn.node');
  rmSync(addon, { force: true }); // a running process keeps the file it has loaded
  rmSync(join(out, oneDnn.libraryName), { force: true });
  copyFileSync(oneDnn.library, join(out, oneDnn.libraryName));
  const undefinedSymbols =
    process.platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path']
      : ['-Wl,-rpath,$ORIGIN', '-Wl,-z,nodelete'];
  await run(compiler, [
    '-shared',
    '-o',
    addon,
    ...compiled,
    `-L${oneDnn.libraryFolder}`,
    '-ldnnl',
    '-fopenmp',
    ...undefinedSymbols,
    ...(sanitize ? checks : ['-s']),
  ]);
  if (!existsSync(join(out, 'package.json')))
    writeFileSync(join(out, 'package.json'), '{ "private": true }\n');
  return addon;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { sanitize: { type: 'boolean' }, out: { type: 'string' } } });
  const start = Date.now();
  try {
    const addon = await buildNative(values);
    process.stdout.write(`built ${addon} in ${((Date.now() - start) / 1000).toFixed(0)} s\n`);
  } catch (error) {
    process.stderr.write(`${error.stderr ?? error.message}\n`);
    process.exit(1);
  }
}
