import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row, Workload } from './row';

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

function sizes({ width, batch, steps }: Workload): string[] {
  return ['--width', `${width}`, '--batch', `${batch}`, '--steps', `${steps}`];
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
      args: [`${script}.py`, '--mode', mode, '--task', workload.task, '--warmup', '1', ...sizes(workload)],
      env: { TF_CPP_MIN_LOG_LEVEL: '3', ...env },
      folder: FOLDER,
    }),
  };
}

const ONNXRUNTIME = process.env.ONNXRUNTIME_NODE ?? 'onnxruntime-node';

const onnxruntime: Row = {
  name: 'onnxruntime',
  title: 'onnxruntime-node',
  unavailable: () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(ONNXRUNTIME)})`])
      .status === 0
      ? undefined
      : 'not installed',
  skip: ({ task }) => (task === 'inference' ? undefined : 'inference only'),
  command: (workload) => ({
    program: process.execPath,
    args: ['onnx_peer.mjs', ...sizes(workload)],
    folder: FOLDER,
  }),
};

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
  onnxruntime,
];
