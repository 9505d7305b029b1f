import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { contentSecurityPolicy } from './vite/content-security-policy.ts';
import { previewImage } from './vite/preview-image.ts';
import { serviceWorker } from './vite/service-worker.ts';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
const shared = fileURLToPath(new URL('../../tooling/shared/', import.meta.url));

/** The headers that make the page cross-origin isolated, which is what lets the wasm engine use threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  resolve: {
    // The workspace's packages come from their sources, in development and in the built site: a
    // change in any of them reloads the page, and a build needs nothing built before it.
    alias: [
      { find: /^@googlenet\/([a-z-]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@googlenet-tooling\/shared\/([a-z-]+)$/, replacement: `${shared}src/$1.ts` },
      { find: /^@googlenet\/([a-z-]+)\/node$/, replacement: `${packages}$1/src/node/index.ts` },
    ],
    dedupe: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    sourcemap: true,
    chunkSizeWarningLimit: 1200,
    license: { fileName: 'licenses.md' },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
  plugins: [contentSecurityPolicy(), previewImage(), serviceWorker()],
});
