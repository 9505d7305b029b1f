// Builds the add-on: `npm run build:native`. Options: --target PLATFORM (linux-arm64 with a cross compiler), --sanitize (address and undefined
// behaviour), --out FOLDER. See README.md, "Building".
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  openMp,
  outputFolderOf,
  packageFolder,
  sourceFolder,
} from './native-toolchain.mjs';
import { hostPlatform, splitPlatform } from './platforms.mjs';

const run = promisify(execFile);

/** Of x86-64: its loops are compiled three times and picked at run time. */
const INSTRUCTION_SETS = {
  'kernels_avx2.cc': ['-march=x86-64-v3'],
  'kernels_avx512.cc': ['-march=x86-64-v4', '-mprefer-vector-width=512', '-Wno-maybe-uninitialized'],
};

/**
 * The sources of a processor. Base objects are linked first, so that inline functions that several objects hold are the ones every processor can run.
 *
 * @param {string} cpu - `x64` or `arm64`
 */
export function nativeSources(cpu) {
  const all = readdirSync(sourceFolder).filter(
    (name) => name.endsWith('.cc') && (cpu === 'x64' || !(name in INSTRUCTION_SETS)),
  );
  return all.sort((a, b) => Number(a in INSTRUCTION_SETS) - Number(b in INSTRUCTION_SETS));
}

/** Compiler flags of one source, without folders of headers. */
export function compileFlags(name, { os, cpu }) {
  return [
    '-std=c++17',
    ...openMp(os, cpu).compile,
    ...(os === 'win32' ? [] : ['-fPIC']),
    '-fvisibility=hidden',
    '-fno-math-errno',
    '-fno-trapping-math',
    '-DNAPI_VERSION=8',
    '-Wall',
    '-Wextra',
    '-Wno-unknown-pragmas',
    '-Wno-psabi',
    ...(INSTRUCTION_SETS[name] ?? []),
  ];
}

/** Linker flags of a platform, with oneDNN; `folder` takes what the linker needs beside the objects. */
function linkFlags({ os, cpu }, oneDnn, folder) {
  const { link } = openMp(os, cpu);
  if (os === 'darwin')
    return [
      oneDnn.library,
      ...link,
      '-undefined',
      'dynamic_lookup',
      '-Wl,-rpath,@loader_path',
      '-Wl,-dead_strip',
    ];
  if (os === 'win32') return [oneDnn.library, ...link, nodeImports(folder), '-static'];
  // The C++ library of the machine that builds is newer than that of many that run; libgomp is the system's, for one set of threads a process.
  const alone = oneDnn.isStatic ? ['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL'] : [];
  return [
    oneDnn.library,
    ...link,
    ...alone,
    '-Wl,--gc-sections',
    '-Wl,-rpath,$ORIGIN',
    '-Wl,-z,nodelete',
    '-Wl,-z,noexecstack',
  ];
}

/** An import library for the functions that node.exe gives to add-ons. */
function nodeImports(folder) {
  const definitions = join(findNodeHeaders(), '../def/node_api.def');
  const library = join(folder, 'node_api.lib');
  execFileSync('llvm-dlltool', ['-m', 'i386:x86-64', '-d', definitions, '-l', library]);
  return library;
}

/** @returns the path of the add-on */
export async function buildNative({
  sanitize = false,
  target = hostPlatform,
  out = outputFolderOf(target),
} = {}) {
  const compiler = findCompiler(target);
  if (!compiler)
    throw new Error(
      'build:native: expected a C++ compiler, got none. Install one (Debian: apt install g++, for arm64 g++-aarch64-linux-gnu) or set CXX.',
    );
  const oneDnn = findOneDnn(target);
  if (!oneDnn)
    throw new Error(
      'build:native: expected oneDNN (dnnl.hpp, libdnnl), got none. Install it (Debian: apt install libdnnl-dev) or set ONEDNN_ROOT.',
    );
  const platform = splitPlatform(target);
  const objects = join(packageFolder, 'build', sanitize ? 'sanitize' : target);
  mkdirSync(objects, { recursive: true });
  mkdirSync(out, { recursive: true });

  const checks = sanitize
    ? ['-fsanitize=address,undefined', '-fno-omit-frame-pointer', '-g', '-O1']
    : ['-O3'];
  const extra = [...checks, ...(process.env.CXXFLAGS ?? '').split(/\s+/).filter(Boolean)];
  const includes = [`-I${findNodeHeaders()}`, `-I${oneDnn.include}`];

  const pending = nativeSources(platform.cpu);
  const compiled = pending.map((name) => join(objects, name.replace(/\.cc$/, '.o')));
  const jobs = pending.map((name, i) => [name, compiled[i]]);
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const [name, object] = job;
      const flags = [...compileFlags(name, platform), ...extra, ...includes];
      const { stderr } = await run(compiler, [...flags, '-c', join(sourceFolder, name), '-o', object]);
      if (stderr) process.stderr.write(stderr);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, worker));

  const addon = join(out, 'onednn.node');
  const strip = sanitize ? checks : ['-s'];
  const flags = linkFlags(platform, oneDnn, objects);
  await replace(addon, (path) => run(compiler, ['-shared', '-o', path, ...compiled, ...flags, ...strip]));
  for (const old of readdirSync(out).filter((file) => /^libdnnl\./.test(file))) rmSync(join(out, old));
  if (!oneDnn.isStatic) await replace(join(out, oneDnn.name), (path) => copyFileSync(oneDnn.library, path));
  const openMpLibrary = openMp(platform.os, platform.cpu).library;
  if (openMpLibrary) await replace(join(out, 'libomp.dll'), (path) => copyFileSync(openMpLibrary, path));
  if (!existsSync(join(out, 'package.json')))
    writeFileSync(join(out, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(out, 'LICENSE-oneDNN'), oneDnnLicence(oneDnn, platform.os));
  writeFileSync(join(out, 'build.json'), `${JSON.stringify(buildKey(oneDnn, target), null, 2)}\n`);
  return addon;
}

/** Makes a file beside the old one and renames it, so that whoever loads it meets the one or the other. */
async function replace(path, make) {
  const fresh = `${path}.${process.pid}`;
  await make(fresh);
  renameSync(fresh, path);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { sanitize: { type: 'boolean' }, target: { type: 'string' }, out: { type: 'string' } },
  });
  const start = Date.now();
  try {
    const addon = await buildNative(values);
    process.stdout.write(`built ${addon} in ${((Date.now() - start) / 1000).toFixed(0)} s\n`);
  } catch (error) {
    process.stderr.write(`${error.stderr ?? error.message}\n`);
    process.exit(1);
  }
}
