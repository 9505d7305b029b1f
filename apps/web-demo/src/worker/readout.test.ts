import { fitReadout, readOut } from './readout';

/** Repeatable noise in [-1, 1]. */
const noise = (i: number) => Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 78.233) * 0.5;

function clusters(distance: number) {
  const labels = Array.from({ length: 60 }, (_, i) => i % 3);
  const features = labels.flatMap((label, i) => [label * distance + noise(3 * i), noise(3 * i + 1), 7]);
  return { labels, features };
}

describe('reading a class out of features', () => {
  it('is sure and right where the classes lie apart', () => {
    const { labels, features } = clusters(10);
    const readout = fitReadout(features, labels, 3);
    expect(readout.accuracy).toBe(1);
    expect(readOut(readout, [10.2, 0, 7])[1]).toBeGreaterThan(0.99);
    expect(readOut(readout, [20.4, 0.3, 7]).indexOf(Math.max(...readOut(readout, [20.4, 0.3, 7])))).toBe(2);
  });

  it('is unsure where they do not, and says how often it is right', () => {
    const { labels, features } = clusters(0);
    const readout = fitReadout(features, labels, 3);
    expect(readout.accuracy).toBeLessThan(0.6);
    const parts = readOut(readout, [0, 0, 7]);
    expect(Math.max(...parts)).toBeLessThan(0.6);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1);
  });

  it('judges each reference without itself', () => {
    // 9 is nearer to 4.5, the mean of its class, than to 15; without itself its class is at 0, and 15 is nearer.
    const readout = fitReadout([0, 9, 14, 16], [0, 0, 1, 1], 2);
    expect(readout.accuracy).toBe(0.75);
  });
});
