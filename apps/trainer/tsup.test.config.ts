import { defineConfig } from 'tsup';

/** The command with the workspace's packages taken from their sources, so that its tests need no build. */
export default defineConfig({
  entry: { main: 'src/main.ts' },
  outDir: 'build',
  format: ['esm'],
  platform: 'node',
  target: 'es2022',
  silent: true,
  clean: true,
  noExternal: [/^@googlenet(-tooling)?\//],
  external: [/^[^./]/],
});
