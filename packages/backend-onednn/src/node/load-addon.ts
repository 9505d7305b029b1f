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
    const missing = message.startsWith('Cannot find module');
    return {
      available: false,
      reason: missing ? `no add-on is built for ${process.platform}-${process.arch}` : message,
      hint: missing
        ? 'Install a C++ compiler and oneDNN (Debian: apt install g++ libdnnl-dev), then run: npm run build:native -w @googlenet/backend-onednn'
        : 'The add-on needs libgomp (Debian: apt install libgomp1); or rebuild it: npm run build:native -w @googlenet/backend-onednn',
    };
  }
}
