import { didYouMean, unknownOptions } from './option-names';

it('passes over known options and those left undefined', () => {
  expect(unknownOptions('f', { filters: 1, name: undefined, other: undefined }, ['filters', 'name'])).toEqual(
    [],
  );
});

it('says of each unknown option what was probably meant, or what there is', () => {
  expect(unknownOptions('f', { filtres: 1, colour: 2 }, ['filters', 'name'], 'unit.')).toEqual([
    'f: expected only options that it knows, got "unit.filtres". Did you mean "unit.filters"?',
    'f: expected only options that it knows, got "unit.colour". Use any of filters, name.',
  ]);
});

it.each([
  ['adm', ' Did you mean "adam"?'],
  ['AdamW', ' Did you mean "adamw"?'],
  // One edit from adamw, and two from adam.
  ['adamww', ' Did you mean "adamw"?'],
  ['momentum', ''],
  [3, ''],
])('finds the word nearest to %p', (value, hint) => {
  expect(didYouMean(value, ['sgd', 'adam', 'adamw'])).toBe(hint);
});
