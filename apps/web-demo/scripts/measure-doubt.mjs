// Counts what the shipped network doubts: test digits, letters of Hershey fonts, hearts, scribbles and other shapes.
//   node scripts/measure-doubt.mjs [DIGITS] [SEED]
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { sourceAliases } from './source-aliases.mjs';

// The method was chosen with other fonts and seeds, and with validation digits.
const [digits = 1000, seed = 2026] = process.argv.slice(2).map(Number);
const { module } = await runnerImport(fileURLToPath(new URL('outliers.ts', import.meta.url)), {
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  resolve: { alias: sourceAliases },
});
await module.measureDoubt(digits, seed);
