// `npm run test:valgrind`: the native exercise under valgrind; fails on an invalid access or a use of undefined memory that
// has the add-on on its stack. Node's own reports are left out. Valgrind knows no AVX-512, so the AVX2 code is what runs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { outputFolder, packageFolder } from './native-toolchain.mjs';

const log = join(packageFolder, 'build', 'valgrind.log');
mkdirSync(join(packageFolder, 'build'), { recursive: true });
const options = [
  '--tool=memcheck',
  '--error-limit=no',
  '--num-callers=30',
  '--smc-check=all-non-file',
  `--log-file=${log}`,
];
const command = [
  ...options,
  process.execPath,
  '--jitless',
  '--no-warnings',
  join(packageFolder, 'scripts/exercise-native.cjs'),
  join(outputFolder, 'onednn.node'),
];
execFileSync('valgrind', command, {
  stdio: 'inherit',
  env: { ...process.env, ONEDNN_MAX_CPU_ISA: 'AVX2', DNNL_MAX_CPU_ISA: 'AVX2' },
});
const blocks = readFileSync(log, 'utf8').split(/^==\d+== \n/m);
const ours = blocks.filter(
  (block) => /onednn\.node|libdnnl/.test(block) && /Invalid|uninitialised|Mismatched/.test(block),
);
process.stdout.write(`valgrind: ${ours.length} reports with the add-on on the stack (all in ${log})\n`);
if (ours.length > 0) {
  process.stdout.write(ours.slice(0, 3).join('\n'));
  process.exit(1);
}
