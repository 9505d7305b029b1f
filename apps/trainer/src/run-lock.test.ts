import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { lockRun } from './run-lock';

const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19] ?? '';

(process.platform === 'linux' ? describe : describe.skip)('lockRun', () => {
  const folder = mkdtempSync(join(tmpdir(), 'googlenet-lock-'));
  const lock = join(folder, 'run.lock');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const hold = (pid: number): void =>
    writeFileSync(lock, JSON.stringify({ pid, host: hostname(), started: startOf(pid) }));

  it('waits for a process on its way out', () => {
    const last = spawn('sleep', ['0.4']);
    hold(last.pid ?? 0);
    const release = lockRun(lock, 'run');
    release();
    expect(existsSync(lock)).toBe(false);
  });

  it('takes over at once from a process that has ended and that nobody reaps', async () => {
    // The shell becomes a sleep, which does not ask for its child's end; the child waits for that.
    const script = '(until [ "$(cat /proc/$$/comm)" = sleep ]; do :; done)';
    const parent = spawn('sh', ['-c', `${script} & echo $!; exec sleep 20`]);
    const [out] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(out.toString());
    const started = startOf(child);
    while (!/\) Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8'))) await new Promise(setImmediate);
    writeFileSync(lock, JSON.stringify({ pid: child, host: hostname(), started }));
    const before = Date.now();
    lockRun(lock, 'run')();
    expect(Date.now() - before).toBeLessThan(4000);
    parent.kill();
  });

  it('refuses a run that a living process holds', () => {
    hold(process.pid);
    expect(() => lockRun(lock, 'run')).toThrow(
      `--resume: expected a run that no process works on, got run, which process ${process.pid} on ${hostname()} trains.`,
    );
  });
});
