import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetEntry } from '../catalog';
import { catalog, FILE_ROLES } from '../catalog';
import { gzip } from '../gzip';
import { writeIdx } from '../idx';
import { file, serveFiles, status } from '../../../download/src/testing/file-server';
import { writeZip } from '../testing/zip';
import { loadDataset } from './load-dataset';

const entry = catalog.find(({ name }) => name === 'kmnist') as DatasetEntry;
const published = entry.packedSha256;

describe('loadDataset by download', () => {
  let cacheDir: string;
  let files: Record<string, Uint8Array>;

  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'cache-'));
    const images = await gzip(writeIdx({ shape: [2, 2, 2], data: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7) }));
    const labels = await gzip(writeIdx({ shape: [2], data: Uint8Array.of(9, 3) }));
    files = Object.fromEntries(
      FILE_ROLES.map((role) => [`${entry.files[role]}.gz`, role.endsWith('Images') ? images : labels]),
    );
    const sha256 = (role: (typeof FILE_ROLES)[number]) =>
      createHash('sha256').update(files[`${entry.files[role]}.gz`]).digest('hex');
    entry.packedSha256 = Object.fromEntries(
      FILE_ROLES.map((role) => [role, sha256(role)]),
    ) as typeof published;
  });
  afterEach(async () => {
    entry.packedSha256 = published;
    await rm(cacheDir, { recursive: true });
  });

  it('takes the second mirror, keeps the files, and needs no network afterwards', async () => {
    const down = await serveFiles(Object.fromEntries(Object.keys(files).map((name) => [name, status(403)])));
    const up = await serveFiles(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, file(bytes)])),
    );
    const seen = new Set<string>();
    const options = {
      name: 'kmnist',
      cacheDir,
      mirrors: [down.url.slice(0, -1), up.url],
      onProgress: (progress: { file: string }) => seen.add(progress.file),
    };
    const loaded = await loadDataset(options);
    expect([...loaded.train.images]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...loaded.test.labels]).toEqual([9, 3]);
    expect(loaded.train.classNames[9]).toBe('wo');
    expect(loaded.folder).toBe(join(cacheDir, 'datasets', 'kmnist'));
    expect([...seen].sort()).toEqual(Object.keys(files).sort());
    expect((await readdir(loaded.folder)).sort()).toEqual(Object.keys(files).sort());
    await Promise.all([down.close(), up.close()]);
    expect((await loadDataset(options)).checksums).toEqual(loaded.checksums);
  });

  it('tells bytes that are not the published ones', async () => {
    entry.packedSha256 = published;
    const server = await serveFiles(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, file(bytes)])),
    );
    const load = loadDataset({ name: 'kmnist', cacheDir, mirrors: [server.url] });
    await expect(load).rejects.toMatchObject({ code: 'CHECKSUM' });
    await expect(load).rejects.toThrow(
      /expected 51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4/,
    );
    await server.close();
  });
});

describe('EMNIST', () => {
  const letters = catalog.find(({ name }) => name === 'emnist-letters') as DatasetEntry;
  const archive = letters.archive;
  let cacheDir: string;
  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'cache-'));
  });
  afterEach(async () => {
    letters.archive = archive;
    await rm(cacheDir, { recursive: true });
  });

  it('comes out of its archive, upright, once', async () => {
    const images = await gzip(writeIdx({ shape: [1, 2, 2], data: Uint8Array.of(0, 1, 2, 3) }));
    const labels = await gzip(writeIdx({ shape: [1], data: Uint8Array.of(26) }));
    const contents = FILE_ROLES.map((role): [string, Uint8Array] => [
      `gzip/${letters.files[role]}.gz`,
      role.endsWith('Images') ? images : labels,
    ]);
    const zip = writeZip(
      { 'gzip/other.gz': Uint8Array.of(1), ...Object.fromEntries<Uint8Array>(contents) },
      true,
    );
    letters.archive = {
      file: 'gzip.zip',
      folder: 'gzip/',
      sha256: createHash('sha256').update(zip).digest('hex'),
    };
    const server = await serveFiles({ 'gzip.zip': file(zip) });
    const options = { name: 'emnist-letters', cacheDir, mirrors: [server.url] };
    const { train, test: held, folder } = await loadDataset(options);
    expect([...train.images]).toEqual([0, 2, 1, 3]);
    expect([train.labels[0], train.classNames[25], held.count]).toEqual([25, 'z', 1]);
    expect(folder).toBe(join(cacheDir, 'datasets', 'emnist'));
    expect(server.requests).toEqual(['GET gzip.zip']);
    await server.close();
    expect((await loadDataset(options)).test.count).toBe(1);
  });
});
