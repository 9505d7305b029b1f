import picocolors from 'picocolors';
import { duration, percent, rate, thousands } from './format';
import { matrixLines } from './report';
import { table } from './table';

const plain = picocolors.createColors(false);

describe('format', () => {
  it.each([
    [6_400, '6 s'],
    [65_000, '1:05'],
    [754_000, '12:34'],
    [3_723_000, '1:02:03'],
  ])('writes %d milliseconds as %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it('writes parts, counts and speeds for people', () => {
    expect(percent(0.98765)).toBe('98.77 %');
    expect(thousands(1234567)).toBe('1,234,567');
    expect(rate(12.34)).toBe('12.3 images/s');
    expect(rate(1234.5)).toBe('1,235 images/s');
  });
});

describe('table', () => {
  it('aligns names left and numbers right', () => {
    expect(
      table([
        ['a', 1, 10],
        ['long', 200, 3],
      ]),
    ).toEqual(['a       1  10', 'long  200   3']);
  });
});

describe('matrixLines', () => {
  it('shows true classes as rows, and a point for none', () => {
    expect(
      matrixLines(
        [
          [5, 0],
          [1, 4],
        ],
        ['0', '1'],
        plain,
      ).slice(1),
    ).toEqual(['   0  1', '0  5  .', '1  1  4']);
  });

  it('gives the same text with colours taken out', () => {
    const colored = matrixLines(
      [
        [5, 0],
        [1, 4],
      ],
      ['T-shirt/top', 'ankle boot'],
      picocolors.createColors(true),
    );
    // eslint-disable-next-line no-control-regex
    expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(
      matrixLines(
        [
          [5, 0],
          [1, 4],
        ],
        ['T-shirt/top', 'ankle boot'],
        plain,
      ),
    );
  });

  it('lists the commonest confusions where a matrix would be too wide', () => {
    const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
    const matrix = names.map((_, i) => names.map((_name, j) => (i === 3 && j === 7 ? 9 : i === j ? 5 : 0)));
    expect(matrixLines(matrix, names, plain)).toEqual(['the commonest confusions', 'c3 taken for c7  9']);
  });
});
