// Writes public/data: the four files of MNIST and ten test digits of each class for the picker, gzipped. Does nothing where they are.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importSource } from './import-source.mjs';

const target = fileURLToPath(new URL('../public/data/', import.meta.url));
if (!existsSync(target)) {
  const { writeDigitFiles } = await importSource('digit-files.ts');
  await writeDigitFiles(target);
}
