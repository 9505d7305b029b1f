// `npm run test:arm64 -w @googlenet/backend-onednn`: compiles the add-on for arm64 and runs its kernels under qemu-user; every output must
// be what this machine's add-on computes. ARM64_ROOT is a folder with Debian's arm64 packages in it and a Node for arm64; CONTRIBUTING.md
// says how to make it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { buildNative } from './build-native.mjs';
import { outputFolder, packageFolder } from './native-toolchain.mjs';

const root = process.env.ARM64_ROOT;
if (!root) throw new Error('test:arm64: expected ARM64_ROOT, got none. See CONTRIBUTING.md, "arm64".');
const libraries = join(root, 'usr/lib/aarch64-linux-gnu');
process.env.ONEDNN_ROOT ??= join(root, 'usr');
const addon = await buildNative({ target: 'linux-arm64', out: join(packageFolder, 'build/arm64') });

const script = join(packageFolder, 'scripts/level-outputs.cjs');
const options = { encoding: 'utf8', maxBuffer: 1 << 28 };
const paths = `LD_LIBRARY_PATH=${libraries}:${join(root, 'lib/aarch64-linux-gnu')}`;
const node = join(root, 'package/bin/node');
const [actual, expected] = [
  execFileSync('qemu-aarch64', ['-L', root, '-E', paths, node, '--jitless', script, addon], options),
  execFileSync(process.execPath, [script, join(outputFolder, 'onednn.node')], options),
].map((text) => JSON.parse(text).outputs);

let failed = false;
for (const [name, values] of Object.entries(expected)) {
  const errors = values.map((value, i) => Math.abs(value - actual[name][i]) / (1 + Math.abs(value)));
  const worst = errors.every(Number.isFinite) ? Math.max(...errors) : Infinity;
  process.stdout.write(`${name}: ${worst.toExponential(1)}\n`);
  failed ||= worst > 5e-5;
}
if (failed) throw new Error('test:arm64: expected differences of at most 5e-5, got larger ones.');
