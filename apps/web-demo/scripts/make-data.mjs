// Writes public/data: the four files of MNIST and ten test digits of each class for the picker, gzipped. Does nothing where they are.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { sourceAliases } from './source-aliases.mjs';

const target = fileURLToPath(new URL('../public/data/', import.meta.url));
if (!existsSync(target)) {
  const { module } = await runnerImport(fileURLToPath(new URL('digit-files.ts', import.meta.url)), {
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    resolve: { alias: sourceAliases },
  });
  await module.writeDigitFiles(target);
}
