import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer, FileServer } from '../testing/file-server';
import { cutFile, file, first, serveFiles, status } from '../testing/file-server';
import { download } from './download';

const body = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
const checksum = { algorithm: 'md5' as const, value: createHash('md5').update(body).digest('hex') };
const wrong = file(body.map((byte) => 255 - byte));

let folder: string;
let server: FileServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Serves `answers` as a, b, c ... and downloads from them in this order. */
async function get(answers: Answer[], options: Partial<Parameters<typeof download>[0]> = {}) {
  const names = answers.map((_, i) => 'abc'.charAt(i));
  server = await serveFiles(Object.fromEntries(names.map((name, i) => [name, answers[i]])));
  return download({
    urls: names.map((name) => server.url + name),
    destination: join(folder, 'data', 'file.gz'),
    checksum,
    retryDelayMs: 1,
    timeoutMs: 2000,
    ...options,
  });
}

const saved = async () =>
  (await readFile(join(folder, 'data', 'file.gz'))).equals(body) ? 'whole' : 'other bytes';
const entries = () => readdir(join(folder, 'data'));

describe('download', () => {
  it('puts the whole file in place, reports its way, and leaves nothing else', async () => {
    const seen: number[] = [];
    const done = await get([file(body)], {
      onProgress: ({ file: name, receivedBytes, totalBytes }) => {
        expect([name, totalBytes]).toEqual(['a', 100_000]);
        seen.push(receivedBytes);
      },
    });
    expect(done).toEqual({ path: join(folder, 'data', 'file.gz'), reused: false });
    expect(await saved()).toBe('whole');
    expect(await entries()).toEqual(['file.gz']);
    expect(seen.at(-1)).toBe(100_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('keeps a file that is right, and replaces one that is not', async () => {
    await get([file(body)]);
    const again = { urls: [`${server.url}a`], destination: join(folder, 'data', 'file.gz'), checksum };
    expect((await download(again)).reused).toBe(true);
    await writeFile(again.destination, 'damaged');
    expect((await download(again)).reused).toBe(false);
    expect(await saved()).toBe('whole');
    expect(server.requests).toEqual(['GET a', 'GET a']);
  });

  it('goes on where a cut transfer stopped', async () => {
    await get([first(cutFile(body, 40_000), file(body))]);
    expect(await saved()).toBe('whole');
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]).toMatch(/^GET a bytes=\d+-$/);
    expect(server.requests[1]).not.toBe('GET a bytes=0-');
  });

  it('goes on with what an earlier run left', async () => {
    await get([status(404)]).catch(() => undefined);
    await server.close();
    await writeFile(join(folder, 'data', 'file.gz.part'), body.subarray(0, 70_000));
    await get([file(body)]);
    expect(server.requests).toEqual(['GET a bytes=70000-']);
    expect(await saved()).toBe('whole');
  });

  it('starts anew when what was left is wrong', async () => {
    await get([status(404)]).catch(() => undefined);
    await server.close();
    await writeFile(join(folder, 'data', 'file.gz.part'), new Uint8Array(70_000));
    await get([file(body)]);
    expect(server.requests).toEqual(['GET a bytes=70000-', 'GET a']);
    expect(await saved()).toBe('whole');
  });

  it('starts anew when what was left is longer than the file, or the server cannot continue', async () => {
    await get([status(404)]).catch(() => undefined);
    await server.close();
    await writeFile(join(folder, 'data', 'file.gz.part'), new Uint8Array(100_001));
    await get([file(body)]);
    expect(server.requests).toEqual(['GET a bytes=100001-', 'GET a']);
    await server.close();
    await rm(join(folder, 'data', 'file.gz'));
    await writeFile(join(folder, 'data', 'file.gz.part'), body.subarray(0, 10));
    await get([(response) => void response.writeHead(200).end(body)]);
    expect(await saved()).toBe('whole');
  });

  it('turns to the next mirror after 503s, and at once after a 404', async () => {
    await get([status(503), status(404), file(body)], { retries: 1 });
    expect(server.requests).toEqual(['GET a', 'GET a', 'GET b', 'GET c']);
    expect(await saved()).toBe('whole');
  });

  it('turns to the next mirror after wrong bytes', async () => {
    await get([wrong, file(body)]);
    expect(server.requests).toEqual(['GET a', 'GET b']);
    expect(await saved()).toBe('whole');
  });

  it('gives up a server that stays silent, before or after the header', async () => {
    const silent: Answer = () => undefined;
    const stalling: Answer = (response) => void response.writeHead(200).write('x');
    await get([silent, stalling, file(body)], { timeoutMs: 60, retries: 0 });
    expect(server.requests).toEqual(['GET a', 'GET b', 'GET c bytes=1-', 'GET c']);
    expect(await saved()).toBe('whole');
  });

  it('two at once do not disturb each other', async () => {
    const slow: Answer = (response) => {
      response.writeHead(200).write(body.subarray(0, 50_000));
      setTimeout(() => response.end(body.subarray(50_000)), 30);
    };
    await get([slow]).then(() => rm(join(folder, 'data', 'file.gz')));
    const options = { urls: [`${server.url}a`], destination: join(folder, 'data', 'file.gz'), checksum };
    await Promise.all([download(options), download(options), download(options)]);
    expect(await saved()).toBe('whole');
    expect(await entries()).toEqual(['file.gz']);
  });

  it('a lock that a dead process left is no obstacle', async () => {
    await get([status(404)]).catch(() => undefined);
    await server.close();
    await writeFile(join(folder, 'data', 'file.gz.lock'), '99999999');
    await get([file(body)]);
    expect(await entries()).toEqual(['file.gz']);
  });
});

describe('a download that fails says why', () => {
  it('every mirror and every reason', async () => {
    const failed = get([status(503), status(403), cutFile(body, 10)], { retries: 1 });
    await expect(failed).rejects.toMatchObject({ code: 'DOWNLOAD', name: 'DownloadError' });
    const message = await failed.catch((error: Error) => error.message);
    expect(message).toContain('got 5 failures. Check the network and try again, or fetch the file by hand');
    expect(message).toContain(`${server.url}a: HTTP 503 Service Unavailable`);
    expect(message).toContain(`${server.url}b: HTTP 403 Forbidden`);
    expect(message).toMatch(/\/c: .*(terminated|closed)/);
    expect(await entries()).toEqual(['file.gz.part']);
  });

  it('wrong bytes everywhere are a checksum error, and nothing is kept', async () => {
    const failed = get([wrong]);
    await expect(failed).rejects.toMatchObject({ code: 'CHECKSUM' });
    await expect(failed).rejects.toThrow(new RegExp(`md5 is [0-9a-f]{32}, expected ${checksum.value}`));
    expect(await entries()).toEqual([]);
  });

  it('silence', async () => {
    const failed = get([() => undefined], { timeoutMs: 40, retries: 0 });
    await expect(failed).rejects.toThrow('no data for 40 ms');
  });

  it('a file that is too large, announced or not', async () => {
    const unannounced: Answer = (response) => void response.writeHead(200).end(body);
    const failed = get([file(body), unannounced], { retries: 0, maxBytes: 50_000 });
    await expect(failed).rejects.toThrow(
      /a: expected at most 50000 bytes, the server offers 100000\n.*b: expected at most/,
    );
  });

  it('cancelled with the reason of the signal', async () => {
    const controller = new AbortController();
    const stalling: Answer = (response) => {
      response.writeHead(200).write('x');
      setTimeout(() => controller.abort(new Error('enough')), 20);
    };
    await expect(get([stalling], { signal: controller.signal })).rejects.toThrow('enough');
    expect(server.requests).toEqual(['GET a']);
  });
});
