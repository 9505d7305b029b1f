import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import type { Addon } from '../addon';

/** Whether the native engine works here; where it does not, `reason` says why and `hint` what to do. */
export interface Availability {
  available: boolean;
  reason?: string;
  hint?: string;
}

interface Loaded extends Availability {
  addon?: Addon;
}

let loaded: Loaded | undefined;

/** What there are platform packages for. */
export const PLATFORMS: readonly string[] = [
  'linux-x64',
  'linux-arm64',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64',
];

/** The package that holds the add-on for this platform. */
export function platformPackage(): string {
  return `@googlenet/backend-onednn-${process.platform}-${process.arch}`;
}

/** What the add-on is required by: `$GOOGLENET_ONEDNN_ADDON`, or the file in {@link platformPackage}. */
export function addonModule(): string {
  return process.env.GOOGLENET_ONEDNN_ADDON ?? `${platformPackage()}/onednn.node`;
}

/** Loads the native add-on of {@link addonModule}, once; never throws. */
export function loadAddon(): Loaded {
  loaded ??= tryLoad();
  return loaded;
}

/** @throws {Error} that names the caller and says why the add-on is not here, and what to do. */
export function requireAddon(caller: string): Addon {
  const { addon, reason = '', hint = '' } = loadAddon();
  if (addon === undefined)
    throw new Error(`${caller}: expected the native engine, got none: ${reason}. ${hint}`);
  return addon;
}

/** How many processors this process may use: the threads that the engine starts with. */
export function processors(): number {
  return availableParallelism();
}

function tryLoad(): Loaded {
  if (process.env.GOOGLENET_ONEDNN === 'off')
    return {
      available: false,
      reason: 'switched off by GOOGLENET_ONEDNN=off',
      hint: 'Unset GOOGLENET_ONEDNN.',
    };
  // Read by the OpenMP runtime when it is loaded. Its default, to spin for milliseconds at every join, makes a busy machine several times
  // slower; on Linux the add-on sees to that itself (native/contention.cc).
  if (process.platform !== 'linux' && process.env.OMP_WAIT_POLICY === undefined)
    process.env.GOMP_SPINCOUNT ??= '1000';
  const require = createRequire(import.meta.url);
  const path = addonModule();
  try {
    const addon = require(path) as Addon;
    addon.setThreads(processors());
    return { available: true, addon };
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    if (!message.startsWith('Cannot find module')) return { available: false, ...linkProblem(message) };
    if (process.env.GOOGLENET_ONEDNN_ADDON !== undefined)
      return {
        available: false,
        reason: `no file at GOOGLENET_ONEDNN_ADDON=${path}`,
        hint: 'Set it to the path of an onednn.node, or unset it',
      };
    return { available: false, ...missingAddon(require) };
  }
}

interface Explanation {
  reason: string;
  hint: string;
}

/** Libraries of the system that the add-on or, in a checkout, its copy of the system's oneDNN is linked to, and the packages that hold them. */
const SYSTEM_LIBRARIES: Readonly<Record<string, string>> = {
  'libOpenCL.so.1': 'Debian, Ubuntu: apt install ocl-icd-libopencl1; Fedora: dnf install ocl-icd',
  'libgomp.so.1': 'Debian, Ubuntu: apt install libgomp1; Fedora: dnf install libgomp',
  'libstdc++.so.6': 'Debian, Ubuntu: apt install libstdc++6; Fedora: dnf install libstdc++',
};

/** What the dynamic linker's first line means, and what to do. */
export function linkProblem(message: string): Explanation {
  const library = /(\S+\.so[.\d]*): cannot open shared object file/.exec(message)?.[1];
  if (library !== undefined)
    return {
      reason: `the add-on needs the library ${library}, which this system lacks`,
      hint: `Install it (${SYSTEM_LIBRARIES[library] ?? `it belongs beside the add-on: npm install ${platformPackage()}`})`,
    };
  const glibc = /version `(GLIBC\w*_[\d.]+)' not found/.exec(message)?.[1];
  if (glibc !== undefined)
    return {
      reason: `the add-on needs ${glibc}, which this system's C or C++ library is too old for`,
      hint: 'Use a newer system (the packages are for glibc 2.28 and newer), or the WebAssembly engine (@googlenet/backend-wasm)',
    };
  return {
    reason: message,
    hint: `Install it anew: npm install ${platformPackage()}`,
  };
}

/** Why there is no add-on for this platform, and what to do; packages are looked for where a program installed them. */
function missingAddon(require: NodeJS.Require): Explanation {
  const name = platformPackage();
  const elsewhere = 'Use the WebAssembly engine (@googlenet/backend-wasm); the native one has packages for';
  if (!PLATFORMS.includes(`${process.platform}-${process.arch}`))
    return {
      reason: `there is no package for ${process.platform}-${process.arch}`,
      hint: `${elsewhere} ${PLATFORMS.join(', ')}`,
    };
  if (usesMusl())
    return {
      reason: "there is no package for Linux with the C library musl (such as Alpine's)",
      hint: `${elsewhere} glibc`,
    };
  // In a checkout the folder is there, without what only a build puts into it.
  const inCheckout = canResolve(require, `${name}/package.json`);
  return inCheckout
    ? { reason: `the add-on in ${name} is not built`, hint: 'npm run build:native' }
    : {
        reason: `the package ${name} is not installed`,
        hint: `npm install ${name} (an optional dependency: --omit=optional and lock files made on another platform leave it out)`,
      };
}

function canResolve(require: NodeJS.Require, path: string): boolean {
  try {
    require.resolve(path);
    return true;
  } catch {
    return false;
  }
}

function usesMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
