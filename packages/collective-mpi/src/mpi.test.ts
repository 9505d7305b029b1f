import { setTimeout as sleep } from 'node:timers/promises';
import { buildFor, installedMpis, launch, rankProgram } from './testing/launch';

const mpis = installedMpis();
if (mpis.length === 0)
  process.stderr.write(
    'collective-mpi: no MPI here (Debian: apt install libopenmpi-dev); its tests are passed over\n',
  );

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

(mpis.length > 0 ? describe.each(mpis) : describe.skip.each([{ name: 'no MPI' } as never]))(
  'two processes on $name',
  (mpi) => {
    const exercise = (name: string, ranks = 2) => launch(mpi, ranks, [process.execPath, rankProgram, name]);

    beforeAll(() => buildFor(mpi));

    it.each([2, 3])('%d ranks sum, broadcast and wait, in place and in views', async (size) => {
      const { code, err, lines } = await exercise('calls', size);
      expect({ code, lines: lines.length, err: code === 0 ? '' : err }).toEqual({
        code: 0,
        lines: size,
        err: '',
      });
      const sum = (size * (size + 1)) / 2;
      const ids = (size * (size - 1)) / 2;
      lines.sort((a, b) => Number(a.rank) - Number(b.rank));
      lines.forEach((line, rank) => {
        const own = rank + 1;
        expect(line).toEqual({
          rank,
          size,
          localSize: size,
          cores: true,
          library: true,
          seconds: true,
          whole: [own, own, sum, sum, sum, own, own, own, own, own],
          large: true,
          doubles: [size * (1 + 2 ** -40), ids],
          now: [ids, size],
          sent: [7, size - 1],
          wrong: [
            'collective-mpi: expected a Float32Array or Float64Array for allReduceSum, got something else.',
            `broadcast(root): expected a rank from 0 to ${size - 1}, got ${size}. Leave it out for rank 0.`,
            'openMpi(): expected the first call in this process, got another. MPI cannot be started twice: keep what the first call gave.',
            'collective-mpi: expected a started MPI for barrier, got one that has ended or not begun.',
          ],
        });
      });
    });

    it('JavaScript goes on while a sum waits for a slow rank', async () => {
      const { code, lines } = await exercise('overlap');
      expect(code).toBe(0);
      expect(lines.find(({ rank }) => rank === 0)).toEqual({ rank: 0, wentOn: true });
    });

    it('a rank that is silent for longer than the limit ends the job with one message of the first rank', async () => {
      const { code, err } = await exercise('limit');
      expect(code === 75 || (mpi.name === 'MPICH' && code !== 0)).toBe(true); // MPICH mixes the codes of all ranks
      expect(err.match(/^mpi: rank .*$/gm)).toEqual([
        'mpi: rank 0 of 2 has waited 1 s for the others, the limit: a process or the network is lost. All ranks end.',
      ]);
    });

    it.each([
      ['abort', 9],
      ['failed', 3],
    ])('a rank that ends by %s ends the job with its exit code %d', async (how, expected) => {
      const { code } = await exercise(how);
      if (mpi.name === 'Open MPI') expect(code).toBe(expected);
      else expect(code).not.toBe(0);
    });

    it('a rank that is killed ends the job', async () => {
      const { code } = await exercise('killed');
      expect(code).not.toBe(0);
    });

    it('a launcher that is killed leaves no process behind', async () => {
      let pids: number[] = [];
      await launch(mpi, 2, [process.execPath, rankProgram, 'wait'], (out, launcher) => {
        pids = [...out.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
        if (pids.length === 2) process.kill(launcher, 'SIGKILL');
      });
      for (let tries = 0; tries < 100 && pids.some(isAlive); tries++) await sleep(50);
      expect({ ranks: pids.length, alive: pids.filter(isAlive) }).toEqual({ ranks: 2, alive: [] });
    });
  },
);
