// Makes a trained run the network that the page ships:
//   node scripts/ship-model.mjs RUN_FOLDER
// writes packages/mnist-weights/model: model.json, weights.bin (float16, half the size) and run.json, the run's own summary with the
// digests. Then check the shipped files, not the run:
//   npx googlenet evaluate --model packages/mnist-weights/model
import { importSource } from './import-source.mjs';

const { shipModel } = await importSource('ship-model.ts');
try {
  await shipModel(process.argv[2]);
} catch (error) {
  console.error(`ship-model: ${error.message}`);
  process.exitCode = 2;
}
