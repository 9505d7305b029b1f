import { digest } from '@googlenet/download';
import { gzip } from './gzip';
import { writeIdx } from './idx';
import { loadDatasetFromUrls, loadLabeledImages } from './load-from-urls';
import type { FileServer } from '../../download/src/testing/file-server';
import { cutFile, file, serveFiles, status } from '../../download/src/testing/file-server';

const images = writeIdx({ shape: [2, 1, 2], data: Uint8Array.of(10, 20, 30, 40) });
const labels = writeIdx({ shape: [2], data: Uint8Array.of(7, 2) });

describe('loading from addresses', () => {
  let server: FileServer;
  beforeAll(async () => {
    const [packedImages, packedLabels] = [await gzip(images), await gzip(labels)];
    server = await serveFiles({
      'd/train-images-idx3-ubyte.gz': file(packedImages),
      'd/train-labels-idx1-ubyte.gz': file(packedLabels),
      'd/t10k-images-idx3-ubyte.gz': file(packedImages),
      'd/t10k-labels-idx1-ubyte.gz': file(packedLabels),
      images: file(images),
      labels: file(labels),
      encoded: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(packedImages),
      cut: cutFile(images, 10),
      page: (response) => void response.writeHead(200).end('<html>Not here</html>'),
      broken: status(500),
      silent: (response) => void response.writeHead(200).write('\0'),
    });
  });
  afterAll(() => server.close());

  const pair = (over: object = {}) =>
    loadLabeledImages({ name: 'own', images: `${server.url}images`, labels: `${server.url}labels`, ...over });

  it('gives a whole data set from one folder', async () => {
    const loaded = await loadDatasetFromUrls({ name: 'fashion-mnist', baseUrl: `${server.url}d` });
    expect([...loaded.train.images]).toEqual([10, 20, 30, 40]);
    expect([...loaded.test.labels]).toEqual([7, 2]);
    expect(loaded.test.classNames[7]).toBe('sneaker');
    expect(loaded.checksums).toEqual({
      'train-images-idx3-ubyte': await digest('sha256', images),
      'train-labels-idx1-ubyte': await digest('sha256', labels),
      't10k-images-idx3-ubyte': await digest('sha256', images),
      't10k-labels-idx1-ubyte': await digest('sha256', labels),
    });
  });

  it('gives one pair, plain, and reports its way', async () => {
    const seen: unknown[] = [];
    const own = await pair({ onProgress: (progress: unknown) => seen.push(progress) });
    expect([own.count, own.height, own.width, own.numClasses]).toEqual([2, 1, 2, 8]);
    expect(seen).toContainEqual({ file: 'images', receivedBytes: 20, totalBytes: 20 });
  });

  it('does not mind a server that compresses in transit', async () => {
    expect([...(await pair({ images: `${server.url}encoded` })).images]).toEqual([10, 20, 30, 40]);
  });

  it('compares checksums: known ones by default, given ones always', async () => {
    const mnist = loadDatasetFromUrls({ baseUrl: `${server.url}d/` });
    await expect(mnist).rejects.toMatchObject({ code: 'CHECKSUM' });
    await expect(pair({ sha256: { labels: 'ff' } })).rejects.toThrow(
      /expected sha256 ff of http.*labels, got [0-9a-f]{64}/,
    );
    const good = await pair({
      sha256: { images: await digest('sha256', images), labels: await digest('sha256', labels) },
    });
    expect(good.count).toBe(2);
    expect((await loadDatasetFromUrls({ baseUrl: `${server.url}d/`, checksums: {} })).train.count).toBe(2);
  });

  it.each([
    ['missing', 'DOWNLOAD', /expected a file at http.*missing, got HTTP 404 Not Found. Check the address/],
    ['broken', 'DOWNLOAD', /got HTTP 500/],
    ['cut', 'DOWNLOAD', /got terminated \(.*closed.*\)/],
    ['page', 'IDX_MAGIC', /This is no IDX file \(a web page saved under its name\?\)/],
  ])('%s', async (path, code, message) => {
    const load = pair({ images: server.url + path });
    await expect(load).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('names what is missing from the options', async () => {
    await expect(loadDatasetFromUrls({})).rejects.toThrow(/expected baseUrl or urls, got neither/);
    await expect(loadDatasetFromUrls({ name: 'cifar' })).rejects.toThrow(/got "cifar"/);
  });

  it('stops with the reason of the signal', async () => {
    const controller = new AbortController();
    const load = pair({ images: `${server.url}silent`, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(load).rejects.toThrow('enough');
  });
});
