import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ENGINES } from './engines';
import { PEER_ROWS } from './peers';
import { optionsOf, type Row, type Workload } from './row';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** A row that runs one of {@link ENGINES} in a Node process. */
function nodeRow(name: string, title: string, rest: Partial<Row> = {}): Row {
  if (!(name in ENGINES))
    throw new RangeError(`nodeRow: expected one of ${Object.keys(ENGINES).join(', ')}, got "${name}".`);
  return {
    name,
    title,
    command: (workload) => ({
      program: process.execPath,
      args: [CHILD, '--row', name, ...optionsOf(workload)],
      ...(name.endsWith('-avx2') && { env: { GOOGLENET_ONEDNN_LEVEL: 'avx2' } }),
    }),
    ...rest,
  };
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The cpu backend's filter gradient runs at 0.01 GFLOP/s: a training step would take many minutes. */
function skipCpu({ task, batch, width }: Workload): string | undefined {
  if (task === 'models') return undefined;
  if (task === 'train') return 'minutes a step';
  if (task === 'convolutions') return 'seconds a convolution';
  return batch > 1 || width > 0.25 ? 'minutes a step' : undefined;
}

/** The Inception kernels of training are what has a bf16 form. */
function trainingOnly({ task }: Workload): string | undefined {
  return task === 'train' ? undefined : 'training only';
}

/** The rows of the table. */
export const ROWS: readonly Row[] = [
  nodeRow('cpu', 'tfjs `cpu`', { skip: skipCpu }),
  nodeRow('stock-wasm', 'tfjs `wasm`, stock layers, composed gradients'),
  nodeRow('wasm-1-plain', 'WebAssembly engine, 1 thread, plain SIMD'),
  nodeRow('wasm-1', 'WebAssembly engine, 1 thread, relaxed SIMD'),
  nodeRow('wasm-2-plain', 'WebAssembly engine, 2 threads, plain SIMD'),
  nodeRow('wasm-2', 'WebAssembly engine, 2 threads, relaxed SIMD'),
  nodeRow('tfjs-node', 'tfjs-node, stock layers', {
    unavailable: () => (canResolve('@tensorflow/tfjs-node') ? undefined : 'not installed'),
  }),
  nodeRow('onednn-1', 'native engine, 1 thread'),
  nodeRow('onednn', 'native engine'),
  nodeRow('onednn-avx2', 'native engine, held to AVX2'),
  nodeRow('onednn-bf16', 'native engine, bf16', { skip: trainingOnly }),
  ...PEER_ROWS,
];
