import { deflateSync } from 'node:zlib';
import golden from '../__fixtures__/pillow-pictures.json';
import refused from '../__fixtures__/pillow-unread.json';
import { readImageHeader } from '../header';
import { formulaPicture, sha256 } from '../testing/formula-picture';
import { decodeImage, decodeImageSync } from './decode';

const file = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const named = (name: string) => {
  const found = golden.pictures.find((picture) => picture.name === name);
  return file(found?.base64 ?? '');
};
const unread = Object.fromEntries(Object.entries(refused).map(([name, data]) => [name, file(data)]));

describe('decodeImage', () => {
  it.each(golden.pictures.map((picture) => [picture.name, picture]))(
    'reads %s, upright, equal to Pillow byte by byte',
    (_, { base64, width, height, sha256: expected }) => {
      const image = decodeImageSync(file(base64));
      expect([image.width, image.height, image.channels]).toEqual([width, height, 3]);
      expect(sha256(image.data)).toBe(expected);
    },
  );

  it('rounds 16 bits to 8', () => {
    expect([...decodeImageSync(unread['png 16 bit']).data]).toEqual([0, 255, 128, 1, 50, 2]);
  });

  it('shows transparent pixels over white', () => {
    expect([...decodeImageSync(unread['png transparent']).data]).toEqual([
      255, 255, 255, 132, 172, 227, 9, 90, 200,
    ]);
  });

  it('keeps alpha where it is asked to, 255 where the file has none', () => {
    const transparent = decodeImageSync(unread['png transparent'], { keepAlpha: true });
    expect([...transparent.data]).toEqual([9, 90, 200, 0, 9, 90, 200, 128, 9, 90, 200, 255]);
    const opaque = decodeImageSync(named('jpeg progressive'), { keepAlpha: true });
    expect(opaque.channels).toBe(4);
    expect(opaque.data.filter((_, i) => i % 4 === 3)).toEqual(new Uint8Array(45 * 31).fill(255));
    expect(opaque.data.filter((_, i) => i % 4 !== 3)).toEqual(
      decodeImageSync(named('jpeg progressive')).data,
    );
  });

  it('takes the still of an animated PNG', () => {
    expect(decodeImageSync(unread['png animated']).data).toEqual(formulaPicture(20, 14).data);
  });

  it('is a promise as well, which an error rejects', async () => {
    await expect(decodeImage(named('png rgb'))).resolves.toMatchObject({ width: 45, height: 31 });
    await expect(decodeImage(new Uint8Array(0))).rejects.toMatchObject({ code: 'FORMAT' });
  });

  it('leaves nothing behind after a damaged picture: the next ones are right', () => {
    const torn = named('jpeg progressive').slice(0, 400);
    for (let i = 0; i < 20; i++) expect(() => decodeImageSync(torn)).toThrow();
    expect(decodeImageSync(named('jpeg progressive'))).toMatchObject({ width: 45 });
  });
});

/** A PNG that says `width` and `height` and holds `data`. */
function pngOf(width: number, height: number, data: Uint8Array, interlace = 0): Uint8Array {
  const template = Buffer.from(named('png interlaced'));
  const head = Buffer.from(template.subarray(0, 33));
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  head[28] = interlace;
  head.writeUInt32BE(crc(head.subarray(12, 29)), 29);
  const body = Buffer.concat([Buffer.from('IDAT'), data]);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(data.length, 0);
  size.writeUInt32BE(crc(body), 4);
  return Buffer.concat([head, size.subarray(0, 4), body, size.subarray(4), template.subarray(-12)]);
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A copy with some bytes changed. */
function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const jpeg = named('jpeg 4:2:0');
const frame = Buffer.from(jpeg).indexOf(Buffer.from([0xff, 0xc0]));
const webp = named('webp lossy');

describe('bad pictures end in a clear error, in bounded memory', () => {
  const ascii = (text: string) => new TextEncoder().encode(text);
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['an empty file', new Uint8Array(0), 'FORMAT', /an empty file/],
    ['one byte', Uint8Array.of(0xff), 'FORMAT', /starts with ff/],
    ['text', ascii('class,file\n'), 'FORMAT', /starts with 63 6c 61 73/],
    ['a web page', ascii('<!doctype html>'), 'FORMAT', /a web page or XML/],
    ['an SVG', ascii('<svg xmlns=""/>'), 'FORMAT', /SVG/],
    ['a PDF', ascii('%PDF-1.7'), 'FORMAT', /PDF/],
    ['a GIF', unread.gif, 'FORMAT', /GIF/],
    ['a BMP', unread.bmp, 'FORMAT', /BMP/],
    ['a TIFF', unread.tiff, 'FORMAT', /TIFF/],
    ['a HEIC', ascii('\0\0\0\x18ftypheic'), 'FORMAT', /HEIC/],
    ['an AVIF', ascii('\0\0\0\x18ftypavif'), 'FORMAT', /AVIF/],
    ['a RIFF that is a sound', ascii('RIFF\x10\0\0\0WAVEfmt '), 'FORMAT', /starts with 52 49 46 46/],
    ['an animated WebP', unread['webp animated'], 'UNSUPPORTED', /animated WebP/],
    ['a JPEG of three bytes', jpeg.slice(0, 3), 'CORRUPT', /ends inside its header/],
    ['a JPEG that ends in its header', jpeg.slice(0, frame + 6), 'CORRUPT', /ends inside its header/],
    ['a JPEG that ends after its header', jpeg.slice(0, frame + 30), 'CORRUPT', /cannot be read/],
    ['a JPEG cut in the middle', jpeg.slice(0, jpeg.length >> 1), 'CORRUPT', /ends early or is damaged/],
    ['a JPEG that lacks its last bytes', jpeg.slice(0, -40), 'CORRUPT', /ends early or is damaged/],
    ['a JPEG with a segment of length 0', patched(jpeg, 4, 0, 0), 'CORRUPT', /a segment has 0 bytes/],
    ['a JPEG with pixels before their size', patched(jpeg, frame + 1, 0xda), 'CORRUPT', /before their size/],
    ['a JPEG of height 0', patched(jpeg, frame + 5, 0, 0), 'CORRUPT', /a size of 45x0/],
    [
      'a JPEG that says 65500x65500',
      patched(jpeg, frame + 5, 0xff, 0xdc, 0xff, 0xdc),
      'TOO_LARGE',
      /65500x65500/,
    ],
    [
      'a JPEG that says 8000x8000 of 45x31',
      patched(jpeg, frame + 5, 0x1f, 0x40, 0x1f, 0x40),
      'CORRUPT',
      /ends early/,
    ],
    ['an arithmetic-coded JPEG', patched(jpeg, frame + 1, 0xc9), 'CORRUPT', /cannot be read/],
    ['a JPEG with 12 bits', patched(jpeg, frame + 4, 12), 'CORRUPT', /cannot be read/],
    [
      'a JPEG of nothing but fill bytes',
      new Uint8Array(4096).fill(0xff).with(1, 0xd8),
      'CORRUPT',
      /inside its header/,
    ],
    ['a PNG of its signature', named('png rgb').slice(0, 8), 'CORRUPT', /ends inside its header/],
    ['a PNG without IHDR', patched(named('png rgb'), 12, 0x49, 0x44), 'CORRUPT', /IHDR/],
    ['a PNG cut in the middle', named('png rgb').slice(0, 900), 'CORRUPT', /cannot be read/],
    ['a PNG with a wrong check sum', patched(named('png rgb'), 60, 1, 2, 3), 'CORRUPT', /cannot be read/],
    ['a PNG of width 0', pngOf(0, 5, deflateSync(new Uint8Array(5))), 'CORRUPT', /a size of 0x5/],
    [
      'a PNG that says 4 thousand million squared',
      pngOf(4294967295, 4294967295, new Uint8Array(9)),
      'TOO_LARGE',
      /4294967295/,
    ],
    [
      'a PNG that says 8000x8000 of nothing',
      pngOf(8000, 8000, deflateSync(new Uint8Array(9))),
      'CORRUPT',
      /cannot be read/,
    ],
    [
      'a PNG that inflates without end',
      pngOf(4, 4, deflateSync(new Uint8Array(3e7))),
      'CORRUPT',
      /cannot be read/,
    ],
    [
      'an interlaced PNG that inflates without end',
      pngOf(4, 4, deflateSync(new Uint8Array(3e7)), 1),
      'CORRUPT',
      /cannot be read/,
    ],
    ['a WebP of its signature', webp.slice(0, 12), 'CORRUPT', /ends inside its header/],
    ['a WebP cut in the middle', webp.slice(0, webp.length >> 1), 'CORRUPT', /cannot be read/],
    ['a WebP without a start code', patched(webp, 23, 0), 'CORRUPT', /start code/],
    ['a WebP of an unknown form', patched(webp, 12, 0x41, 0x42, 0x43, 0x44), 'CORRUPT', /ABCD/],
    ['a WebP of width 0', patched(webp, 26, 0, 0), 'CORRUPT', /a size of 0x31/],
  ];

  it.each(cases)('%s', (_, bytes, code, message) => {
    let error: unknown;
    try {
      decodeImageSync(bytes);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ name: 'ImageError', code });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/^decodeImage: expected /);
  });

  it('a limit of its own', () => {
    expect(() => decodeImageSync(jpeg, { maxPixels: 1000 })).toThrow(
      /at most 0.001 million pixels, got a jpeg that says 45x31/,
    );
    expect(() => decodeImageSync(jpeg, { maxPixels: -1 })).toThrow(RangeError);
    expect(() => decodeImageSync('photo.jpg' as never)).toThrow(TypeError);
  });

  it('EXIF data that is damaged leaves the picture as stored', () => {
    const turned = named('jpeg orientation 6');
    const exif = Buffer.from(turned).indexOf('Exif') + 6;
    expect(readImageHeader(turned).orientation).toBe(6);
    for (const broken of [patched(turned, exif, 0, 0), patched(turned, exif + 4, 255, 255, 255, 255)])
      expect(readImageHeader(broken).orientation).toBe(1);
  });

  it('random damage never does worse than an ImageError', () => {
    let state = 7;
    const next = (limit: number) => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0), state % limit);
    for (const name of [
      'jpeg 4:2:0',
      'jpeg progressive',
      'jpeg cmyk',
      'png palette',
      'png interlaced',
      'webp lossy',
      'webp lossless',
    ]) {
      for (let i = 0; i < 40; i++) {
        const bytes = named(name).slice();
        for (let k = 0; k < 1 + next(6); k++) bytes[12 + next(bytes.length - 12)] = next(256);
        try {
          const image = decodeImageSync(bytes, { maxPixels: 1e6 });
          expect(image.data.length).toBe(image.width * image.height * 3);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ImageError' });
        }
      }
    }
  });
});
