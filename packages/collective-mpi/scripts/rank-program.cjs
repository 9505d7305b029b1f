// One rank of mpi.test.ts: node rank-program.cjs EXERCISE. Prints one line of JSON.
require('./typescript.cjs');
const { openMpi, isAvailable } = require('../src/index.ts');

const [exercise] = process.argv.slice(2);
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const exercises = {
  /** Every call once, with values that tell who sent them. */
  async calls() {
    const mpi = openMpi();
    const { rank, size } = mpi;
    const whole = new Float32Array(10).fill(rank + 1);
    const part = whole.subarray(2, 5);
    await mpi.allReduceSum(part);
    const large = Float32Array.from({ length: 100_001 }, (_, i) => i + rank * 0.5);
    const first = mpi.allReduceSum(large);
    const doubles = Float64Array.of(1 + 2 ** -40, rank);
    await Promise.all([first, mpi.allReduceSum(doubles)]);
    const now = Float32Array.of(rank, 1);
    mpi.allReduceSumSync(now);
    const sent = Float32Array.of(rank === size - 1 ? 7 : 0, rank);
    await mpi.broadcast(sent, size - 1);
    await mpi.barrier();
    const wrong = [];
    for (const call of [() => mpi.allReduceSum([1]), () => mpi.broadcast(now, size), () => openMpi()]) {
      try {
        await call();
      } catch (error) {
        wrong.push(error.message);
      }
    }
    await mpi.close();
    try {
      await mpi.barrier();
    } catch (error) {
      wrong.push(error.message);
    }
    tell({
      rank,
      size,
      localSize: mpi.localSize,
      cores: mpi.cores >= 1 && mpi.cores <= mpi.localCores,
      library: mpi.library === isAvailable().library,
      seconds: mpi.seconds > 0,
      whole: [...whole],
      large: large.every((value, i) => value === i * size + (size * (size - 1)) / 4),
      doubles: [...doubles],
      now: [...now],
      sent: [...sent],
      wrong,
    });
  },
  /** JavaScript goes on while a sum waits for a slow rank. */
  async overlap() {
    const mpi = openMpi();
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    if (mpi.rank === 1) await new Promise((resolve) => setTimeout(resolve, 300));
    await mpi.allReduceSum(new Float32Array(8));
    clearInterval(timer);
    await mpi.close();
    tell({ rank: mpi.rank, wentOn: turns > 5 });
  },
  async limit() {
    const mpi = openMpi({ limitSeconds: 1 });
    await mpi.barrier();
    if (mpi.rank === 1) for (;;); // as if its machine were lost
    await mpi.allReduceSum(new Float32Array(8));
  },
  async abort() {
    const mpi = openMpi();
    await mpi.barrier();
    if (mpi.rank === 1) mpi.abort(9);
    await mpi.allReduceSum(new Float32Array(8));
  },
  async killed() {
    const mpi = openMpi();
    await mpi.barrier();
    if (mpi.rank === 1) process.kill(process.pid, 'SIGKILL');
    await mpi.allReduceSum(new Float32Array(8));
  },
  async failed() {
    const mpi = openMpi();
    await mpi.barrier();
    if (mpi.rank === 1) process.exit(3); // leaves without close()
    await mpi.allReduceSum(new Float32Array(8));
  },
  async wait() {
    const mpi = openMpi();
    tell({ pid: process.pid });
    if (mpi.rank === 0) await mpi.allReduceSum(new Float32Array(8));
    else setInterval(() => undefined, 1000);
  },
};

exercises[exercise]().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
