import { deflateRawSync } from 'node:zlib';
import { crc32, readZip, writeZip } from './zip';

const text = (value: string) => new TextEncoder().encode(value);

/** Of a zip file with one deflated entry, as other programs write it. */
function deflated(name: string, contents: Uint8Array, claimedSize = contents.length): Uint8Array {
  const packed = deflateRawSync(contents);
  const [local, central, end] = [
    new DataView(new ArrayBuffer(30)),
    new DataView(new ArrayBuffer(46)),
    new DataView(new ArrayBuffer(22)),
  ];
  const nameBytes = text(name);
  local.setUint32(0, 0x04034b50, true);
  central.setUint32(0, 0x02014b50, true);
  for (const [view, from] of [
    [local, 4],
    [central, 6],
  ] as const) {
    view.setUint16(from + 4, 8, true);
    view.setUint32(from + 10, crc32(contents), true);
    view.setUint32(from + 14, packed.length, true);
    view.setUint32(from + 18, claimedSize, true);
    view.setUint16(from + 22, nameBytes.length, true);
  }
  const start = 30 + nameBytes.length + packed.length;
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, 1, true);
  end.setUint32(12, 46 + nameBytes.length, true);
  end.setUint32(16, start, true);
  return Buffer.concat(
    [local, nameBytes, packed, central, nameBytes, end].map((part) =>
      part instanceof DataView ? new Uint8Array(part.buffer) : part,
    ),
  );
}

describe('zip files', () => {
  it('have the CRC-32 of the standard check value', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926);
  });

  it('come back as they were written, the same bytes each time', async () => {
    const files = [
      { name: 'config.json', parts: [text('{}')] },
      {
        name: 'folder/ä.bin',
        parts: [Uint8Array.of(1, 2), { byteLength: 2, fill: (target: Uint8Array) => target.set([3, 4]) }],
      },
    ];
    const zip = await writeZip(files);
    const entries = readZip(zip);
    expect([...entries.keys()]).toEqual(['config.json', 'folder/ä.bin']);
    expect(await entries.get('folder/ä.bin')!.read()).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(await writeZip(files)).toEqual(zip);
  });

  it('are read where another program deflated them', async () => {
    const contents = text('inception '.repeat(1000));
    const entry = readZip(deflated('a.txt', contents)).get('a.txt')!;
    expect(entry.size).toBe(10_000);
    expect(await entry.read()).toEqual(contents);
  });

  it.each([
    ['a size that is too small', 100],
    ['a size that is too large', 10_001],
    ['a size that no deflated data can have', 4_000_000_000],
  ])('are refused with %s', async (_, size) => {
    const entry = readZip(deflated('a.txt', text('inception '.repeat(1000)), size), {
      maxBytes: 2 ** 40,
    }).get('a.txt')!;
    await expect(entry.read()).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('are refused above the limit of bytes', async () => {
    const entry = readZip(await writeZip([{ name: 'a', parts: [new Uint8Array(11)] }]), { maxBytes: 10 }).get(
      'a',
    )!;
    await expect(entry.read()).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('that are cut off or changed anywhere give a FormatError or the right bytes', async () => {
    const contents = text('weights of a network');
    const zip = await writeZip([{ name: 'a', parts: [contents] }]);
    const read = async (file: Uint8Array) => {
      const entries = readZip(file);
      return (await Promise.all([...entries.values()].map((entry) => entry.read()))).at(0);
    };
    for (let length = 0; length < zip.length; length++) {
      await expect(read(zip.slice(0, length))).rejects.toMatchObject({ name: 'FormatError' });
    }
    for (let bit = 0; bit < zip.length * 8; bit++) {
      const changed = zip.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      const result = await read(changed).catch((error: unknown) => error);
      if (result instanceof Uint8Array) expect(result).toEqual(contents);
      else if (result !== undefined) expect(result).toMatchObject({ name: 'FormatError' });
    }
  });
});
