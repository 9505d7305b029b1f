import golden from '../__fixtures__/safetensors.json';
import { toBfloat16, toFloat16 } from '../half';
import { toFloat32, type FileTensor } from '../tensors';
import { codeOf } from '../testing/errors';
import { FormatError } from '../errors';
import { decodeSafetensors, encodeSafetensors } from './file';

const file = Uint8Array.from(Buffer.from(golden.file, 'base64'));

/** A file with this header and so many bytes behind it. */
function made(header: unknown, bytes: number, length?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const result = new Uint8Array(8 + json.length + bytes);
  new DataView(result.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  result.set(json, 8);
  return result;
}

const one = (dtype: string, shape: unknown, offsets: unknown) => ({
  a: { dtype, shape, data_offsets: offsets },
});

describe('a safetensors file', () => {
  it("of Python's library is read in every number type", () => {
    const { tensors, metadata } = decodeSafetensors(file);
    const numbers = (name: string) => [...toFloat32(tensors.get(name)!)];
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('i32')!.shape).toEqual([2, 2]);
    expect(tensors.get('i64')!.shape).toEqual([]);
    const small = {
      f64: [Math.fround(0.1), -7.5],
      i64: [-3],
      i32: [1, -2, 3, 4],
      i16: [-300],
      i8: [-3, 3],
      u8: [200],
      bool: [1, 0],
    };
    for (const [name, values] of Object.entries(small)) expect([name, numbers(name)]).toEqual([name, values]);
  });

  it('holds 16-bit numbers rounded as PyTorch rounds them', () => {
    const { tensors } = decodeSafetensors(file);
    const values = toFloat32(tensors.get('f32')!);
    const bytes = (halves: Uint16Array) => [...new Uint8Array(halves.buffer)];
    expect(values.length).toBeGreaterThan(400);
    // But for the bits of "not a number", where only its being so counts.
    const numbers = values.map((value) => (Number.isNaN(value) ? 0 : value));
    const compare = (halves: Uint16Array, tensor: FileTensor) => {
      const expected = [...tensor.data];
      values.forEach((value, i) => Number.isNaN(value) && expected.splice(2 * i, 2, 0, 0));
      expect(bytes(halves)).toEqual(expected);
    };
    compare(toFloat16(numbers), tensors.get('f16')!);
    compare(toBfloat16(numbers), tensors.get('bf16')!);
  });

  it('gives 16-bit numbers back exactly, all 65,536 of them', () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const tensor = (dtype: 'F16' | 'BF16'): FileTensor => ({
      dtype,
      shape: [65_536],
      data: new Uint8Array(halves.buffer),
    });
    for (const [dtype, round] of [
      ['F16', toFloat16],
      ['BF16', toBfloat16],
    ] as const) {
      const values = toFloat32(tensor(dtype));
      const back = round(values);
      expect(halves.filter((half, i) => half !== back[i] && !Number.isNaN(values[i]))).toHaveLength(0);
    }
  });

  it('is written as it was read', () => {
    const { tensors, metadata } = decodeSafetensors(file);
    const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
    expect(again.metadata).toEqual(metadata);
    expect([...again.tensors]).toEqual([...tensors]);
    expect(decodeSafetensors(encodeSafetensors(new Map())).tensors.size).toBe(0);
  });

  it.each([
    ['TRUNCATED', 'no header', new Uint8Array(7)],
    ['TRUNCATED', 'a header beyond the end', made({}, 0, 3)],
    ['TOO_LARGE', 'a header of exabytes', made({}, 0, 2 ** 53)],
    ['MALFORMED', 'a header that is no JSON', made('{"a"', 0)],
    ['MALFORMED', 'a header that is a list', made([], 0)],
    ['MALFORMED', 'an entry without a shape', made({ a: { dtype: 'F32' } }, 0)],
    ['MALFORMED', 'a shape that does not fit its bytes', made(one('F32', [3], [0, 8]), 8)],
    ['MALFORMED', 'a negative size', made(one('F32', [-2], [0, 8]), 8)],
    ['MALFORMED', 'offsets that run backwards', made(one('F32', [0], [4, 0]), 8)],
    ['MALFORMED', 'a hole at the beginning', made(one('F32', [1], [4, 8]), 8)],
    ['MALFORMED', 'bytes behind the end', made(one('F32', [1], [0, 4]), 8)],
    ['MALFORMED', 'metadata that is text', made({ __metadata__: 'a' }, 0)],
    ['TRUNCATED', 'data beyond the end', made(one('F32', [2], [0, 8]), 4)],
    ['TOO_LARGE', 'a shape beyond all memory', made(one('F32', [2 ** 30, 2 ** 30], [0, 8]), 8)],
    ['UNSUPPORTED', 'an unknown number type', made(one('F8_E4M3', [4], [0, 4]), 4)],
  ])('is refused as %s with %s', (code, _, bytes) => {
    expect(codeOf(() => decodeSafetensors(bytes))).toBe(code);
  });

  it('that is cut off or changed anywhere gives a FormatError or tensors of the sizes it holds', () => {
    const small = encodeSafetensors(new Map([['a', { dtype: 'F32', shape: [2], data: new Uint8Array(8) }]]));
    for (let length = 0; length < small.length; length++) {
      expect(codeOf(() => decodeSafetensors(small.subarray(0, length)))).toBeDefined();
    }
    for (let bit = 0; bit < small.length * 8; bit++) {
      const changed = small.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      try {
        const total = [...decodeSafetensors(changed).tensors.values()].reduce(
          (sum, { data }) => sum + data.length,
          0,
        );
        expect(total).toBe(8);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });
});
