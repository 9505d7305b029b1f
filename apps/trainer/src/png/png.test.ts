import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { contactSheet } from './contact-sheet';
import { Raster } from './raster';
import { readImage } from './read-image';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'googlenet-png-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function twoPixels(): Buffer {
  const png = new PNG({ width: 2, height: 1 });
  png.data.set([255, 0, 0, 255, 0, 0, 255, 255]);
  return PNG.sync.write(png);
}

describe('readImage', () => {
  it('reads a PNG as red, green, blue, alpha', () => {
    const { data, width, height } = readImage(write('two.png', twoPixels()));
    expect([width, height]).toEqual([2, 1]);
    expect([...data]).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
  });

  it('reads a JPEG, whatever the file is called', () => {
    const data = Buffer.alloc(8 * 8 * 4, 200);
    const path = write('photo.png', jpeg.encode({ data, width: 8, height: 8 }, 95).data);
    const picture = readImage(path);
    expect([picture.width, picture.height]).toEqual([8, 8]);
    expect(Math.abs((picture.data[0] ?? 0) - 200)).toBeLessThanOrEqual(3);
  });

  it('turns a JPEG upright, as its EXIF orientation says', () => {
    const data = Buffer.alloc(16 * 8 * 4, 255);
    for (let y = 0; y < 8; y++) data.fill(0, y * 64, y * 64 + 32); // black on the left
    const plain = jpeg.encode({ data, width: 16, height: 8 }, 95).data;
    const exif = Buffer.from(
      'ffe1001e45786966000049492a00080000000100120103000100000006000000' /* 6: turn right */,
      'hex',
    );
    const path = write('turned.jpg', Buffer.concat([plain.subarray(0, 2), exif, plain.subarray(2)]));
    const picture = readImage(path);
    expect([picture.width, picture.height]).toEqual([8, 16]);
    const at = (row: number) => picture.data[(row * 8 + 4) * 4] ?? 0;
    expect(at(2)).toBeLessThan(10);
    expect(at(13)).toBeGreaterThan(245);
  });

  it.each([
    [
      'a missing file',
      () => join(folder, 'none.png'),
      /predict: expected a picture, got .*none\.png .*ENOENT/,
    ],
    [
      'an empty file',
      () => write('empty.png', Buffer.alloc(0)),
      /empty\.png: expected a JPEG, PNG or WebP, got an empty file/,
    ],
    [
      'another kind of file',
      () => write('x.gif', Buffer.from('GIF89a')),
      /x\.gif: expected a JPEG, PNG or WebP, got GIF/,
    ],
    [
      'a torn PNG',
      () => write('torn.png', twoPixels().subarray(0, 50)),
      /torn\.png: expected a whole png file/,
    ],
    [
      'a torn JPEG',
      () => write('torn.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])),
      /torn\.jpg: expected a whole jpeg file/,
    ],
    [
      'a PNG that claims to be enormous',
      () => write('huge.png', claiming(100_000)),
      /at most 64 million pixels/,
    ],
    [
      'a PNG of 8000x8000 without its pixels',
      () => write('claims.png', claiming(8000)),
      /fewer pixels than it says/,
    ],
    ['a folder', () => folder, /it is a folder/],
    ['a device that never ends', () => '/dev/zero', /a pipe or a device/],
    [
      'a file that is far too large',
      () => sparse('large.png', 1e12),
      /1,000,000,000,000 bytes, more than 256 MB/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(() => readImage(make())).toThrow(message);
  });
});

/** Two pixels under a header of another size. */
function claiming(side: number): Buffer {
  const bytes = twoPixels();
  bytes.writeUInt32BE(side, 16);
  bytes.writeUInt32BE(side, 20);
  return bytes;
}

/** A file without content, which takes no room on the disk. */
function sparse(name: string, bytes: number): string {
  const path = write(name, new Uint8Array(0));
  truncateSync(path, bytes);
  return path;
}

describe('contactSheet', () => {
  it('draws each image black on white where the grid says', () => {
    const pixels = new Uint8Array(28 * 28);
    pixels[0] = 255;
    const png = PNG.sync.read(
      contactSheet([{ pixels, caption: '7 > 1', note: '99% #3' }], { title: 'test', height: 28, width: 28 }),
    );
    const at = (x: number, y: number): number[] => [
      ...png.data.subarray(4 * (y * png.width + x), 4 * (y * png.width + x) + 3),
    ];
    const [left, top] = [12, 34];
    expect(at(left, top)).toEqual([0, 0, 0]);
    expect(at(left + 3, top + 3)).toEqual([0, 0, 0]);
    expect(at(left + 4, top)).toEqual([255, 255, 255]);
    expect(at(left - 1, top - 1)).toEqual([200, 200, 200]);
  });

  it('grows by a row when a row is full', () => {
    const item = { pixels: new Uint8Array(784), caption: 'a', note: 'b' };
    const height = (count: number): number => {
      const items = Array.from({ length: count }, () => item);
      return PNG.sync.read(contactSheet(items, { title: '', height: 28, width: 28, columns: 2 })).height;
    };
    expect(height(3) - height(2)).toBe(height(5) - height(4));
    expect(height(3)).toBeGreaterThan(height(2));
    expect(height(1)).toBe(height(2));
  });
});

describe('Raster', () => {
  it('writes letters as wide as their glyphs, and leaves off what does not fit', () => {
    const raster = new Raster(100, 10, [255, 255, 255]);
    expect(raster.text(0, 0, '1', [0, 0, 0], 1)).toBe(4);
    expect(raster.text(0, 0, '11', [0, 0, 0], 1)).toBe(8);
    expect(raster.text(0, 0, '111', [0, 0, 0], 1, 8)).toBe(8);
  });

  it('ignores ink outside of the picture', () => {
    const raster = new Raster(2, 2, [255, 255, 255]);
    raster.fill(-5, -5, 20, 20, [1, 2, 3]);
    expect([...PNG.sync.read(raster.encode()).data]).toEqual(
      Array.from({ length: 4 }, () => [1, 2, 3, 255]).flat(),
    );
  });
});
