// Builds the add-on for this platform: `npm run build:native`. Options: --sanitize (address and undefined behaviour),
// --out FOLDER. See README.md, "Building".
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify, parseArgs } from 'node:util';
import {
  buildKey,
  findCompiler,
  findNodeHeaders,
  findOneDnn,
  oneDnnLicence,
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
        kernels_avx512: ['-march=x86-64-v4', '-mprefer-vector-width=512', '-Wno-maybe-uninitialized'],
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

  const warnings = ['-Wall', '-Wextra', '-Wno-unknown-pragmas', '-Wno-psabi'];
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
    ...(process.env.CXXFLAGS ?? '').split(/\s+/).filter(Boolean),
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
  const flagsForPlatform =
    process.platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path']
      : ['-Wl,-rpath,$ORIGIN', '-Wl,-z,nodelete'];
  const libraries = [`-L${oneDnn.libraryFolder}`, '-ldnnl', '-fopenmp'];
  await replace(addon, (path) =>
    run(compiler, [
      '-shared',
      '-o',
      path,
      ...compiled,
      ...libraries,
      ...flagsForPlatform,
      ...(sanitize ? checks : ['-s']),
    ]),
  );
  await replace(join(out, oneDnn.libraryName), (path) => copyFileSync(oneDnn.library, path));
  if (!existsSync(join(out, 'package.json')))
    writeFileSync(join(out, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(out, 'LICENSE-oneDNN'), oneDnnLicence(oneDnn));
  writeFileSync(join(out, 'build.json'), `${JSON.stringify(buildKey(oneDnn), null, 2)}\n`);
  return addon;
}

/** Makes a file beside the old one and renames it, so that whoever loads it meets the one or the other. */
async function replace(path, make) {
  const fresh = `${path}.${process.pid}`;
  await make(fresh);
  renameSync(fresh, path);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
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
