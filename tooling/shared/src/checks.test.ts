import { isObject, isPositiveInteger, requireChoice, requireInteger, requireNumber } from './checks';

it('takes for an object what JSON takes for one', () => {
  expect([{}, Object.create(null)].every(isObject)).toBe(true);
  expect([[], null, undefined, 'text', 1].some(isObject)).toBe(false);
});

it('takes for a positive integer what counts things', () => {
  expect([1, 2 ** 53 - 1].every(isPositiveInteger)).toBe(true);
  expect([0, -1, 1.5, NaN, Infinity, 2 ** 53, '1'].some(isPositiveInteger)).toBe(false);
});

it('requires an integer between its bounds', () => {
  expect(() => requireInteger('f', 'size', 3, 3, 3)).not.toThrow();
  expect(() => requireInteger('f', 'size', 0, 1)).toThrow(
    new RangeError('f: expected size to be an integer at least 1, got 0.'),
  );
  expect(() => requireInteger('f', 'size', 1.5, 1, 9)).toThrow(
    new RangeError('f: expected size to be an integer from 1 to 9, got 1.5.'),
  );
});

it('requires a number between its bounds', () => {
  expect(() => requireNumber('f', 'share', 0.5, 0, 1)).not.toThrow();
  for (const [value, shown] of [
    [NaN, 'NaN'],
    [2, '2'],
    ['1', '"1"'],
  ] as const)
    expect(() => requireNumber('f', 'share', value, 0, 1)).toThrow(
      new RangeError(`f: expected share to be a number from 0 to 1, got ${shown}.`),
    );
});

it('requires one of the choices', () => {
  expect(requireChoice('f', 'kind', 'a', ['a', 'b'])).toBe('a');
  expect(() => requireChoice('f', 'kind', 'c', ['a', 'b'])).toThrow(
    new RangeError('f: expected kind to be one of a, b, got "c". Use one of these.'),
  );
});
