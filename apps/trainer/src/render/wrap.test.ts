import { wrapped } from './wrap';

it.each([
  ['short', 'short'],
  ['  one  two three four five', '  one  two three\n       four five'],
  ['    a sentence that is long', '    a sentence that\n    is long'],
  ['  2    averyveryverylongwordindeed', '  2    averyveryverylongwordindeed'],
  ['a\n\nb', 'a\n\nb'],
  ['one  two  three four five', 'one  two  three four\n          five'],
  ['\u001b[32mone\u001b[39m  two three four five', '\u001b[32mone\u001b[39m  two three four\n     five'],
])('%j fits 20 columns as %j', (text, expected) => {
  expect(wrapped(text, 20)).toBe(expected);
});
