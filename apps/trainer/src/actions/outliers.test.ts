import '@tensorflow/tfjs-backend-cpu';
import { googlenet } from '@googlenet/model';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { main } from '../main';
import { saveModel } from '../model-files';
import { imagePng } from '../png/image-png';
import { ENGINE } from '../testing/engine';
import { fakeIo } from '../testing/fake-io';
import { writeIdxFolder } from '../testing/idx-folder';

const SIZE = 28;

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'googlenet-outliers-'));
  writeIdxFolder(join(cwd, 'data'), { train: 400, test: 20, size: SIZE });
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const model = googlenet({ widthMultiplier: 0.0625, seed: 1 });
  const classNames = Array.from({ length: 10 }, (_, i) => String(i));
  await saveModel(model, join(cwd, 'model'), { dataset: 'mnist', classNames, normalize: 'unit' });
  model.dispose();
  const stroke = Array.from({ length: SIZE * SIZE }, (_, i) =>
    Math.abs((i % SIZE) - 14) < 2 && Math.abs(i / SIZE - 14) < 9 ? 0 : 255,
  );
  writeFileSync(join(cwd, 'one.png'), imagePng(stroke, { height: SIZE, width: SIZE, channels: 1 }));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(...args: string[]) {
  const io = fakeIo(cwd);
  const code = await main([...args, '--model', 'model', '--backend', ENGINE, '--threads', '1'], io);
  return { code, io };
}

const learn = (...args: string[]) =>
  run('outliers', '--data-folder', 'data', '--images', '200', '--seed', '3', ...args);

const path = () => join(cwd, 'model', 'outliers.json');
const readRule = () =>
  JSON.parse(readFileSync(path(), 'utf8')) as { layer: string; limit: number; unlike?: { kinds: number } };

describe('googlenet outliers', () => {
  it('writes its rule beside the model, and says where its limit is', async () => {
    const { code, io } = await learn();
    const rule = readRule();
    expect([code, io.out()]).toEqual([
      0,
      `model/outliers.json: pictures beyond ${rule.limit.toFixed(0)} at inception_5a are doubted\n`,
    ]);
    expect(rule).toMatchObject({ layer: 'inception_5a', classes: 10 });
    expect(rule.limit).toBeGreaterThan(0);
  });

  it('learns the same of the same seed, something else of another layer, and tells programs', async () => {
    await learn();
    const first = readFileSync(path(), 'utf8');
    await learn();
    expect(readFileSync(path(), 'utf8')).toBe(first);
    const { code, io } = await learn('--layer', 'inception_4e', '--json');
    const rule = readRule();
    expect(code).toBe(0);
    expect(JSON.parse(io.out())).toEqual({ file: path(), layer: 'inception_4e', limit: rule.limit });
    expect(rule.layer).toBe('inception_4e');
  });

  it('learns from pictures that are to be doubted, a kind in each folder, and refuses a folder without any', async () => {
    for (const kind of ['a', 'b']) {
      mkdirSync(join(cwd, 'unlike', kind), { recursive: true });
      copyFileSync(join(cwd, 'one.png'), join(cwd, 'unlike', kind, 'one.png'));
    }
    const { code } = await learn('--unlike', 'unlike');
    expect([code, readRule().unlike?.kinds]).toEqual([0, 2]);
    mkdirSync(join(cwd, 'none'), { recursive: true });
    const refused = await learn('--unlike', 'none');
    expect([refused.code, refused.io.err()]).toEqual([2, expect.stringContaining('pictures in none')]);
  });

  it('refuses a layer that the network has not, and leaves the rule as it is', async () => {
    await learn();
    const before = readFileSync(path(), 'utf8');
    const { code, io } = await learn('--layer', 'inception_9z');
    expect([code, io.err()]).toEqual([2, expect.stringMatching(/--layer: .*inception_9z/)]);
    expect(readFileSync(path(), 'utf8')).toBe(before);
  });
});

describe('googlenet predict', () => {
  const predictOne = async () => {
    const { code, io } = await run('predict', 'one.png', '--json');
    expect(code).toBe(0);
    return (JSON.parse(io.out()) as { doubtful?: boolean; empty: boolean }[])[0];
  };

  it('doubts what lies beyond the limit, says so, and says nothing of doubt without a rule', async () => {
    await learn();
    const rule = readRule();
    writeFileSync(path(), JSON.stringify({ ...rule, limit: 1e-9 }));
    expect(await predictOne()).toMatchObject({ doubtful: true, empty: false });
    expect((await run('predict', 'one.png')).io.out()).toContain('not sure: unlike all');
    writeFileSync(path(), JSON.stringify({ ...rule, limit: 1e30 }));
    expect(await predictOne()).toMatchObject({ doubtful: false });
    expect((await run('predict', 'one.png')).io.out()).not.toContain('not sure');
    rmSync(path());
    expect(await predictOne()).not.toHaveProperty('doubtful');
  });

  it('refuses a damaged rule', async () => {
    writeFileSync(path(), '{"limit": "high"}');
    const { code, io } = await run('predict', 'one.png');
    expect([code, io.err()]).toEqual([
      2,
      expect.stringMatching(
        /expected what googlenet outliers writes in .*outliers\.json.*Write it again, or delete it\./,
      ),
    ]);
    rmSync(path());
  });
});
