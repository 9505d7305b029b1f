import { messageOf } from '../errors';
import type { Engine, Probe } from './engine';

const load = () => import('@googlenet/backend-onednn');

/** oneDNN through a native add-on: the fastest, where it is built or comes prebuilt. */
export const onednn: Engine = {
  name: 'onednn',
  title: 'oneDNN, native (@googlenet/backend-onednn)',
  bf16: true,
  async probe() {
    try {
      const { isAvailable, engineInfo } = await load();
      const availability = isAvailable();
      if (!availability.available) return availability;
      const { oneDnnVersion, instructionSet } = engineInfo();
      return {
        available: true,
        detail: `oneDNN ${oneDnnVersion}, ${instructionSet}`,
        ...comesAfterWasm(process.arch),
      };
    } catch (error) {
      return { available: false, reason: `@googlenet/backend-onednn does not load: ${messageOf(error)}` };
    }
  },
  async use({ threads, precision = 'float32' }) {
    const { useOneDnn } = await load();
    const info = await useOneDnn({ ...(threads !== undefined && { threads }), precision });
    const count = `${info.threads} ${info.threads === 1 ? 'thread' : 'threads'}`;
    return {
      name: 'onednn',
      backend: info.backend,
      detail: `oneDNN ${info.oneDnnVersion}, ${info.instructionSet}${precision === 'bf16' ? ', bf16' : ''}, ${count}`,
    };
  },
};

/**
 * Where `auto` tries the WebAssembly engine first. On x86-64 the native one is the faster with AVX2 or AVX-512 and as fast without (docs/engines.md);
 * on other processors nobody has measured it.
 */
export function comesAfterWasm(arch: string): Pick<Probe, 'comesAfter'> {
  if (arch === 'x64') return {};
  const why = `nobody has measured it on ${arch}; --backend onednn takes it all the same`;
  return { comesAfter: { engine: 'wasm', why } };
}
