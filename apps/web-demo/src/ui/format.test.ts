import { bytes, count, duration, percent, short } from './format';

describe('numbers for people', () => {
  it('groups and shortens counts', () => {
    expect(count(27225000)).toBe('27,225,000');
    expect([6162794, 999, 1000, 999_999, 1.498e9].map(short)).toEqual([
      '6.16 M',
      '999',
      '1.00 K',
      '1.00 M',
      '1.50 G',
    ]);
  });

  it('never rounds a part to nothing or to all', () => {
    expect([0, 0.00001, 0.5, 0.99999, 1].map((part) => percent(part))).toEqual([
      '0.0 %',
      '< 0.1 %',
      '50.0 %',
      '> 99.9 %',
      '100.0 %',
    ]);
  });

  it('writes sizes and times', () => {
    expect([12, 4210, 1_598_236].map(bytes)).toEqual(['12 B', '4 KB', '1.6 MB']);
    expect([42, 185, 7800].map(duration)).toEqual(['42 s', '3 min 05 s', '2 h 10 min']);
  });
});
