// What is needed to build the add-on, and where it is: a C++ compiler, oneDNN, Node-API headers.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

export const packageFolder = fileURLToPath(new URL('..', import.meta.url));
export const sourceFolder = join(packageFolder, 'native');
export const platform = `${process.platform}-${process.arch}`;
export const outputFolder = join(packageFolder, '..', `backend-onednn-${platform}`);

/** The compiler of $CXX, or the first of g++ and clang++ that runs. */
export function findCompiler() {
  for (const candidate of process.env.CXX ? [process.env.CXX] : ['g++', 'clang++']) {
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
 * oneDNN's headers and library: under $ONEDNN_ROOT (a prefix, such as a Python environment with the wheels `onednn` and
 * `onednn-devel`), or of the system.
 */
export function findOneDnn() {
  const prefixes = process.env.ONEDNN_ROOT
    ? [process.env.ONEDNN_ROOT]
    : ['/usr', '/usr/local', '/opt/homebrew'];
  for (const prefix of prefixes) {
    if (!existsSync(join(prefix, 'include/dnnl.hpp'))) continue;
    const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? '';
    for (const folder of ['lib', 'lib64', join('lib', multiarch)].map((name) => join(prefix, name))) {
      if (!existsSync(folder)) continue;
      const name = readdirSync(folder).find(
        (file) => /^libdnnl\.so\.\d+$/.test(file) || file === 'libdnnl.dylib',
      );
      if (name)
        return {
          include: join(prefix, 'include'),
          libraryFolder: folder,
          libraryName: name,
          library: realpathSync(join(folder, name)),
        };
    }
  }
  return undefined;
}

export function findNodeHeaders() {
  return join(dirname(require.resolve('node-api-headers/package.json')), 'include');
}

/** What an add-on is built from: it is outdated where this differs from its build.json. */
export function buildKey(oneDnn) {
  const hash = createHash('sha256');
  for (const name of readdirSync(sourceFolder).sort())
    hash.update(name).update(readFileSync(join(sourceFolder, name)));
  return { sources: hash.digest('hex').slice(0, 16), oneDnn: basename(oneDnn.library), platform };
}

/** oneDNN's licences: what the system or the wheel says of its parts, then the text of Apache-2.0 itself. */
export function oneDnnLicence(oneDnn) {
  const candidates = [
    '/usr/share/doc/libdnnl2/copyright',
    '/usr/share/doc/libdnnl3/copyright',
    join(oneDnn.include, '../share/doc/dnnl/LICENSE'),
  ];
  const parts = candidates.filter((path) => existsSync(path)).slice(0, 1);
  const apache = join(packageFolder, 'scripts/Apache-2.0.txt');
  return ['oneDNN (https://github.com/uxlfoundation/oneDNN) is licensed under the Apache License 2.0.\n']
    .concat([...parts, apache].map((path) => readFileSync(path, 'utf8')))
    .join('\n');
}
