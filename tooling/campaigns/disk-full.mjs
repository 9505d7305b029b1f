// The disk fills up: the command says so with exit code 2, and once there is room the training goes on to the same weights.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beginOrResume, digestOf, inProcess, TINY, writeData } from './workshop.mjs';

export default async function diskFull({ random, cases, folder }) {
  writeData(join(folder, 'data'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const mount = (...options) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', disk]).status === 0;
  if (!mount('size=64k')) return { passedOver: 'there is no right to mount' };
  const failures = [];
  const counts = { disks: 0, full: 0 };
  try {
    await inProcess(folder, ['train', ...TINY, '--out', 'whole']);
    const wanted = digestOf(join(folder, 'whole'));
    const kilobytes = Number(
      execFileSync('du', ['-sk', join(folder, 'whole')], { encoding: 'utf8' }).split('\t')[0],
    );
    for (let i = 0; i < cases(2, 20); i++) {
      counts.disks++;
      const size = Math.max(8, Math.round(kilobytes * (0.1 + 0.8 * random.next())));
      execFileSync('mount', ['-o', `remount,size=${size}k`, disk]);
      const first = await inProcess(folder, ['train', ...TINY, '--out', 'disk/run']);
      if (first.code !== 0) {
        counts.full++;
        if (first.code !== 2 || !/expected room on the disk|ENOSPC/.test(first.err))
          failures.push(`${size} kB: exit code ${first.code}: ${first.err.slice(0, 300)}`);
        execFileSync('mount', ['-o', 'remount,size=64m', disk]);
        const second = await inProcess(folder, beginOrResume(folder, 'disk/run').args);
        if (second.code !== 0)
          failures.push(`${size} kB, with room again: exit code ${second.code}: ${second.err.slice(0, 300)}`);
        else if (digestOf(join(disk, 'run')) !== wanted)
          failures.push(`${size} kB, with room again: other weights`);
      }
      execFileSync('rm', ['-rf', join(disk, 'run')]);
    }
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
  return { counts, failures };
}
