// Counts how many made photographs of test digits the shipped network reads:
//   node scripts/measure-photographs.mjs [COUNT] [SEED]
import { importSource } from './import-source.mjs';

const [count = 100, seed = 2026] = process.argv.slice(2).map(Number);
const { measurePhotographs } = await importSource('photographs.ts');
await measurePhotographs(count, seed);
