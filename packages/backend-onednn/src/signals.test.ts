import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { addonPath } from './testing/addon-path';
import { describeNative } from './testing/compare';

/** A dense layer's products for two seconds, by the add-on whose path is the argument. */
const PRODUCTS = `
  const addon = require(process.argv[1]);
  const [a, b, c] = [32 * 256, 256 * 10, 32 * 10].map((length) => new Float32Array(length).fill(1));
  const end = performance.now() + 2000;
  while (performance.now() < end) {
    addon.matMul(Int32Array.of(1, 1, 32, 256, 10), a, b, c, 0, 0);
    if (c.some((value) => value !== 256)) throw new Error('wrong product');
  }
`;

describeNative('a signal while a native call runs', () => {
  it('does no harm: Node’s profiler interrupts ten thousand times a second', () => {
    const folder = mkdtempSync(join(tmpdir(), 'signals-'));
    try {
      const profiler = ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', folder];
      const { status, signal, stderr } = spawnSync(
        process.execPath,
        [...profiler, '-e', PRODUCTS, addonPath()],
        {
          encoding: 'utf8',
        },
      );
      expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
      expect(readdirSync(folder)).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
