import {
  exactProblems,
  isBoolean,
  isIntegerIn,
  isOneOf,
  optionProblems,
  type OptionRule,
} from '@googlenet-tooling/shared/option-rules';
import { hasRelaxedSimd, hasSimd, nodeBuiltin, type Simd } from './runtime/module';

/** Options of `useWasm`. */
export interface WasmOptions {
  /** Threads, the caller's own included. Default: the processor's cores, at most 8. */
  threads?: number;
  /** Instruction set. Default `'auto'`: relaxed SIMD where the runtime has it, else plain SIMD. */
  simd?: 'auto' | Simd;
  /** Precision of the arithmetic. This engine has one: `'float32'`. */
  precision?: 'float32';
  /**
   * Whether 3x3 and 5x5 convolutions at stride 1 may go by Winograd's algorithm: two to four times as fast, with about five times
   * the rounding error (5e-6 of the largest output). Default true.
   */
  winograd?: boolean;
  /** Every sum is taken as written: no algorithm that trades digits for speed, so no Winograd. Default false. */
  exact?: boolean;
  /** Limit of the engine's memory in bytes. Default: 4 GiB, or what the runtime grants. */
  maximumBytes?: number;
  /** URL of a script with `WORKER_SOURCE`, for pages that forbid `blob:` workers. */
  workerUrl?: string | URL;
}

/** What the options come to. */
export interface Settings {
  threads: number;
  simd: Simd;
  winograd: boolean;
  maximumBytes: number | undefined;
  workerUrl: string | URL | undefined;
}

const MOST_THREADS = 8;
/** The first pages that the memory begins with. */
const LEAST_BYTES = 16 << 20;

const RULES: Record<keyof WasmOptions, OptionRule> = {
  threads: {
    accepts: isIntegerIn(1, 64),
    expected: 'an integer from 1 to 64',
    fix: 'Leave it out for one per core.',
  },
  simd: {
    accepts: isOneOf('auto', 'relaxed', 'simd'),
    expected: '"auto", "relaxed" or "simd"',
    fix: 'Leave it out for the best.',
  },
  precision: {
    accepts: isOneOf('float32'),
    expected: '"float32"',
    fix: 'Leave it out: this engine has no other.',
  },
  winograd: { accepts: isBoolean, expected: 'true or false', fix: 'Leave it out for true.' },
  exact: { accepts: isBoolean, expected: 'true or false', fix: 'Leave it out for false.' },
  maximumBytes: {
    accepts: (value) => typeof value === 'number' && value >= LEAST_BYTES && value <= 2 ** 32,
    expected: `bytes from ${LEAST_BYTES} to ${2 ** 32}`,
    fix: 'Leave it out for what the runtime grants.',
  },
  workerUrl: {
    accepts: (value) => (typeof value === 'string' && value !== '') || value instanceof URL,
    expected: 'a URL',
    fix: 'Leave it out for a blob: URL.',
  },
};

/**
 * Checks the options, all at once, and fills in what was left out. An option that is undefined counts as left out.
 *
 * @throws {RangeError} that names every option that is unknown or out of range
 * @throws {Error} if the runtime has no WebAssembly SIMD, or not the one asked for
 */
export function readOptions(options: WasmOptions): Settings {
  const problems = [...optionProblems('useWasm', options, RULES), ...exactProblems(options)];
  const { threads, simd = 'auto', winograd, exact = false, maximumBytes, workerUrl } = options;
  if (problems.length > 0) throw new RangeError(`useWasm: ${problems.join(' ')}`);
  return {
    threads: threads ?? Math.min(MOST_THREADS, cores()),
    simd: chooseSimd(simd),
    winograd: !exact && (winograd ?? true),
    maximumBytes,
    workerUrl,
  };
}

function chooseSimd(wanted: 'auto' | Simd): Simd {
  if (!hasSimd()) {
    throw new Error(
      'useWasm: expected WebAssembly SIMD, got a runtime without it. Use a browser from 2023 on, or Node 20.19 or newer.',
    );
  }
  if (wanted === 'simd') return 'simd';
  if (hasRelaxedSimd()) return 'relaxed';
  if (wanted === 'relaxed') {
    throw new Error('useWasm: expected relaxed SIMD, got a runtime without it. Use simd: "auto".');
  }
  return 'simd';
}

function cores(): number {
  const os = nodeBuiltin<{ availableParallelism(): number }>('os');
  if (os) return os.availableParallelism();
  return (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}
