import { messageOf, show } from './show';

it.each([
  [undefined, 'nothing'],
  [null, 'null'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  [12n, '12'],
  [true, 'true'],
  ['a "word"', '"a \\"word\\""'],
  ['two\nlines', '"two\\nlines"'],
  [[null, 784], '[null, 784]'],
  [[undefined], '[undefined]'],
  // A hole is a value that is not there.
  [new Array(2), '[undefined, undefined]'],
  [{ kind: 'sgd', rates: [1, 2] }, '{"kind": "sgd", "rates": [1, 2]}'],
  [{}, '{}'],
  [Object.create(null), '{}'],
  [new Uint8Array(1000), 'Uint8Array'],
  [new Date(0), 'Date'],
  [() => 1, 'function'],
  [Symbol('s'), 'symbol'],
])('shows %p as %s', (value, text) => {
  expect(show(value)).toBe(text);
});

it('shows eight entries of an array, and 80 characters of anything', () => {
  expect(show([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe('[1, 2, 3, 4, 5, 6, 7, 8, ...]');
  expect(show('x'.repeat(1e6))).toBe(`"${'x'.repeat(76)}...`);
  expect(show({ a: 'x'.repeat(50), b: 'x'.repeat(50) })).toHaveLength(80);
});

it('shows a circle without following it', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(show(circle)).toBe('{"self": {"self": {"self": {"self": ...}}}}');
});

it('gives the message of an error, and whatever else was thrown as text', () => {
  expect(messageOf(new RangeError('too far'))).toBe('too far');
  expect(messageOf('a word')).toBe('a word');
});
