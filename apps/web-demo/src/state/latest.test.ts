import { latestOnly } from './latest';

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe('latestOnly', () => {
  it('never runs two tasks at once and skips all waiting arguments but the newest', async () => {
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const call = latestOnly<number>((argument) => {
      started.push(argument);
      return new Promise((resolve) => finish.push(resolve));
    });
    [1, 2, 3, 4].forEach(call);
    expect(started).toEqual([1]);
    finish[0]?.();
    await settle();
    expect(started).toEqual([1, 4]);
    finish[1]?.();
    await settle();
    call(5);
    expect(started).toEqual([1, 4, 5]);
  });
});
