// Compiles assembly/ to the two WebAssembly modules and embeds them in src/generated as base64.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const LIMIT_BYTES = 40 * 1024;
const root = fileURLToPath(new URL('..', import.meta.url));

const variants = {
  simd: ['--enable', 'simd'],
  relaxed: ['--enable', 'simd', '--enable', 'relaxed-simd'],
};

/** Compiles one variant and returns its bytes. */
async function compile(name, features) {
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

await mkdir(`${root}/src/generated`, { recursive: true });
for (const [name, features] of Object.entries(variants)) {
  const binary = await compile(name, features);
  const source = `// Made by scripts/generate.mjs from assembly/; do not edit.\nexport const ${name}Base64 =\n  '${Buffer.from(binary).toString('base64')}';\n`;
  await writeFile(`${root}/src/generated/${name}.ts`, source);
  console.log(`${name}: ${binary.length} bytes`);
}
