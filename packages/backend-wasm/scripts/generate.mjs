// Compiles assembly/ to the two WebAssembly modules and embeds them in src/generated as base64, where they are not current; writes the
// functions that write argument blocks.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_BYTES = 40 * 1024;
const root = fileURLToPath(new URL('..', import.meta.url));

const variants = {
  simd: ['--enable', 'simd'],
  relaxed: ['--enable', 'simd', '--enable', 'relaxed-simd'],
};

/** Compiles one variant and returns its bytes. */
async function compile(name, features) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      '--baseDir',
      root,
      '--outFile',
      `${name}.wasm`,
      ...features,
      '-O3',
      '--converge',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
    ],
    {
      writeFile: (_file, contents) => {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`generate(${name}): ${error.message}\n${stderr.toString()}`);
  if (binary.length > LIMIT_BYTES) {
    throw new Error(`generate(${name}): expected at most ${LIMIT_BYTES} bytes, got ${binary.length}.`);
  }
  return binary;
}

/** What a module is made from: the sources, this script, the compiler. */
async function keyOfSources() {
  const compiler = createRequire(import.meta.url)('assemblyscript/package.json');
  const hash = createHash('sha256').update(compiler.version);
  const sources = (await readdir(join(root, 'assembly'))).filter((name) => name.endsWith('.ts')).sort();
  for (const path of [...sources.map((name) => join(root, 'assembly', name)), fileURLToPath(import.meta.url)])
    hash.update(await readFile(path)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** The generated source's first line; the key in it tells what it was made from. */
const header = `// Made by scripts/generate.mjs from assembly/ (${await keyOfSources()}); do not edit.\n`;

/** For each block of assembly/blocks.ts the function that writes its fields, one assignment each. */
async function blockWriters() {
  const source = (await readFile(join(root, 'assembly/blocks.ts'), 'utf8')).replace(/\/\*.*?\*\//gs, '');
  const writers = [...source.matchAll(/export enum (\w+Block) \{([^}]*)\}/g)].map(([, name, body]) => {
    const fields = body.split(',').map((field) => field.trim());
    const lines = fields
      .filter((field) => field !== '')
      .map((field, i) => `      ${field.endsWith('F') ? 'f32' : 'i32'}[at + ${i}] = block.${field};\n`);
    return `  [\n    blocks.${name},\n    (i32, f32, at, block) => {\n${lines.join('')}    },\n  ],\n`;
  });
  return `import * as blocks from '../../assembly/blocks';

/** Writes the fields of a block from index \`at\` on; those whose name ends with F as floats. */
export type WriteBlock = (
  i32: Int32Array,
  f32: Float32Array,
  at: number,
  block: Readonly<Record<string, number>>,
) => void;

/** By the enum that lays the block out. */
export const blockWriters = new Map<object, WriteBlock>([
${writers.join('')}]);
`;
}

async function put(path, source) {
  await writeFile(`${path}.part`, header + source);
  await rename(`${path}.part`, path);
}

await mkdir(join(root, 'src/generated'), { recursive: true });
await put(join(root, 'src/generated/blocks.ts'), await blockWriters());
for (const [name, features] of Object.entries(variants)) {
  const path = join(root, 'src/generated', `${name}.ts`);
  const before = await readFile(path, 'utf8').catch(() => '');
  if (before.startsWith(header)) {
    console.log(`${name}: current`);
    continue;
  }
  const binary = await compile(name, features);
  await put(path, `export const ${name}Base64 =\n  '${Buffer.from(binary).toString('base64')}';\n`);
  console.log(`${name}: ${binary.length} bytes`);
}
