// The page's offline copy. Written by vite/service-worker.ts at build time.
const version = '__VERSION__';
const precache = __PRECACHE__;
const siteCache = `googlenet-site-${version}`;
const dataCache = 'googlenet-data';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(siteCache)
      .then((cache) => cache.addAll(precache.map((path) => new Request(path, { cache: 'no-cache' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('googlenet-site-') && name !== siteCache)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

/**
 * A static host may not let its user set headers. Answers from here carry the two that make the page
 * cross-origin isolated, so that from the second visit on the wasm engine can use threads.
 */
function isolated(response) {
  if (response.status === 0 || response.redirected) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function answer(request) {
  const path = new URL(request.url).pathname;
  // What one view alone needs is fetched when it is opened, and kept. The list of weights is asked for anew.
  const trainingData = /\/data\/(train|t10k)-[^/]+$|\/weights\/.+\.(safetensors|png|jpe?g|webp)$/.test(path);
  const cache = await caches.open(trainingData ? dataCache : siteCache);
  const key = request.mode === 'navigate' ? './' : request;
  const stored = await cache.match(key, { ignoreSearch: true });
  if (stored) return isolated(stored);
  const response = await fetch(request);
  if (trainingData && response.ok) await cache.put(request, response.clone());
  return isolated(response);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(answer(request));
});
