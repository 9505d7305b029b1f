/**
 * The native engine `onednn`: a TensorFlow.js backend for Node on oneDNN.
 *
 * It knows nothing of networks. Start reading at `register.ts` and `backend.ts`; `kernels/` has one file for each group of operations, `native/`
 * the C++ behind `addon.ts`.
 *
 * @packageDocumentation
 */

import type { EngineInfo, EngineProfile } from './addon';
import { type Availability, loadAddon, requireAddon } from './node/load-addon';
import { forgetPacked } from './packing-generation';
import type { Precision } from './precision';
import { registerEngine } from './register';

export type { Availability, EngineInfo, EngineProfile, Precision };
export { getPrecision, setPrecision } from './precision';
export { useOneDnn, type OneDnnInfo, type OneDnnOptions } from './use-onednn';

const loaded = loadAddon();
if (loaded.addon !== undefined) registerEngine(loaded.addon);

/** Whether the native engine can be used here; if not, why, and what to do. Never throws. */
export function isAvailable(): Availability {
  const { available, reason, hint } = loaded;
  return { available, ...(reason !== undefined && { reason }), ...(hint !== undefined && { hint }) };
}

/**
 * Sets how many threads the engine computes with; it starts with as many as the process may use.
 *
 * @throws {RangeError} if `count` is not an integer from 1 to 1024.
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 1024)
    throw new RangeError(
      `setThreads(${count}): expected an integer from 1 to 1024, got ${count}. Pass the number of cores to use.`,
    );
  requireAddon('setThreads').setThreads(count);
  forgetPacked();
}

/**
 * Whether 3x3 and 5x5 convolutions are summed directly instead of by Winograd's algorithm (off at first): about half as fast, with
 * rounding errors of about 4e-7 instead of 6e-7 (root mean square, relative to the values').
 */
export function setExact(exact: boolean): void {
  requireAddon('setExact').setWinograd(exact ? 0 : 1);
  forgetPacked();
}

/** oneDNN's version, the instruction set, threads, memory. */
export function engineInfo(): EngineInfo {
  return requireAddon('engineInfo').info();
}

/** Where native time went since the last call, in milliseconds; calling it starts a new count. */
export function engineProfile(): EngineProfile {
  return requireAddon('engineProfile').profile();
}
