// Makes a trained run the network that the page ships:
//   node scripts/ship-model.mjs RUN_FOLDER
// writes packages/mnist-weights/model: model.json, weights.bin (float16, half the size) and run.json, the run's own summary with the
// digests. Then check the shipped files, not the run:
//   npx googlenet evaluate --model packages/mnist-weights/model
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { toFloat16 } from './float16.cjs';

const mostBytes = 1_500_000;
const run = process.argv[2];
const sources = { model: 'model/model.json', weights: 'model/weights.bin', summary: 'summary.json' };
const missing = run ? Object.values(sources).filter((name) => !existsSync(join(run, name))) : [];
if (!run || missing.length > 0) {
  console.error(
    `ship-model(${run ?? ''}): expected the folder of a finished run, got ${run ? `one without ${missing.join(', ')}` : 'none'}. Name it: node scripts/ship-model.mjs runs/...`,
  );
  process.exit(2);
}

const json = JSON.parse(readFileSync(join(run, sources.model), 'utf8'));
const bytes = readFileSync(join(run, sources.weights));
const specs = json.weightsManifest.flatMap((group) => group.weights);
const size = specs.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
if (
  bytes.length !== 4 * size ||
  specs.some(({ dtype, quantization }) => dtype !== 'float32' || quantization)
) {
  console.error(
    `ship-model(${run}): expected ${size} float32 weights, got ${bytes.length} bytes. Ship the run's own model.`,
  );
  process.exit(2);
}
const weights = Buffer.from(
  toFloat16(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))).buffer,
);
const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const card = { ...json.userDefinedMetadata?.googlenet, sha256: { 'weights.bin': sha256(weights) } };
const model = JSON.stringify({
  ...json,
  userDefinedMetadata: { ...json.userDefinedMetadata, googlenet: card },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: specs.map((spec) => ({ ...spec, quantization: { dtype: 'float16' } })),
    },
  ],
});
const wireBytes = gzipSync(model).length + weights.length;
if (wireBytes > mostBytes) {
  console.error(
    `ship-model(${run}): expected at most ${mostBytes} bytes over the wire, got ${wireBytes}. Train a narrower network.`,
  );
  process.exit(1);
}

const record = {
  ...JSON.parse(readFileSync(join(run, sources.summary), 'utf8')),
  shipped: {
    weights: 'float16',
    parameters: size,
    wireBytes,
    sha256: { 'model.json': sha256(model), 'weights.bin': sha256(weights) },
    trainedSha256: { 'weights.bin': sha256(bytes) },
  },
};

const target = fileURLToPath(new URL('../../../packages/mnist-weights/model/', import.meta.url));
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'model.json'), model);
writeFileSync(join(target, 'weights.bin'), weights);
writeFileSync(join(target, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
// What `googlenet outliers` learned is of one network only.
const outliers = join(run, 'model/outliers.json');
if (existsSync(outliers)) copyFileSync(outliers, join(target, 'outliers.json'));
else {
  rmSync(join(target, 'outliers.json'), { force: true });
  console.log(
    `run this too: npx googlenet outliers --model ${target} --seed ${record.seed} --images 6000 --layer inception_4e --unlike FOLDER (tooling/oracles/unlike_digits.py)`,
  );
}
console.log(
  `${target}: ${size} weights, ${wireBytes} bytes over the wire, test accuracy of the run ${record.testAccuracy}`,
);
