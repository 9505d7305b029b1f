import { assemble } from './parts';
import {
  bytesField,
  floatField,
  integerField,
  integersField,
  readFloat,
  readFloatBytes,
  readInteger,
  readIntegers,
  readMessage,
  readNested,
  readString,
  type Field,
} from './protobuf';
import { codeOf } from './testing/errors';

const bytes = (hex: string) => Uint8Array.from(hex.split(' ').map((byte) => parseInt(byte, 16)));
const only = (message: Uint8Array): Field => [...readMessage(message)][0];

describe('the wire format of Protocol Buffers', () => {
  it("equals the examples of the format's documentation", async () => {
    // https://protobuf.dev/programming-guides/encoding/: Test1 {a: 150}, Test2 {b: "testing"}, Test3 {c: {a: 150}}, Test5 {f: [3, 270, 86942]}.
    const examples = [
      '08 96 01',
      '12 07 74 65 73 74 69 6e 67',
      '1a 03 08 96 01',
      '32 06 03 8e 02 9e a7 05',
    ].map(bytes);
    expect(readInteger(only(examples[0]))).toBe(150);
    expect(readString(only(examples[1]))).toBe('testing');
    expect([...readNested(only(examples[2]))].map(readInteger)).toEqual([150]);
    expect(readIntegers(only(examples[3]))).toEqual([3, 270, 86942]);
    const written = [
      integerField(1, 150),
      bytesField(2, 'testing'),
      bytesField(3, integerField(1, 150)),
      integersField(6, [3, 270, 86942]),
    ];
    expect(await Promise.all(written.map(assemble))).toEqual(examples);
  });

  it('holds negative integers and floats', async () => {
    const message = await assemble([
      ...integerField(1, -2),
      ...floatField(2, 0.1),
      ...integersField(3, [-1, 0, 2 ** 40]),
    ]);
    const [integer, float, integers] = readMessage(message);
    expect(readInteger(integer)).toBe(-2);
    expect(readFloat(float)).toBe(Math.fround(0.1));
    expect(readFloatBytes(float)).toHaveLength(4);
    expect(readIntegers(integers)).toEqual([-1, 0, 2 ** 40]);
  });

  it.each([
    ['TRUNCATED', 'a length beyond the end', '0a ff ff ff ff 0f'],
    ['TRUNCATED', 'a number without an end', '08 ff'],
    ['MALFORMED', 'a number of eleven bytes', '08 ff ff ff ff ff ff ff ff ff ff 01'],
    ['MALFORMED', 'field number 0', '00 00'],
    ['MALFORMED', 'a group', '0b 0c'],
  ])('gives %s for %s', (code, _, hex) => {
    expect(codeOf(() => [...readMessage(bytes(hex))])).toBe(code);
  });

  it('refuses messages that nest without end', async () => {
    let message = new Uint8Array(0);
    for (let i = 0; i < 70; i++) message = await assemble(bytesField(1, message));
    const descend = (fields: Iterable<Field>): void => {
      for (const field of fields) descend(readNested(field));
    };
    expect(codeOf(() => descend(readMessage(message)))).toBe('TOO_LARGE');
  });
});
