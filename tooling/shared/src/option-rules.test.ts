import { exactProblems, isBoolean, isIntegerIn, isOneOf, optionProblems } from './option-rules';

const RULES = {
  threads: { accepts: isIntegerIn(1, 4), expected: 'an integer from 1 to 4', fix: 'Leave it out.' },
  exact: { accepts: isBoolean, expected: 'true or false', fix: 'Leave it out.' },
  precision: { accepts: isOneOf('float32'), expected: '"float32"', fix: 'Leave it out.' },
};

describe('exactProblems', () => {
  it('names what exact excludes, and only that', () => {
    expect(exactProblems({ exact: true, winograd: true, precision: 'bf16' })).toEqual([
      'expected winograd to be false where exact is true, got true. Leave one out.',
      'expected precision to be "float32" where exact is true, got "bf16". Leave one out.',
    ]);
    expect(exactProblems({ exact: true, winograd: false, precision: 'float32' })).toEqual([]);
    expect(exactProblems({ exact: true })).toEqual([]);
    expect(exactProblems({ winograd: true, precision: 'bf16' })).toEqual([]);
  });
});

describe('optionProblems', () => {
  it('accepts what the rules accept, and what is left out', () => {
    expect(optionProblems('use', { threads: 4, exact: false, precision: undefined }, RULES)).toEqual([]);
  });

  it('names every option that is unknown or out of range', () => {
    expect(optionProblems('use', { thread: 2, threads: 1.5, exact: 1, precision: 'bf16' }, RULES)).toEqual([
      'expected options among threads, exact, precision, got "thread". Did you mean "threads"?',
      'expected threads to be an integer from 1 to 4, got 1.5. Leave it out.',
      'expected exact to be true or false, got 1. Leave it out.',
      'expected precision to be "float32", got "bf16". Leave it out.',
    ]);
  });

  it('refuses what is no object', () => {
    expect(() => optionProblems('use', null as unknown as object, RULES)).toThrow('use: expected an object');
  });
});
