// Grey pictures of two classes in IDX files: bright above or bright below.
import { mkdirSync, writeFileSync } from 'node:fs';

const SIZE = 12;

function writeIdx(name, shape, bytes) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  writeFileSync(`data/${name}`, Buffer.concat([header, bytes]));
}

mkdirSync('data', { recursive: true });
for (const [part, count] of [
  ['train', 40],
  ['t10k', 10],
]) {
  const labels = Buffer.from(Array.from({ length: count }, (_, i) => i % 2));
  const images = Buffer.alloc(count * SIZE * SIZE);
  labels.forEach((label, i) => {
    const from = i * SIZE * SIZE + (label * SIZE * SIZE) / 2;
    images.fill(200 + (i % 40), from, from + (SIZE * SIZE) / 2);
  });
  writeIdx(`${part}-images-idx3-ubyte`, [count, SIZE, SIZE], images);
  writeIdx(`${part}-labels-idx1-ubyte`, [count], labels);
}
