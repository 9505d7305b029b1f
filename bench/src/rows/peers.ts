import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { optionsOf, type Row, type Workload } from './row';

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const PYTHON = process.env.PEERS_PYTHON ?? 'python3';

/** glibc that keeps its pages: fresh ones are dear on virtual machines. */
const KEEP_PAGES = { MALLOC_TRIM_THRESHOLD_: '-1', MALLOC_TOP_PAD_: '268435456', MALLOC_MMAP_MAX_: '0' };

const installed = new Map<string, boolean>();

/** Whether the Python of the peers can import a module; asked once. */
function canImport(module: string): boolean {
  let known = installed.get(module);
  if (known === undefined) {
    const question = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${module}") is None)`;
    known = spawnSync(PYTHON, ['-c', question]).status === 0;
    installed.set(module, known);
  }
  return known;
}

const skipConvolutions = ({ task }: Workload) => (task === 'convolutions' ? 'not a network' : undefined);

/** A row that runs `bench/peers/SCRIPT.py` in one of its modes. */
function pythonRow(
  script: 'torch_peer' | 'keras_peer',
  mode: string,
  title: string,
  env?: Record<string, string>,
): Row {
  const module = script === 'torch_peer' ? 'torch' : 'tensorflow';
  return {
    name: `${module}-${mode}${env ? '-pages' : ''}`,
    title,
    unavailable: () => (canImport(module) ? undefined : 'not installed'),
    skip: skipConvolutions,
    command: (workload) => ({
      program: PYTHON,
      args: [`${script}.py`, '--mode', mode, ...optionsOf(workload)],
      env: { TF_CPP_MIN_LOG_LEVEL: '3', ...env },
      folder: FOLDER,
    }),
  };
}

/** A row that runs `bench/peers/SCRIPT.mjs`, where Node can load the module that it compares with. */
function scriptRow(
  script: 'onnx_peer' | 'jax_peer',
  name: string,
  title: string,
  module: string,
  skip: Row['skip'],
): Row {
  return {
    name,
    title,
    unavailable: () =>
      spawnSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(module)})`])
        .status === 0
        ? undefined
        : 'not installed',
    skip,
    command: (workload) => ({
      program: process.execPath,
      args: [`${script}.mjs`, ...optionsOf(workload)],
      folder: FOLDER,
    }),
  };
}

/** @jax-js/jax runs convolutions at 0.3 GFLOP/s. */
function skipJax(workload: Workload): string | undefined {
  if (workload.batch > 1 || workload.width > 0.25) return 'minutes a step';
  return skipConvolutions(workload);
}

/** Other frameworks, where they are installed; see `bench/peers/README.md`. */
export const PEER_ROWS: readonly Row[] = [
  pythonRow('keras_peer', 'graph', 'Keras, graph'),
  pythonRow('keras_peer', 'jit', 'Keras, XLA'),
  pythonRow('keras_peer', 'bf16', 'Keras, mixed bfloat16'),
  pythonRow('torch_peer', 'eager', 'PyTorch'),
  pythonRow('torch_peer', 'channels_last', 'PyTorch, channels last'),
  pythonRow('torch_peer', 'channels_last', 'PyTorch, channels last, pages kept', KEEP_PAGES),
  pythonRow('torch_peer', 'compile', 'PyTorch, compiled'),
  pythonRow('torch_peer', 'bf16', 'PyTorch, bf16 autocast'),
  pythonRow('torch_peer', 'compile_bf16', 'PyTorch, compiled, bf16 autocast'),
  scriptRow(
    'onnx_peer',
    'onnxruntime',
    'onnxruntime-node',
    process.env.ONNXRUNTIME_NODE ?? 'onnxruntime-node',
    ({ task }) => (task === 'inference' ? undefined : 'inference only'),
  ),
  scriptRow('jax_peer', 'jax-js', '@jax-js/jax', process.env.JAX_JS ?? '@jax-js/jax', skipJax),
];
