import * as tf from '@tensorflow/tfjs-core';
import { UserError, messageOf } from '../errors';
import { inAutoOrder } from './auto-order';
import { cpu } from './cpu';
import type { Engine, EngineInfo, EngineName, EngineOptions, Probe } from './engine';
import { onednn } from './onednn';
import { tensorflow } from './tensorflow';
import { wasm } from './wasm';

export { inAutoOrder } from './auto-order';
export type { Engine, EngineInfo, EngineName, EngineOptions, Probe } from './engine';

/**
 * All engines, the fastest first: the order in which `auto` tries them, but for `Probe.comesAfter`.
 *
 * A training step takes tfjs-node longer than our WebAssembly engine, at a quarter of the filters (3.2 times) and at full width
 * (2 times), since tfjs-node composes batch norm of many small operations.
 */
export const ENGINES: readonly Engine[] = [onednn, wasm, tensorflow, cpu];

/** Whether an engine works here, and has what the options ask for. */
async function probeFor(engine: Engine, { precision }: EngineOptions): Promise<Probe> {
  if (precision === 'bf16' && engine.bf16 !== true)
    return { available: false, reason: 'it has no bf16; leave out --precision' };
  return engine.probe();
}

/**
 * Makes an engine TensorFlow.js's current backend.
 *
 * @param request - a name, or `auto` for the first that works, in the order of {@link inAutoOrder}.
 * @param report - gets one line for each engine that `auto` passes over.
 * @throws {UserError} if the named engine does not work here.
 */
export async function selectEngine(
  request: EngineName | 'auto',
  options: EngineOptions,
  report: (line: string) => void,
  engines: readonly Engine[] = ENGINES,
): Promise<EngineInfo> {
  // Without this, TensorFlow.js greets every Node user with an advertisement for tfjs-node.
  tf.enableProdMode();
  const candidates = request === 'auto' ? engines : engines.filter((engine) => engine.name === request);
  const probeOf = async (engine: Engine): Promise<Probe> => {
    const probe = await probeFor(engine, options);
    if (request === 'auto' && probe.available && probe.comesAfter !== undefined)
      report(`engine ${engine.name} comes after ${probe.comesAfter.engine}: ${probe.comesAfter.why}`);
    return probe;
  };
  for await (const { engine, probe } of inAutoOrder(candidates, probeOf)) {
    let reason = probe.reason ?? 'it is not available';
    if (probe.available) {
      try {
        return await engine.use(options);
      } catch (error) {
        reason = messageOf(error);
      }
    }
    const hint = probe.hint === undefined ? '' : ` (${probe.hint})`;
    if (request !== 'auto') {
      const fix = probe.hint === undefined ? 'Use' : `To get it: ${probe.hint}. Or use`;
      throw new UserError(
        `--backend ${request}: expected an engine that works here, got: ${reason}. ${fix} --backend auto; \`googlenet doctor\` shows which work.`,
      );
    }
    report(`engine ${engine.name} passed over: ${reason}${hint}`);
  }
  throw new UserError(
    '--backend auto: expected at least one engine that works here, got none. Run `googlenet doctor`.',
  );
}
