// `npm run test:sanitize`: builds the add-on with the address and undefined-behaviour sanitizers and runs the native
// exercise and all tests on it. Takes minutes; needs g++ and oneDNN.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { buildNative } from './build-native.mjs';
import { findCompiler, packageFolder } from './native-toolchain.mjs';

const addon = await buildNative({ sanitize: true, out: join(packageFolder, 'build', 'sanitized') });
const runtimes = ['libasan.so', 'libubsan.so'].map((name) =>
  execFileSync(findCompiler(), [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
);
const env = {
  ...process.env,
  LD_PRELOAD: runtimes.join(' '),
  ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1:allocator_may_return_null=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  GOOGLENET_ONEDNN_ADDON: addon,
};
const run = (...command) =>
  execFileSync(process.execPath, command, { cwd: packageFolder, env, stdio: 'inherit' });
run(join(packageFolder, 'scripts/exercise-native.cjs'), addon);
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
run(jest, '--runInBand', '--testTimeout=600000');
