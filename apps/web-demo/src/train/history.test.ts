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
  it('starts at the first value and follows the mean', () => {
    expect(smoothed([5])[0]).toBeCloseTo(5);
    expect(smoothed([0, 10], 0.5)).toEqual([0, 20 / 3]);
    expect(smoothed(Array.from({ length: 200 }, () => 3)).at(-1)).toBeCloseTo(3);
  });
});
