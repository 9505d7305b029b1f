// npm leaves packages of other platforms out of a lock file that it writes beside an installed node_modules (npm issue 4828): `npm ci` on
// another platform then installs a tree in which rollup or swc cannot start.
//
// node tooling/lock/platforms.mjs          says what is missing in both lock files, exit code 1 if anything is
// node tooling/lock/platforms.mjs --fix    fills it in, with what the registry says of each package
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The lock files of this repository. */
export const LOCK_FILES = [`${root}package-lock.json`, `${root}integrations/package-lock.json`];

/**
 * Every `optionalDependencies` entry without a package of that version where Node would look for it.
 *
 * @param {{ packages: Record<string, { version?: string, dev?: boolean, optionalDependencies?: Record<string, string> }> }} lock
 * @returns {{ parent: string, name: string, range: string }[]}
 */
export function missingPlatforms({ packages }) {
  return Object.entries(packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name, range]) => !isThere(packages, parent, name, range))
      .map(([name, range]) => ({ parent, name, range })),
  );
}

function isThere(packages, parent, name, range) {
  const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range);
  const found = foldersUpwards(parent).map((folder) => packages[`${folder}node_modules/${name}`]);
  const first = found.find((entry) => entry !== undefined);
  return first !== undefined && (!exact || first.link === true || first.version === range);
}

/** `a/node_modules/b` looks in `a/node_modules/b/`, then `a/`, then at the top. */
function foldersUpwards(path) {
  const parts = path.split(/(?:^|\/)node_modules\//);
  const folders = parts.map((_, i) => parts.slice(0, i + 1).join('/node_modules/'));
  return ['', ...folders.filter(Boolean).map((folder) => `${folder.replace(/^\//, '')}/`)].reverse();
}

/** Registry addresses that a lock file names; there should be none, since everybody has a registry of their own. */
export function registryAddresses({ packages }) {
  return Object.values(packages)
    .map(({ resolved }) => resolved)
    .filter((resolved) => /^[a-z+]+:/.test(resolved ?? ''));
}

/** Adds what {@link missingPlatforms} finds, as `npm` would have written it. */
async function complete(lock) {
  const view = promisify(execFile);
  const npm = process.platform === 'win32' ? { file: 'npm.cmd', shell: true } : { file: 'npm', shell: false };
  for (const { parent, name, range } of missingPlatforms(lock)) {
    const { stdout } = await view(npm.file, ['view', `${name}@${range}`, '--json'], { shell: npm.shell });
    const answer = JSON.parse(stdout);
    const found = Array.isArray(answer) ? answer.at(-1) : answer;
    const top = `node_modules/${name}`;
    const path = lock.packages[top] === undefined ? top : `${parent}/node_modules/${name}`;
    const { cpu, libc, os, engines, license } = found;
    const entry = {
      version: found.version,
      integrity: found.dist.integrity,
      cpu,
      dev: lock.packages[parent].dev,
      libc,
      license,
      optional: true,
      os,
      engines,
    };
    lock.packages[path] = Object.fromEntries(
      Object.entries(entry).filter(([, value]) => value !== undefined),
    );
  }
  const names = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(names.map((name) => [name, lock.packages[name]])) };
}

async function main() {
  let missing = 0;
  for (const file of LOCK_FILES) {
    const lock = JSON.parse(readFileSync(file, 'utf8'));
    if (process.argv.includes('--fix'))
      writeFileSync(file, `${JSON.stringify(await complete(lock), null, 2)}\n`);
    else {
      for (const { parent, name, range } of missingPlatforms(lock))
        console.log(`${file}: ${parent} wants ${name}@${range}`);
      missing += missingPlatforms(lock).length;
    }
  }
  if (missing > 0) {
    console.log(`${missing} packages of other platforms are missing: node tooling/lock/platforms.mjs --fix`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
