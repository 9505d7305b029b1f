// Writes public/model: the network of @googlenet/mnist-weights, which the page fetches file by file.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const from = new URL('../../../packages/mnist-weights/model/', import.meta.url);

cpSync(fileURLToPath(from), fileURLToPath(new URL('../public/model/', import.meta.url)), { recursive: true });
