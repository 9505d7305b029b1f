// One bit of a file is turned. Checkpoints and weights must be refused; a settings file may still be right, but nothing breaks.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint } from '../../packages/training/dist/index.js';
import { inProcess, TINY, writeData } from './workshop.mjs';

export default async function bitFlips({ random, cases, folder }) {
  writeData(join(folder, 'data'));
  const trained = await inProcess(folder, ['train', ...TINY, '--out', 'run']);
  if (trained.code !== 0) return { counts: {}, failures: [`training: ${trained.err}`] };
  const failures = [];
  const checkpoints = readdirSync(join(folder, 'run/checkpoints')).filter((name) => name.endsWith('.ckpt'));
  const flips = cases(60, 900);
  for (let i = 0; i < flips; i++) {
    const name = random.pick(checkpoints);
    const { bytes, place } = flipped(join(folder, 'run/checkpoints', name), random);
    try {
      decodeCheckpoint(bytes);
      failures.push(`${name}: bit ${place} turned, and it was read`);
    } catch (error) {
      if (!/expected/.test(error.message)) failures.push(`${name}: bit ${place} turned: ${error.message}`);
    }
  }
  const counts = { 'checkpoint flips': flips, refused: 0, 'as before': 0 };
  const files = ['model/weights.bin', 'model/model.json', 'config.json', 'metrics.jsonl', 'summary.json'];
  const others = Math.ceil(flips / 6);
  for (let i = 0; i < others; i++) {
    const name = files[i % files.length];
    const path = join(folder, 'run', name);
    const whole = readFileSync(path);
    const { bytes, place } = flipped(path, random);
    writeFileSync(path, bytes);
    const command = name.startsWith('model/') ? ['summary', '--model', 'run'] : ['runs', '.'];
    const { code, err } = await inProcess(folder, command);
    writeFileSync(path, whole);
    if (code === 2) counts.refused++;
    else counts['as before']++;
    if ((code !== 0 && code !== 2) || (name === 'model/weights.bin' && code === 0))
      failures.push(`${name}: bit ${place} turned: exit code ${code}: ${err.slice(0, 300)}`);
  }
  return { counts: { ...counts, 'flips of other files': others }, failures };
}

function flipped(path, random) {
  const bytes = new Uint8Array(readFileSync(path));
  const place = random.below(bytes.length * 8);
  bytes[place >> 3] ^= 1 << (place & 7);
  return { bytes, place };
}
