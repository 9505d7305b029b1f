import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import golden from '../__fixtures__/hdf5.json';
import { FormatError } from '../errors';
import { assemble } from '../parts';
import { toFloat32 } from '../tensors';
import { codeOf } from '../testing/errors';
import { itWithPython } from '../testing/python';
import { unpacked } from '../testing/unpacked';
import { decodeHdf5 } from './read';
import { hdf5Parts, type Hdf5Dataset, type Hdf5Group } from './write';

const file = unpacked(golden.file);
const floats = (...values: number[]): Hdf5Dataset => ({
  dtype: 'F32',
  shape: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Many groups, so that names need several leaves and larger leaves. */
function many(count: number): Hdf5Group {
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `layer_${i}`,
      new Map([['vars', new Map([['0', floats(i, -i)]])]]),
    ]),
  );
}

describe('an HDF5 file', () => {
  it('of h5py is read: nested groups, number types, many names, attributes passed over', () => {
    const datasets = decodeHdf5(file);
    const values = Object.fromEntries(
      [...datasets].map(([path, tensor]) => [path, [tensor.shape, [...toFloat32(tensor)]]]),
    );
    expect(values).toMatchObject({
      'vars/0': [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ],
      'types/f2': [[1], [1.5]],
      'types/f8': [[1], [-2.25]],
      'types/i8': [[], [-3]],
      'types/u1': [[2], [1, 255]],
      'types/empty': [[0], []],
    });
    for (let i = 0; i < 40; i++) expect(values[`layers/layer_${i}/vars/0`]).toEqual([[1], [i]]);
    expect(Object.keys(values)).not.toContain('types/text');
  });

  it.each([1, 9, 300, 1500])('of %d groups comes back as it was written', async (count) => {
    const bytes = await assemble(hdf5Parts(many(count)));
    const datasets = decodeHdf5(bytes);
    expect(datasets.size).toBe(count);
    for (let i = 0; i < count; i++)
      expect([...toFloat32(datasets.get(`layer_${i}/vars/0`)!)]).toEqual([i, -i]);
  });

  it.each([
    ['chunks', 'a data set in chunks'],
    ['gzip', 'a compressed data set'],
    ['big', 'big-endian numbers'],
    ['latest', 'superblock version'],
  ] as const)('with %s is refused by name', (name, message) => {
    const bytes = unpacked(golden[name]);
    expect(codeOf(() => decodeHdf5(bytes))).toBe('UNSUPPORTED');
    expect(() => decodeHdf5(bytes)).toThrow(message);
  });

  it('that is cut off or changed anywhere gives a FormatError or views of itself', async () => {
    const small = await assemble(hdf5Parts(new Map([['a', new Map([['b', floats(1, 2)]])]])));
    for (let length = 0; length < small.length; length++) {
      const cut = small.slice(0, length);
      try {
        decodeHdf5(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    for (let bit = 0; bit < small.length * 8; bit++) {
      const changed = small.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      try {
        for (const { data } of decodeHdf5(changed).values())
          expect(data.length).toBeLessThanOrEqual(small.length);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
    expect(codeOf(() => decodeHdf5(small.subarray(0, 90)))).toBe('MALFORMED');
  });

  itWithPython('of ours is read by h5py', ['h5py'], async (ask, folder) => {
    const path = join(folder, 'a.h5');
    const root: Hdf5Group = many(300);
    root.set(
      'types',
      new Map<string, Hdf5Dataset>([
        ['half', { dtype: 'F16', shape: [1], data: Uint8Array.of(0, 0x3e) }],
        ['long', { dtype: 'I64', shape: [], data: new Uint8Array(BigInt64Array.of(-3n).buffer) }],
        ['matrix', { ...floats(1, 2, 3, 4), shape: [2, 2] }],
        ['none', { ...floats(), shape: [0, 3] }],
      ]),
    );
    writeFileSync(path, await assemble(hdf5Parts(root)));
    const found = ask<Record<string, unknown>>('hdf5', path);
    expect(Object.keys(found)).toHaveLength(304);
    expect(found).toMatchObject({
      'layer_299/vars/0': [299, -299],
      'types/half': [1.5],
      'types/long': -3,
      'types/matrix': [
        [1, 2],
        [3, 4],
      ],
      'types/none': [],
    });
  });
});
