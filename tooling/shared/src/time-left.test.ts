import { TimeLeft } from './time-left';

describe('TimeLeft', () => {
  it('knows nothing before the second step, and the exact time of a steady run from then on', () => {
    const left = new TimeLeft();
    expect(left.seconds(10)).toBeUndefined();
    left.note(1, 1000);
    expect(left.seconds(10)).toBeUndefined();
    for (let step = 2; step < 50; step++) {
      left.note(step, 1000 + 250 * (step - 1));
      expect(left.seconds(100 - step)).toBeCloseTo(0.25 * (100 - step));
    }
  });

  it('moves by a part only when one step takes long, and follows when all do', () => {
    const left = new TimeLeft();
    let ms = 0;
    for (let step = 1; step <= 100; step++) left.note(step, (ms += 200));
    left.note(101, (ms += 1000));
    const once = left.seconds(100) ?? 0;
    expect(once).toBeGreaterThan(20);
    expect(once).toBeLessThan(23);
    for (let step = 102; step <= 200; step++) left.note(step, (ms += 1000));
    expect(left.seconds(100)).toBeGreaterThan(95);
  });

  it('does not take a pause for a slow step', () => {
    const left = new TimeLeft();
    left.note(1, 0);
    left.note(2, 100);
    left.interrupt();
    left.note(3, 60_000);
    left.note(4, 60_100);
    expect(left.seconds(10)).toBeCloseTo(1);
  });

  it('counts the looks at held-back images that are to come apart from the steps', () => {
    const left = new TimeLeft();
    left.note(1, 0);
    left.note(2, 100);
    expect(left.seconds(10, 2)).toBeCloseTo(1);
    left.noteValidation(5);
    expect(left.seconds(10, 2)).toBeCloseTo(11);
    left.note(3, 9000);
    left.note(4, 9100);
    expect(left.seconds(10, 1)).toBeCloseTo(6);
  });
});
