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
const PLATFORMS: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];

/** The package that holds the add-on for this platform. */
export function platformPackage(): string {
  return `@googlenet/backend-onednn-${process.platform}-${process.arch}`;
}

/**
 * Loads the native add-on, once; never throws.
 *
 * It is looked for at `$GOOGLENET_ONEDNN_ADDON`, then in {@link platformPackage}.
 */
export function loadAddon(): Loaded {
  loaded ??= tryLoad();
  return loaded;
}

function tryLoad(): Loaded {
  if (process.env.GOOGLENET_ONEDNN === 'off')
    return {
      available: false,
      reason: 'switched off by GOOGLENET_ONEDNN=off',
      hint: 'Unset GOOGLENET_ONEDNN.',
    };
  // Read by the OpenMP runtime when it is loaded. Its default, to spin for milliseconds at every join, makes a busy machine
  // ten times slower and a quiet one hardly faster.
  if (process.env.OMP_WAIT_POLICY === undefined) process.env.GOMP_SPINCOUNT ??= '1000';
  const require = createRequire(import.meta.url);
  const path = process.env.GOOGLENET_ONEDNN_ADDON ?? `${platformPackage()}/onednn.node`;
  try {
    const addon = require(path) as Addon;
    addon.setThreads(availableParallelism());
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
    return { available: false, ...missingPackage() };
  }
}

/** Libraries of the system that the add-on or its copy of oneDNN is linked to, and the packages that hold them. */
const SYSTEM_LIBRARIES: Readonly<Record<string, string>> = {
  'libOpenCL.so.1': 'Debian, Ubuntu: apt install ocl-icd-libopencl1; Fedora: dnf install ocl-icd',
  'libgomp.so.1': 'Debian, Ubuntu: apt install libgomp1; Fedora: dnf install libgomp',
  'libstdc++.so.6': 'Debian, Ubuntu: apt install libstdc++6; Fedora: dnf install libstdc++',
};

/** What the dynamic linker's first line means, and what to do. */
export function linkProblem(message: string): { reason: string; hint: string } {
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
      hint: 'Use a newer system (Debian 12, Ubuntu 22.04 or later), or build it here: npm run build:native',
    };
  return {
    reason: message,
    hint: 'The add-on needs libgomp and libOpenCL (Debian: apt install libgomp1 ocl-icd-libopencl1) and glibc 2.34 or newer',
  };
}

/** Why there is no add-on for this platform, and what to do; packages are looked for where a program installed them. */
function missingPackage(): { reason: string; hint: string } {
  const name = platformPackage();
  if (!PLATFORMS.includes(`${process.platform}-${process.arch}`))
    return {
      reason: `there is no package for ${process.platform}-${process.arch}`,
      hint: `Use the WebAssembly engine (@googlenet/backend-wasm); the native one has packages for ${PLATFORMS.join(', ')}`,
    };
  return {
    reason: `the package ${name} is not installed, or holds no add-on`,
    hint: `npm install ${name} (it is an optional dependency: --omit=optional leaves it out); in a checkout: npm run build:native`,
  };
}
