import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeZip } from '../testing/zip';
import { extract } from './archive';

const files = {
  'gzip/a.gz': Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) % 253),
  'gzip/b.gz': Uint8Array.of(1, 2, 3),
  'gzip/c.gz': Uint8Array.of(9),
};

describe('extract', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([true, false])('unpacks the named files only (compressed: %p)', async (compressed) => {
    await writeFile(join(folder, 'x.zip'), writeZip(files, compressed));
    const paths = await extract(join(folder, 'x.zip'), ['gzip/b.gz', 'gzip/a.gz'], join(folder, 'out'));
    expect(paths).toEqual([join(folder, 'out', 'b.gz'), join(folder, 'out', 'a.gz')]);
    expect((await readFile(paths[1])).equals(files['gzip/a.gz'])).toBe(true);
    expect(new Uint8Array(await readFile(paths[0]))).toEqual(files['gzip/b.gz']);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['a.gz', 'b.gz']);
  });

  it('unpacks no file beyond the limit, whether the archive tells its size or lies', async () => {
    const told = writeZip({ 'a.gz': new Uint8Array(70_000) }, true);
    await writeFile(join(folder, 'x.zip'), told);
    await expect(extract(join(folder, 'x.zip'), ['a.gz'], join(folder, 'out'), 69_999)).rejects.toThrow(
      /expected at most 69999 bytes for a.gz .* got 70000/,
    );
    const lying = Buffer.from(told);
    lying.writeUInt32LE(10, lying.lastIndexOf('PK\x01\x02') + 24);
    await writeFile(join(folder, 'x.zip'), lying);
    await expect(extract(join(folder, 'x.zip'), ['a.gz'], join(folder, 'out'), 100)).rejects.toThrow(
      /too many bytes/,
    );
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });

  it('names the file that an archive lacks', async () => {
    await writeFile(join(folder, 'x.zip'), writeZip(files, true));
    const lacking = extract(join(folder, 'x.zip'), ['gzip/a.gz', 'gzip/d.gz'], folder);
    await expect(lacking).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/expected gzip\/d.gz in /),
    });
  });

  it('refuses what is no archive, and a damaged one', async () => {
    await writeFile(join(folder, 'x.zip'), 'not a zip at all, but long enough to be one');
    await expect(extract(join(folder, 'x.zip'), ['a'], folder)).rejects.toThrow(/end of central directory/i);
    const damaged = writeZip(files, true);
    damaged.fill(0, 300, 400);
    await writeFile(join(folder, 'x.zip'), damaged);
    await expect(extract(join(folder, 'x.zip'), ['gzip/a.gz'], join(folder, 'out'))).rejects.toThrow();
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });
});
