// Writes public/model: the network of @googlenet/mnist-weights in 8 bits, which the page fetches file by file.
import { importSource } from './import-source.mjs';

const { writePageModel } = await importSource('page-model.ts');
await writePageModel();
