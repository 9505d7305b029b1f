import { addStep, emptyHistory, rewind, smoothed } from './history';

describe('history', () => {
  it('keeps the steps in order and drops those that a resumed run does again', () => {
    const history = emptyHistory();
    for (let step = 1; step <= 6; step++) addStep(history, step, 1 / step, step / 10);
    history.validation.push({ step: 6, loss: 0.1, accuracy: 0.9 });
    addStep(history, 4, 9, 9);
    expect(history.step).toEqual([1, 2, 3, 4]);
    expect(history.loss.at(-1)).toBe(9);
    expect(history.validation).toEqual([]);
    rewind(history, 2);
    expect(history.accuracy).toEqual([0.1, 0.2]);
  });

  it('thins out a long run but keeps its newest step', () => {
    const history = emptyHistory();
    for (let step = 1; step <= 5000; step++) addStep(history, step, 0, 0);
    expect(history.step.length).toBeLessThanOrEqual(1200);
    expect(history.step.at(-1)).toBe(5000);
    expect(history.loss).toHaveLength(history.step.length);
  });
});

describe('smoothed', () => {
  it('lies on a straight line from end to end: it does not lag behind', () => {
    const line = Array.from({ length: 200 }, (_, i) => 3 - i / 100);
    smoothed(line).forEach((value, i) => expect(value).toBeCloseTo(line[i] ?? NaN));
  });

  it('takes most of the noise away, and never leaves the range of the values', () => {
    const noisy = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0 : 1));
    const calm = smoothed(noisy);
    calm.slice(30, -30).forEach((value) => expect(Math.abs(value - 0.5)).toBeLessThan(0.05));
    expect(Math.min(...calm)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...calm)).toBeLessThanOrEqual(1);
  });

  it('takes any number of values', () => {
    expect(smoothed([])).toEqual([]);
    expect(smoothed([5])).toEqual([5]);
  });
});
