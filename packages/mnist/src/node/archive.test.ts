import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { extract } from './archive';

/** A zip archive as PKWARE's APPNOTE describes it: local entries, central directory, end record. */
function zip(files: Record<string, Uint8Array>, compressed: boolean): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const body = compressed ? deflateRawSync(content) : Buffer.from(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(compressed ? 8 : 0, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), body]);
    const central = Buffer.alloc(46);
    central.write('PK\x01\x02');
    central.writeUInt16LE(20, 4);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    directory.push(central, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

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

  test.each([true, false])('unpacks the named files only (compressed: %p)', async (compressed) => {
    await writeFile(join(folder, 'x.zip'), zip(files, compressed));
    const paths = await extract(join(folder, 'x.zip'), ['gzip/b.gz', 'gzip/a.gz'], join(folder, 'out'));
    expect(paths).toEqual([join(folder, 'out', 'b.gz'), join(folder, 'out', 'a.gz')]);
    expect((await readFile(paths[1])).equals(files['gzip/a.gz'])).toBe(true);
    expect(new Uint8Array(await readFile(paths[0]))).toEqual(files['gzip/b.gz']);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['a.gz', 'b.gz']);
  });

  test('names the file that an archive lacks', async () => {
    await writeFile(join(folder, 'x.zip'), zip(files, true));
    const lacking = extract(join(folder, 'x.zip'), ['gzip/a.gz', 'gzip/d.gz'], folder);
    await expect(lacking).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/expected gzip\/d.gz in /),
    });
  });

  test('refuses what is no archive, and a damaged one', async () => {
    await writeFile(join(folder, 'x.zip'), 'not a zip at all, but long enough to be one');
    await expect(extract(join(folder, 'x.zip'), ['a'], folder)).rejects.toThrow(/end of central directory/i);
    const damaged = zip(files, true);
    damaged.fill(0, 300, 400);
    await writeFile(join(folder, 'x.zip'), damaged);
    await expect(extract(join(folder, 'x.zip'), ['gzip/a.gz'], join(folder, 'out'))).rejects.toThrow();
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });
});
