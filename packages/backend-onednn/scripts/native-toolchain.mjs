// What is needed to build the add-on, and where it is: a C++ compiler, oneDNN, Node-API headers.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { hostPlatform } from './platforms.mjs';

const require = createRequire(import.meta.url);

export const packageFolder = fileURLToPath(new URL('..', import.meta.url));
export const sourceFolder = join(packageFolder, 'native');
/** Where the add-on of a platform goes, so that the engine finds it in a checkout. */
export const outputFolderOf = (platform) => join(packageFolder, '..', `backend-onednn-${platform}`);
export const outputFolder = outputFolderOf(hostPlatform);

/** The name that compilers and Debian's folders give a platform. */
const TRIPLES = { 'linux-x64': 'x86_64-linux-gnu', 'linux-arm64': 'aarch64-linux-gnu' };

/** The compiler of $CXX, or the first of g++ and clang++ that runs; for another platform, the cross compiler. */
export function findCompiler(platform = hostPlatform) {
  const usual =
    platform === hostPlatform
      ? platform.startsWith('win32')
        ? ['clang++']
        : ['g++', 'clang++']
      : [`${TRIPLES[platform]}-g++`];
  for (const candidate of process.env.CXX ? [process.env.CXX] : usual) {
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
 * How OpenMP is compiled and linked. Linux: the system's libgomp. macOS: the static library of Homebrew's libomp, or of $LIBOMP_ROOT.
 * Windows: the libomp of MinGW's clang, whose DLL (`library`, under $LIBOMP_ROOT) goes beside the add-on.
 *
 * @returns {{ compile: string[], link: string[], library?: string }}
 */
export function openMp(os, cpu) {
  const root = process.env.LIBOMP_ROOT ?? `${cpu === 'arm64' ? '/opt/homebrew' : '/usr/local'}/opt/libomp`;
  if (os === 'darwin')
    return { compile: ['-Xclang', '-fopenmp', `-I${root}/include`], link: [`${root}/lib/libomp.a`] };
  const usual = { compile: ['-fopenmp'], link: ['-fopenmp'] };
  return os === 'win32' ? { ...usual, library: join(root, 'bin/libomp.dll') } : usual;
}

/**
 * oneDNN's headers and library: under $ONEDNN_ROOT (a prefix, such as what build-onednn.mjs makes, or a Python environment with the wheels
 * `onednn-cpu-gomp` and `onednn-devel-cpu-gomp`), or of the system. A static library goes before a shared one.
 *
 * @returns {{ include: string, library: string, isStatic: boolean, name: string } | undefined} `name` is the one that a shared library is loaded by
 */
export function findOneDnn(platform = hostPlatform) {
  const prefixes = process.env.ONEDNN_ROOT
    ? [process.env.ONEDNN_ROOT]
    : ['/usr', '/usr/local', '/opt/homebrew'];
  const shared = /^libdnnl\.so\.\d+$|^libdnnl\.dylib$/;
  for (const prefix of prefixes) {
    if (!existsSync(join(prefix, 'include/dnnl.hpp'))) continue;
    for (const folder of ['lib', 'lib64', join('lib', TRIPLES[platform] ?? '')].map((name) =>
      join(prefix, name),
    )) {
      if (!existsSync(folder)) continue;
      const files = readdirSync(folder);
      const fixed = files.find((file) => file === 'libdnnl.a' || file === 'dnnl.lib');
      const name = fixed ?? files.find((file) => shared.test(file));
      if (name)
        return {
          include: join(prefix, 'include'),
          library: realpathSync(join(folder, name)),
          isStatic: name === fixed,
          name,
        };
    }
  }
  return undefined;
}

export function findNodeHeaders() {
  return join(dirname(require.resolve('node-api-headers/package.json')), 'include');
}

/** What an add-on is built from: it is outdated where this differs from its build.json. */
export function buildKey(oneDnn, platform = hostPlatform) {
  const hash = createHash('sha256');
  for (const name of readdirSync(sourceFolder).sort())
    hash.update(name).update(readFileSync(join(sourceFolder, name)));
  return {
    sources: hash.digest('hex').slice(0, 16),
    oneDnn: oneDnnVersion(oneDnn),
    linked: oneDnn.isStatic ? 'static' : 'shared',
    platform,
  };
}

/** Such as `3.7.2`, from its headers. */
function oneDnnVersion({ include }) {
  const folders = [include, join(include, 'oneapi/dnnl')].map((folder) => join(folder, 'dnnl_version.h'));
  const headers = folders.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8'));
  const part = (name) => new RegExp(`DNNL_VERSION_${name} (\\d+)`).exec(headers.join('\n'))?.[1] ?? '?';
  return ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.');
}

/** oneDNN's licences: what the system, the wheel or the build says of its parts, then the text of Apache-2.0 itself. */
export function oneDnnLicence({ include }, os) {
  const prefix = dirname(include);
  const notices = [
    'share/doc/dnnl/THIRD-PARTY-PROGRAMS',
    'share/doc/onednn/THIRD-PARTY-PROGRAMS',
    'share/doc/libdnnl2/copyright',
    'share/doc/libdnnl3/copyright',
  ].map((path) => join(prefix, path));
  const apache = join(packageFolder, 'scripts/Apache-2.0.txt');
  const heads = [
    'oneDNN (https://github.com/uxlfoundation/oneDNN) is licensed under the Apache License 2.0.\n',
    ...(os === 'linux'
      ? []
      : [
          'libomp (https://openmp.llvm.org) is licensed under the Apache License 2.0 with LLVM Exceptions.\n',
        ]),
  ];
  return heads
    .concat(
      [...notices.filter((path) => existsSync(path)).slice(0, 1), apache].map((path) =>
        readFileSync(path, 'utf8'),
      ),
    )
    .join('\n');
}
