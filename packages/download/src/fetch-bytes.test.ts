import { digest, DownloadError, fetchBytes } from './index';
import {
  cutFile,
  file,
  first,
  serveFiles,
  status,
  type Answer,
  type FileServer,
} from './testing/file-server';

const body = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) % 251);
let server: FileServer;

async function get(answer: Answer, options: Parameters<typeof fetchBytes>[1] = {}): Promise<Uint8Array> {
  server = await serveFiles({ a: answer });
  return fetchBytes(`${server.url}a`, { retryDelayMs: 1, ...options });
}

/** As much of Cache Storage as is used. */
function fakeCaches(files = new Map<string, Uint8Array>()) {
  const cache = {
    match: (url: string) =>
      Promise.resolve(files.has(url) ? new Response(files.get(url) as BodyInit) : undefined),
    put: async (url: string, response: Response) =>
      void files.set(url, new Uint8Array(await response.arrayBuffer())),
    delete: (url: string) => Promise.resolve(files.delete(url)),
  };
  Object.assign(globalThis, { caches: { open: () => Promise.resolve(cache) } });
  return files;
}

afterEach(async () => {
  await server.close();
  Reflect.deleteProperty(globalThis, 'caches');
});

it('gives the bytes and tells how many have arrived', async () => {
  const seen: number[] = [];
  const bytes = await get(file(body), { onProgress: ({ receivedBytes }) => seen.push(receivedBytes) });
  expect(bytes).toEqual(body);
  expect(seen.at(-1)).toBe(body.length);
});

it('goes on where a transfer broke off', async () => {
  expect(await get(first(cutFile(body, 20_000), file(body)), { retries: 1 })).toEqual(body);
  expect(server.requests[1]).toMatch(/^GET a bytes=\d+-$/);
});

it('starts anew where the server cannot go on', async () => {
  const whole: Answer = (response) => void response.writeHead(200).end(body);
  expect(await get(first(cutFile(body, 20_000), whole), { retries: 1 })).toEqual(body);
});

it('asks again after a 503 and not after a 404', async () => {
  expect(await get(first(status(503), file(body)), { retries: 1 })).toEqual(body);
  await server.close();
  await expect(get(status(404), { retries: 3 })).rejects.toThrow(/HTTP 404/);
  expect(server.requests).toHaveLength(1);
});

it('keeps the file in Cache Storage, and replaces one that is damaged there', async () => {
  const files = fakeCaches();
  const checksum = { algorithm: 'sha256' as const, value: (await digest('sha256', body)).slice(0, 8) };
  await get(file(body), { cache: 'test', checksum });
  const url = `${server.url}a`;
  expect(await fetchBytes(url, { cache: 'test', checksum })).toEqual(body);
  expect(server.requests).toHaveLength(1);
  files.set(url, new Uint8Array(5));
  expect(await fetchBytes(url, { cache: 'test', checksum })).toEqual(body);
  expect(server.requests).toHaveLength(2);
});

it('refuses other bytes, and too many', async () => {
  const checksum = { algorithm: 'sha1' as const, value: '0123456789' };
  const failed = get(file(body), { checksum });
  await expect(failed).rejects.toBeInstanceOf(DownloadError);
  await expect(failed).rejects.toMatchObject({ code: 'CHECKSUM' });
  await server.close();
  await expect(get(file(body), { maxBytes: 100, retries: 2 })).rejects.toThrow(/more than 100 bytes/);
  expect(server.requests).toHaveLength(1);
});

it('stops with the reason of the signal', async () => {
  const controller = new AbortController();
  const failed = get(() => controller.abort(new Error('enough')), { signal: controller.signal, retries: 5 });
  await expect(failed).rejects.toThrow('enough');
});
