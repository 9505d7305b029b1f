import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '@googlenet/backend-wasm';
import { pythonWith } from '../../formats/src/testing/python';
import { pretrained } from './node/index';

const python = pythonWith('torch', 'torchvision');
if (python === undefined)
  process.stdout.write(
    'passed over: weights against torchvision (no Python with it; set GOOGLENET_PYTHON)\n',
  );
const itWithTorch = python === undefined ? it.skip : it;
const script = join(__dirname, '..', '..', '..', 'tooling', 'oracles', 'torch_pretrained.py');

itWithTorch(
  'a state_dict of torchvision gives the probabilities of torchvision, all three heads',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'torchvision-'));
    try {
      execFileSync(python as string, [script, folder], { stdio: 'pipe' });
      const floats = (name: string) =>
        new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
      const [images, expected] = [floats('images.bin'), floats('probabilities.bin')];
      await useWasm();
      for (const [file, auxiliary] of [
        ['zip.pth', true],
        ['legacy.pth', false],
      ] as const) {
        const model = await pretrained({ weights: 'torchvision', file: join(folder, file), auxiliary });
        const outputs = tf.tidy(() => [model.predict(tf.tensor4d(images, [1, 224, 224, 3]))].flat());
        expect(outputs).toHaveLength(auxiliary ? 3 : 1);
        for (const [i, output] of outputs.entries()) {
          const found = await output.data();
          const worst = Math.max(
            ...Array.from(found, (value, k) => Math.abs(value - expected[1000 * i + k])),
          );
          expect(worst).toBeLessThan(1e-5);
        }
        tf.dispose(outputs);
        model.dispose();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);
