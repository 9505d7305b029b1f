import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { optionsOf, type Row, type Workload } from './row';

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const PYTHON = process.env.PEERS_PYTHON ?? 'python3';

/** glibc that keeps its pages: fresh ones cost much time on virtual machines. */
const KEEP_PAGES = { MALLOC_TRIM_THRESHOLD_: '-1', MALLOC_TOP_PAD_: '268435456', MALLOC_MMAP_MAX_: '0' };

/** What holds the libraries of PyTorch and TensorFlow to AVX2. */
const HELD_TO_AVX2 = { ONEDNN_MAX_CPU_ISA: 'AVX2', ATEN_CPU_CAPABILITY: 'avx2' };

const answers = new Map<string, string | undefined>();

/** Nothing where a program runs to its end; else "not installed", or the last line of what it complained. Asked once. */
function whyNot(program: string, args: string[], missing: RegExp): string | undefined {
  const key = [program, ...args].join(' ');
  if (!answers.has(key)) {
    const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
    const complaint = error?.message ?? stderr;
    const lines = complaint.split('\n').filter((line) => /\b(\w*Error|cannot|failed)\b/i.test(line));
    const reason = missing.test(complaint)
      ? 'not installed'
      : `does not load: ${(lines.at(-1) ?? complaint.trim()).trim().slice(0, 120)}`;
    answers.set(key, status === 0 ? undefined : reason);
  }
  return answers.get(key);
}

/** Why the Python of the peers cannot import a module; nothing if it can. */
const whyNoImport = (module: string) =>
  whyNot(PYTHON, ['-c', `import ${module}`], /ModuleNotFoundError: No module named|ENOENT/);

/** A module's name, a file, or a folder with a package in it, as what `import()` takes. */
export function importable(module: string): string {
  if (!existsSync(module)) return module;
  return pathToFileURL(createRequire(import.meta.url).resolve(resolve(module))).href;
}

/** Most peers build the MNIST variant only. */
function skipOthers({ task, variant = 'mnist' }: Workload): string | undefined {
  if (task === 'convolutions') return 'not a network';
  return task === 'models' || variant !== 'mnist' ? 'only the MNIST variant' : undefined;
}

const TORCH_VARIANTS = ['mnist', 'paper', 'torchvision'];

/** PyTorch has the variants of its own, at full width. */
function skipInTorch(workload: Workload): string | undefined {
  const { variant = 'mnist', width } = workload;
  if (variant === 'mnist' || workload.task === 'models') return skipOthers(workload);
  if (!TORCH_VARIANTS.includes(variant)) return `only ${TORCH_VARIANTS.join(', ')}`;
  return width === 1 ? undefined : 'only at width 1';
}

/** A row that runs `bench/peers/SCRIPT.py` in one of its modes. */
function pythonRow(
  script: 'torch_peer' | 'keras_peer',
  mode: string,
  title: string,
  env?: Record<string, string>,
): Row {
  const module = script === 'torch_peer' ? 'torch' : 'tensorflow';
  return {
    name: `${module}-${mode}${env && 'MALLOC_MMAP_MAX_' in env ? '-pages' : ''}${env && 'ATEN_CPU_CAPABILITY' in env ? '-avx2' : ''}`,
    title,
    unavailable: () => whyNoImport(module),
    skip: script === 'torch_peer' ? skipInTorch : skipOthers,
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
  variable: 'ONNXRUNTIME_NODE' | 'JAX_JS',
  packageName: string,
  skip: Row['skip'],
): Row {
  const module = process.env[variable] ?? packageName;
  return {
    name,
    title,
    unavailable: () =>
      whyNot(
        process.execPath,
        ['--input-type=module', '-e', `await import(${JSON.stringify(importable(module))})`],
        /ERR_MODULE_NOT_FOUND/,
      ),
    skip,
    command: (workload) => ({
      program: process.execPath,
      args: [`${script}.mjs`, ...optionsOf(workload)],
      env: { [variable]: importable(module) },
      folder: FOLDER,
    }),
  };
}

/** @jax-js/jax runs convolutions at 0.3 GFLOP/s. */
function skipJax(workload: Workload): string | undefined {
  if (workload.batch > 1 || workload.width > 0.25) return 'minutes a step';
  return skipOthers(workload);
}

/** Other frameworks, where they are installed; see `bench/peers/README.md`. */
export const PEER_ROWS: readonly Row[] = [
  pythonRow('keras_peer', 'graph', 'Keras, graph'),
  pythonRow('keras_peer', 'jit', 'Keras, XLA'),
  pythonRow('keras_peer', 'bf16', 'Keras, mixed bfloat16'),
  pythonRow('torch_peer', 'eager', 'PyTorch'),
  pythonRow('torch_peer', 'channels_last', 'PyTorch, channels last'),
  pythonRow('torch_peer', 'channels_last', 'PyTorch, channels last, pages kept', KEEP_PAGES),
  pythonRow('torch_peer', 'channels_last', 'PyTorch, channels last, pages kept, held to AVX2', {
    ...KEEP_PAGES,
    ...HELD_TO_AVX2,
  }),
  pythonRow('keras_peer', 'graph', 'Keras, graph, held to AVX2', HELD_TO_AVX2),
  pythonRow('torch_peer', 'compile', 'PyTorch, compiled'),
  pythonRow('torch_peer', 'bf16', 'PyTorch, bf16 autocast'),
  pythonRow('torch_peer', 'compile_bf16', 'PyTorch, compiled, bf16 autocast'),
  scriptRow(
    'onnx_peer',
    'onnxruntime',
    'onnxruntime-node',
    'ONNXRUNTIME_NODE',
    'onnxruntime-node',
    (workload) => (workload.task === 'inference' ? skipOthers(workload) : 'inference only'),
  ),
  scriptRow('jax_peer', 'jax-js', '@jax-js/jax', 'JAX_JS', '@jax-js/jax', skipJax),
];
