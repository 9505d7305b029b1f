// Builds the native part of @tensorflow/tfjs-node from the C++ in its npm package against the libraries of a
// TensorFlow Python wheel. See README.md beside this file; --help says how to call it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const VERSION = '4.22.0';
const root = fileURLToPath(new URL('../../', import.meta.url));
const { values: options } = parseArgs({
  options: {
    tensorflow: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    root: { type: 'string', default: root },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (options.help) {
  console.log(`node tooling/tfjs-node/build.mjs [options]

  --tensorflow DIR   the folder of an installed TensorFlow wheel (holds libtensorflow_cc.so.2 and include/)
  --python PROGRAM   asked for that folder when --tensorflow is not given (python3)
  --root DIR         the project whose node_modules gets the engine (this repository)`);
  process.exit(0);
}

const fail = (message) => {
  console.error(`tfjs-node build: ${message}`);
  process.exit(2);
};

/** The wheel's folder, without importing TensorFlow. */
function wheelFolder() {
  if (options.tensorflow) return resolve(options.tensorflow);
  const code =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0] if s else '')";
  try {
    return execFileSync(options.python, ['-c', code], { encoding: 'utf8' }).trim();
  } catch (error) {
    return fail(
      `expected ${options.python} to run, got: ${error.message.split('\n')[0]}. Give --python or --tensorflow.`,
    );
  }
}

/** Where the Node-API headers are: beside node, or in the npm package node-api-headers. */
function headerFolder() {
  const beside = join(dirname(dirname(process.execPath)), 'include', 'node');
  if (existsSync(join(beside, 'node_api.h'))) return beside;
  try {
    return createRequire(join(root, 'package.json'))('node-api-headers').include_dir;
  } catch {
    return fail(
      `expected node_api.h in ${beside}, found none. Run "npm install --no-save node-api-headers".`,
    );
  }
}

if (process.platform !== 'linux')
  fail(`expected Linux, got ${process.platform}. This recipe covers Linux only.`);
const wheel = wheelFolder();
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
for (const name of [...libraries, 'include/tensorflow/c/eager/c_api.h']) {
  if (!wheel || !existsSync(join(wheel, name)))
    fail(
      `expected ${name} in ${wheel || 'a TensorFlow wheel'}, found none. Run "pip install tensorflow-cpu" or give --tensorflow.`,
    );
}

const target = join(resolve(options.root), 'node_modules', '@tensorflow', 'tfjs-node');
if (!existsSync(join(target, 'binding', 'tfjs_backend.cc'))) {
  console.log('installing the npm package without its install script');
  execFileSync(
    'npm',
    [
      'install',
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `@tensorflow/tfjs-node@${VERSION}`,
    ],
    {
      cwd: resolve(options.root),
      stdio: 'inherit',
    },
  );
}

const supported = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')).binary.napi_versions;
const napi = Math.max(...supported.filter((version) => version <= Number(process.versions.napi)));
const deps = join(target, 'deps', 'lib');
const output = join(target, 'lib', `napi-v${napi}`, 'tfjs_binding.node');
mkdirSync(deps, { recursive: true });
mkdirSync(dirname(output), { recursive: true });
for (const name of libraries) {
  rmSync(join(deps, name), { force: true });
  symlinkSync(join(wheel, name), join(deps, name));
}

console.log(`compiling against ${wheel}`);
const temporary = `${output}.${process.pid}`;
execFileSync(
  process.env.CXX ?? 'g++',
  [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    `-DNAPI_VERSION=${napi}`,
    `-I${headerFolder()}`,
    `-I${join(wheel, 'include')}`,
    `-I${target}`,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(target, 'binding', name)),
    ...libraries.map((name) => join(deps, name)),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-o',
    temporary,
  ],
  { stdio: 'inherit' },
);
renameSync(temporary, output);

const check =
  "const u=require('util');u.isNullOrUndefined??=(v)=>v==null;u.isArray??=Array.isArray;const tf=require('@tensorflow/tfjs-node');console.log('engine',tf.getBackend(),'TensorFlow',tf.version_core && tf.backend().binding.TF_Version)";
execFileSync(process.execPath, ['-e', check], {
  cwd: resolve(options.root),
  stdio: 'inherit',
  env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
});
