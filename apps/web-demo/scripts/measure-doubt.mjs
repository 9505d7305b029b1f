// Counts what the shipped network doubts: test digits, letters of fonts, scribbles, hearts and other shapes.
//   node scripts/measure-doubt.mjs [DIGITS] [SEED]
import { importSource } from './import-source.mjs';

// The method was chosen, and its rule learned, with other fonts and seeds, and with training and validation digits.
const [digits = 10000, seed = 2026] = process.argv.slice(2).map(Number);
const { measureDoubt } = await importSource('outliers.ts');
await measureDoubt(digits, seed);
