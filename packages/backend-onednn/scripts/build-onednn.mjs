// Builds oneDNN from its sources as a static library for the processor alone, with nothing in it that the engine does not call:
// `node scripts/build-onednn.mjs --source FOLDER --out PREFIX [--target linux-arm64] [--jobs N]`. build-native.mjs takes PREFIX as ONEDNN_ROOT.
// Needs CMake, Ninja and a C++ compiler (on Windows MinGW's clang).
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findCompiler, openMp } from './native-toolchain.mjs';
import { hostPlatform, splitPlatform } from './platforms.mjs';

const { values: options } = parseArgs({
  options: {
    source: { type: 'string' },
    out: { type: 'string' },
    target: { type: 'string', default: hostPlatform },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});
if (!options.source || !existsSync(join(options.source, 'include/oneapi/dnnl/dnnl.hpp')) || !options.out)
  throw new Error(
    `build-onednn: expected --source with oneDNN 3's sources and --out, got ${options.source} and ${options.out}.`,
  );
const source = resolve(options.source);
const prefix = resolve(options.out);
const build = join(prefix, 'build');
const { os, cpu } = splitPlatform(options.target);
const crossing = options.target !== hostPlatform;
const compiler = findCompiler(options.target);
const runtime = openMp(os, cpu);

const settings = {
  CMAKE_BUILD_TYPE: 'Release',
  CMAKE_INSTALL_PREFIX: prefix,
  CMAKE_INSTALL_LIBDIR: 'lib',
  CMAKE_CXX_COMPILER: compiler,
  CMAKE_POSITION_INDEPENDENT_CODE: 'ON',
  CMAKE_CXX_VISIBILITY_PRESET: 'hidden',
  CMAKE_CXX_FLAGS: '-ffunction-sections -fdata-sections',
  ONEDNN_LIBRARY_TYPE: 'STATIC',
  ONEDNN_CPU_RUNTIME: 'OMP',
  ONEDNN_GPU_RUNTIME: 'NONE',
  ONEDNN_BUILD_GRAPH: 'OFF',
  ONEDNN_BUILD_DOC: 'OFF',
  ONEDNN_BUILD_EXAMPLES: 'OFF',
  ONEDNN_BUILD_TESTS: 'OFF',
  ONEDNN_ENABLE_PRIMITIVE: 'CONVOLUTION;REORDER',
  ONEDNN_ENABLE_JIT_PROFILING: 'OFF',
  ONEDNN_ENABLE_ITT_TASKS: 'OFF',
  ...(os === 'darwin' && {
    CMAKE_OSX_ARCHITECTURES: cpu === 'x64' ? 'x86_64' : 'arm64',
    OpenMP_CXX_FLAGS: runtime.compile.join(' '),
    OpenMP_CXX_LIB_NAMES: 'omp',
    OpenMP_omp_LIBRARY: runtime.link[0],
  }),
  ...(crossing &&
    os === 'linux' && {
      CMAKE_SYSTEM_NAME: 'Linux',
      CMAKE_SYSTEM_PROCESSOR: cpu === 'arm64' ? 'aarch64' : 'x86_64',
      CMAKE_C_COMPILER: compiler.replace(/g\+\+$/, 'gcc'),
    }),
};

mkdirSync(build, { recursive: true });
const show = { stdio: 'inherit' };
const definitions = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
execFileSync('cmake', ['-S', source, '-B', build, '-G', 'Ninja', ...definitions], show);
execFileSync('cmake', ['--build', build, '--parallel', options.jobs], show);
execFileSync('cmake', ['--install', build], show);
const notices = join(prefix, 'share/doc/dnnl');
mkdirSync(notices, { recursive: true });
for (const name of ['LICENSE', 'THIRD-PARTY-PROGRAMS'])
  if (existsSync(join(source, name))) copyFileSync(join(source, name), join(notices, name));
