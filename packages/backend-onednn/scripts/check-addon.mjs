// Whether add-ons run on the machines that their packages are for: `node scripts/check-addon.mjs [PLATFORM ...]`, after a build with a static oneDNN;
// without a platform, this one's. Fails with a line for each thing that a user's machine may lack.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { outputFolderOf } from './native-toolchain.mjs';
import { hostPlatform, splitPlatform } from './platforms.mjs';

/** The oldest C library, that of RHEL 8: Node itself runs on no older one. */
export const OLDEST_GLIBC = '2.28';

/** What every machine of a system has, and libgomp, which the package's README asks for. */
const PRESENT = {
  linux: /^(lib(c|m|dl|rt|pthread)\.so\.6|lib(dl|rt|pthread)\.so\.\d|libgomp\.so\.1|ld-linux.*)$/,
  darwin: /^(\/usr\/lib\/|\/System\/|@rpath\/onednn\.node)/,
  win32: /^(kernel32|ntdll|advapi32|psapi|user32|ws2_32|node\.exe|libomp)(\.dll)?$|^api-ms-win-/i,
};

/** Libraries that an add-on loads, as the tools of its platform print them. */
const LIBRARIES = {
  linux: { command: ['objdump', '-p'], line: /NEEDED\s+(\S+)/g },
  darwin: { command: ['otool', '-L'], line: /^\t(\S+) \(/gm },
  win32: { command: ['llvm-objdump', '-p'], line: /DLL Name: (\S+)/g },
};

const compareVersions = (a, b) => a.localeCompare(b, 'en', { numeric: true });

/**
 * @param {string} os
 * @param {string} libraries - what the platform's tool prints of an add-on's libraries
 * @param {string} symbols - on Linux, what `objdump -T` prints
 * @returns {string[]} what a user's machine may lack
 */
export function problemsOf(os, libraries, symbols = '') {
  const names = [...libraries.matchAll(LIBRARIES[os].line)].map(([, name]) => name);
  const versions = [...symbols.matchAll(/\bGLIBC_(\d[\d.]*)/g)].map(([, version]) => version);
  const newest = versions.sort(compareVersions).at(-1) ?? OLDEST_GLIBC;
  return [
    ...names.filter((name) => !PRESENT[os].test(name)).map((name) => `it loads ${name}`),
    ...(compareVersions(newest, OLDEST_GLIBC) > 0
      ? [`it needs glibc ${newest}, newer than ${OLDEST_GLIBC}: build it in an older system`]
      : []),
  ];
}

function check(platform) {
  const { os } = splitPlatform(platform);
  const folder = outputFolderOf(platform);
  const addon = join(folder, 'onednn.node');
  if (!existsSync(addon)) return ['it is not built'];
  const built = JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8'));
  const print = ([file, ...args]) => execFileSync(file, [...args, addon], { encoding: 'utf8' });
  return [
    ...(built.platform === platform ? [] : [`it was built for ${built.platform}`]),
    ...(existsSync(join(folder, 'LICENSE-oneDNN')) ? [] : ['it has no LICENSE-oneDNN']),
    ...problemsOf(os, print(LIBRARIES[os].command), os === 'linux' ? print(['objdump', '-T']) : ''),
  ];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const platforms = process.argv.length > 2 ? process.argv.slice(2) : [hostPlatform];
  for (const platform of platforms) {
    const problems = check(platform);
    process.stdout.write(
      `${platform}: ${problems.length === 0 ? 'fit to be published' : problems.join('; ')}\n`,
    );
    if (problems.length > 0) process.exitCode = 1;
  }
}
