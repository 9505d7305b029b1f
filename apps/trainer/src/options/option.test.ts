import { UserError } from '../errors';
import { flag, list, longName, option, readOptions } from './option';
import { number, oneOf, text, wholeNumber } from './values';

const TABLE = {
  batchSize: option({ type: wholeNumber({ atLeast: 1 }), placeholder: 'n', default: 100, help: '' }),
  width: option({ type: number({ above: 0, atMost: 4 }), placeholder: 'x', help: '' }),
  variant: option({ type: oneOf(['mnist', 'paper']), placeholder: 'name', default: 'mnist', help: '' }),
  out: option({ type: text, placeholder: 'folder', help: '' }),
  json: flag({ help: '' }),
  augment: flag({ negated: true, help: '' }),
  set: list({ placeholder: 'a=b', help: '' }),
};

describe('readOptions', () => {
  it('gives a handler the defaults of the table', () => {
    expect(readOptions(TABLE, {})).toEqual({
      batchSize: 100,
      width: undefined,
      variant: 'mnist',
      out: undefined,
      json: false,
      augment: true,
      set: [],
    });
  });

  it('gives a handler values of their types', () => {
    const given = { batchSize: '8', width: '.5', variant: 'paper', out: '7', json: true, augment: false };
    expect(readOptions(TABLE, { ...given, set: ['a=1'] })).toEqual({
      ...given,
      batchSize: 8,
      width: 0.5,
      set: ['a=1'],
    });
  });

  it('refuses all wrong values at once', () => {
    expect(() => readOptions(TABLE, { batchSize: '0.5', width: '', variant: 'papr' })).toThrow(
      new UserError(
        [
          '3 problems:',
          '  --batch-size: expected a whole number of at least 1, got "0.5".',
          '  --width: expected a number above 0, at most 4, got "".',
          '  --variant: expected one of mnist, paper, got "papr". Did you mean "paper"?',
        ].join('\n'),
      ),
    );
  });
});

describe('longName', () => {
  it('is the name as typed', () => {
    expect(longName('batchSize')).toBe('--batch-size');
    expect(longName('augment', TABLE.augment)).toBe('--no-augment');
  });
});
