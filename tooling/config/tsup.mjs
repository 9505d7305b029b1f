import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

const shared = fileURLToPath(new URL('../shared/', import.meta.url));

/**
 * The tsup configuration of a library: ES modules, CommonJS and declarations.
 *
 * @param {import('tsup').Options} [overrides] - at least `entry` where a package has more than `src/index.ts`
 */
export function library(overrides = {}) {
  return defineConfig({
    entry: { index: 'src/index.ts' },
    format: ['esm', 'cjs'],
    target: 'es2022',
    platform: 'neutral',
    // By its place: tsup reads the paths of a tsconfig as if they stood in the package.
    dts: { compilerOptions: { paths: { '@googlenet-tooling/shared/*': [`${shared}src/*.ts`] } } },
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: true,
    external: [/^node:/],
    removeNodeProtocol: false, // other runtimes know Node's modules by "node:" only
    tsconfig: fileURLToPath(new URL('./tsconfig.build.json', import.meta.url)),
    ...overrides,
  });
}
