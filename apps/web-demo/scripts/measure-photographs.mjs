// Counts how many made photographs of test digits the shipped network reads:
//   node scripts/measure-photographs.mjs [COUNT] [SEED]
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { sourceAliases } from './source-aliases.mjs';

const [count = 100, seed = 2026] = process.argv.slice(2).map(Number);
const { module } = await runnerImport(fileURLToPath(new URL('photographs.ts', import.meta.url)), {
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  resolve: { alias: sourceAliases },
});
await module.measurePhotographs(count, seed);
