// Writes public/weights: the photo network in 8 bits, the list of what is there, and sample pictures.
//   npm run weights                          fetches Caffe's bvlc_googlenet (53.5 MB, checked, kept in the cache folder)
//   npm run weights -- FILE [PICTURE ...]    takes a file that is there, and sample pictures; without any, those beside the file
// The drawn pictures of samples/ are always among them.
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importSource } from './import-source.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const base = process.env.INIT_CWD ?? process.cwd();
const [given, ...pictures] = process.argv.slice(2).map((path) => resolve(base, path));
const target = join(root, 'public/weights');

const { convertWeights } = await importSource('convert-weights.ts');
const { publishFolder } = await importSource('publish.ts');
try {
  const bytes = await convertWeights(given && readFileSync(given));
  const beside =
    given === undefined ? [] : readdirSync(dirname(given)).map((name) => join(dirname(given), name));
  const drawn = readdirSync(join(root, 'samples')).map((name) => join(root, 'samples', name));
  const samples = [...drawn, ...(pictures.length > 0 ? pictures : beside)].filter((path) =>
    /\.(png|jpe?g|webp)$/i.test(path),
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = `googlenet-${sha256.slice(0, 8)}.safetensors`;
  const manifest = {
    weights: 'caffe',
    file,
    bytes: bytes.length,
    sha256,
    samples: samples.map((path) => basename(path)),
  };
  rmSync(target, { recursive: true, force: true });
  publishFolder(target, (part) => {
    writeFileSync(join(part, file), bytes);
    for (const path of samples) copyFileSync(path, join(part, basename(path)));
    writeFileSync(join(part, 'weights.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  });
  console.log(
    `public/weights/${file}: ${(bytes.length / 1e6).toFixed(2)} MB, ${samples.length} sample pictures`,
  );
} catch (error) {
  console.error(`make-weights: ${error.message}`);
  process.exitCode = 1;
}
