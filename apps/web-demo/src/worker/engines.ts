import * as tf from '@tensorflow/tfjs-core';
import { ENGINE_NAMES, type EngineFailure, type EngineName, type EngineReport } from './protocol';

/**
 * Loads an engine's code, makes it current, and says something about it. Throws where it cannot run, and where it would
 * only be emulated in software, which is slower than wasm, unless the visitor chose it.
 */
type Starter = (chosen: boolean) => Promise<string>;

const starters: Record<EngineName, Starter> = {
  async webgpu(chosen) {
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } }).gpu;
    if (!gpu) throw new Error('this browser has no WebGPU');
    const adapter = await gpu.requestAdapter();
    if (!adapter) throw new Error('WebGPU found no graphics processor');
    const emulated = Boolean(adapter.isFallbackAdapter || adapter.info?.isFallbackAdapter);
    if (emulated && !chosen) throw new Error('WebGPU is emulated in software');
    await import('@tensorflow/tfjs-backend-webgpu');
    await activate('webgpu');
    return emulated ? 'emulated in software' : (adapter.info?.vendor ?? '');
  },
  async webgl(chosen) {
    const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
    if (!gl) throw new Error('this browser has no WebGL 2');
    const names = gl.getExtension('WEBGL_debug_renderer_info');
    const renderer = names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : '';
    gl.getExtension('WEBGL_lose_context')?.loseContext();
    const emulated = /swiftshader|llvmpipe|software/i.test(renderer);
    if (emulated && !chosen) throw new Error('WebGL is emulated in software');
    await import('@tensorflow/tfjs-backend-webgl');
    await activate('webgl');
    return emulated ? 'emulated in software' : '';
  },
  async wasm() {
    const { useWasm } = await import('@googlenet/backend-wasm');
    const info = await useWasm();
    return info.threads === 1 ? '1 thread' : `${info.threads} threads`;
  },
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return 'plain JavaScript, slow';
  },
};

interface GpuAdapter {
  isFallbackAdapter?: boolean;
  info?: { vendor?: string; isFallbackAdapter?: boolean };
}

/**
 * Starts the first engine that works: the preferred one, then the others in the order of `ENGINE_NAMES`.
 *
 * @param preferred - the visitor's choice, tried first
 * @param excluded - engines that have already failed, for example at a prediction
 * @throws {Error} naming every engine and its reason, if none works
 */
export async function startEngine(
  preferred?: EngineName,
  excluded: EngineFailure[] = [],
): Promise<EngineReport> {
  const failures = [...excluded];
  const order = preferred ? [preferred, ...ENGINE_NAMES.filter((name) => name !== preferred)] : ENGINE_NAMES;
  for (const engine of order) {
    if (excluded.some((failure) => failure.engine === engine)) continue;
    try {
      const detail = await starters[engine](engine === preferred);
      await checkConvolution();
      return { engine, detail, failures };
    } catch (error) {
      failures.push({ engine, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const reasons = failures.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ');
  throw new Error(
    `startEngine(): expected at least one engine that works, got none (${reasons}). Try another browser.`,
  );
}

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend could not start`);
  await tf.ready();
}

/** An engine that starts may still compute nonsense (drivers, lost contexts): a small convolution must come out right. */
async function checkConvolution(): Promise<void> {
  const sum = tf.tidy(() => {
    const x = tf.reshape<tf.Rank.R4>(tf.range(0, 32), [1, 4, 4, 2]);
    const kernel = tf.ones<tf.Rank.R4>([3, 3, 2, 1]);
    return tf.sum(tf.conv2d(x, kernel, 1, 'same'));
  });
  const [value] = await sum.data();
  sum.dispose();
  // Each cell of the 4x4 plane is counted as often as 3x3 windows cover it: 4 in a corner, 6 at an edge, 9 inside.
  if (Math.abs((value ?? Number.NaN) - 3100) > 1)
    throw new Error(`a test convolution gave ${value}, not 3100`);
}
