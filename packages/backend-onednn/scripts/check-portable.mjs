// `npm run check:portable -w @googlenet/backend-onednn [-- PLATFORM ...]`: whether clang accepts the sources for platforms that this
// machine is not, syntax and types alone. Headers: for Windows MinGW's, for arm64 the cross compiler's, for macOS this machine's, which
// stand in for Apple's. Nothing is linked or run. Needs Debian's clang, g++-mingw-w64-x86-64, g++-aarch64-linux-gnu; a platform that lacks
// its own is passed over with one line.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { compileFlags, nativeSources } from './build-native.mjs';
import { findNodeHeaders, findOneDnn, packageFolder, sourceFolder } from './native-toolchain.mjs';
import { splitPlatform } from './platforms.mjs';

const run = promisify(execFile);
const system = (...folders) => folders.map((folder) => `-isystem${folder}`);

/** The newest folder below `parent` whose name passes. */
function newest(parent, pattern) {
  if (!existsSync(parent)) return undefined;
  const names = readdirSync(parent).filter((name) => pattern.test(name));
  return names.length === 0 ? undefined : join(parent, names.sort().at(-1));
}

/** Flags that find a platform's headers, or undefined without them. */
const HEADERS = {
  'win32-x64': () => {
    const gcc = newest('/usr/lib/gcc/x86_64-w64-mingw32', /-posix$/);
    const folders = gcc && [`${gcc}/include/c++`, `${gcc}/include/c++/x86_64-w64-mingw32`];
    return folders && ['--target=x86_64-w64-mingw32', ...system(...folders)];
  },
  'linux-arm64': () => existsSync('/usr/aarch64-linux-gnu/include') && ['--target=aarch64-linux-gnu'],
  'darwin-arm64': () => appleHeaders('arm64', '/usr/aarch64-linux-gnu/include', 'aarch64-linux-gnu'),
  'darwin-x64': () => appleHeaders('x86_64', '/usr/include', 'x86_64-linux-gnu'),
};

/** Linux headers for the same processor stand in for Apple's; Debian keeps this machine's in another way than a cross compiler's. */
function appleHeaders(architecture, root, triple) {
  const library = newest(`${root}/c++`, /^\d+$/);
  if (!library) return undefined;
  const own = existsSync(`${library}/${triple}`)
    ? [`${library}/${triple}`]
    : [`${root}/${triple}/c++/${library.split('/').at(-1)}`, `${root}/${triple}`];
  return [
    `--target=${architecture}-apple-macos15`,
    '-Wno-stdlibcxx-not-found',
    '-D_GNU_SOURCE',
    '-U__nonnull', // clang's word for Apple; glibc's macro has the same name
    ...system(library, ...own, root),
    '-idirafter/usr/include',
  ];
}

/** A folder with what no clang without its OpenMP library has, and what glibc asks of the processor it is for. */
function standIns() {
  const folder = join(packageFolder, 'build', 'portable');
  const declarations = [
    'void omp_set_dynamic(int)',
    'void omp_set_num_threads(int)',
    'double omp_get_wtime()',
  ]
    .concat(
      ['omp_get_max_threads', 'omp_get_num_threads', 'omp_get_thread_num', 'omp_in_parallel'].map(
        (name) => `int ${name}()`,
      ),
    )
    .map((text) => `extern "C" ${text};\n`);
  const files = { 'omp.h': declarations.join(''), 'gnu/stubs.h': '' };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const firstErrors = (text) =>
  text
    .split('\n')
    .filter((line) => / error: /.test(line))
    .slice(0, 3)
    .join('\n');

const oneDnn = findOneDnn();
const clang = await run('clang++', ['--version']).then(
  () => true,
  () => false,
);
const platforms = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(HEADERS);
for (const platform of platforms) {
  const headers = HEADERS[platform]?.();
  if (!clang || !oneDnn || !headers) {
    const missing = !clang ? 'clang++' : !oneDnn ? "oneDNN's headers" : 'headers for it';
    process.stdout.write(`${platform}: passed over, there is no ${missing} here\n`);
    continue;
  }
  const target = splitPlatform(platform);
  const includes = [findNodeHeaders(), oneDnn.include, standIns()].map((folder) => `-I${folder}`);
  const failures = [];
  for (const name of nativeSources(target.cpu)) {
    // OpenMP's pragmas are parsed whatever runtime a platform links.
    const flags = compileFlags(name, { ...target, os: 'darwin' }).filter((flag) => !/^-W|libomp/.test(flag));
    const args = [
      ...headers,
      ...flags,
      '-Werror=return-type',
      '-fsyntax-only',
      ...includes,
      join(sourceFolder, name),
    ];
    await run('clang++', args).catch((error) => failures.push(firstErrors(error.stderr)));
  }
  process.stdout.write(
    `${platform}: ${failures.length === 0 ? 'accepted' : `refused\n${failures.join('\n')}`}\n`,
  );
  if (failures.length > 0) process.exitCode = 1;
}
