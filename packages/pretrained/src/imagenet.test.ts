import { decodePredictions, imagenetClasses } from './index';

it('knows 1,000 classes, each with an id of its own', () => {
  const classes = imagenetClasses();
  expect(classes).toHaveLength(1000);
  expect(new Set(classes.map(({ id }) => id)).size).toBe(1000);
  expect(classes.every(({ id }) => /^n\d{8}$/.test(id))).toBe(true);
  expect(classes[0]).toEqual({ id: 'n01440764', name: 'tench', words: 'tench, Tinca tinca' });
  expect(classes[285]).toEqual({ id: 'n02124075', name: 'Egyptian cat', words: 'Egyptian cat' });
  expect(classes[999].name).toBe('toilet tissue');
});

it('ranks, and keeps the order of equal ones', () => {
  const probabilities = new Float32Array(1000);
  probabilities[7] = 0.5;
  probabilities[3] = 0.25;
  probabilities[900] = 0.25;
  const found = decodePredictions(probabilities, 4);
  expect(found.map(({ index, probability }) => [index, probability])).toEqual([
    [7, 0.5],
    [3, 0.25],
    [900, 0.25],
    [0, 0],
  ]);
  expect(found[0].name).toBe('cock');
});

it.each([0, 1001, 2.5, Number.NaN])('refuses %p classes', (count) => {
  expect(() => decodePredictions(new Float32Array(1000), count)).toThrow(
    /expected count to be an integer from 1 to 1000/,
  );
});

it('refuses another number of outputs', () => {
  expect(() => decodePredictions([0.5, 0.5])).toThrow(/expected 1000 probabilities, got 2/);
});
