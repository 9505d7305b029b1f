// Times sums over all ranks: mpirun -np N node scripts/measure.mjs [MEGABYTES]. Needs `npm run build` and `npm run build:native`.
import process from 'node:process';
import { openMpi } from '../dist/index.js';

const mpi = openMpi();
const megabytes = Number(process.argv[2] ?? 30.8);
const passes = 10;
const large = new Float32Array((megabytes * 1e6) / 4);
const small = new Float32Array(256);
const time = async (call) => {
  for (let i = 0; i < 3; i++) await call();
  await mpi.barrier();
  const start = performance.now();
  for (let i = 0; i < passes; i++) await call();
  return (performance.now() - start) / passes;
};
const largeMs = await time(() => mpi.allReduceSum(large));
const smallMs = await time(() => mpi.allReduceSumSync(small));
if (mpi.rank === 0)
  process.stdout.write(
    `${mpi.library}: ${mpi.size} ranks, ${megabytes} MB in ${largeMs.toFixed(1)} ms, 1 KB in ${(1000 * smallMs).toFixed(0)} us\n`,
  );
await mpi.close();
