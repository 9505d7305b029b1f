import {
  argMaxRows,
  calibrationBins,
  confusionMatrix,
  crossEntropyRows,
  expectedCalibrationError,
  perClassMetrics,
  rankClasses,
  softmaxRows,
  topKAccuracy,
} from './metrics';

describe('softmaxRows', () => {
  it('is right and stable for large logits', () => {
    const [a, b, c, d] = softmaxRows(Float32Array.of(0, Math.log(3), 1000, 1000), 2);
    expect(a).toBeCloseTo(0.25, 6);
    expect(b).toBeCloseTo(0.75, 6);
    expect([c, d]).toEqual([0.5, 0.5]);
  });
});

describe('crossEntropyRows', () => {
  it('is the negative log probability of the label', () => {
    const [first, second] = crossEntropyRows(Float32Array.of(0, Math.log(3), 1000, 0), [1, 1], 2);
    expect(first).toBeCloseTo(-Math.log(0.75), 6);
    expect(second).toBe(1000);
  });
});

describe('confusionMatrix and perClassMetrics', () => {
  const matrix = confusionMatrix([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 1], 4);

  it('count true classes in rows and predictions in columns', () => {
    expect(matrix).toEqual([
      [2, 1, 0, 0],
      [1, 1, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('give precision, recall and F1, and zeros for classes that never occur', () => {
    const [zero, one, two, three] = perClassMetrics(matrix, ['a', 'b', 'c', 'd']);
    expect(zero).toEqual({ label: 0, name: 'a', support: 3, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect(one.precision).toBeCloseTo(1 / 3, 12);
    expect(one.recall).toBe(0.5);
    expect(one.f1).toBeCloseTo(0.4, 12);
    expect(two).toEqual({ label: 2, name: 'c', support: 1, precision: 0, recall: 0, f1: 0 });
    expect(three.support).toBe(0);
  });
});

describe('ranking', () => {
  it('argMaxRows takes the first of equals', () => {
    expect(Array.from(argMaxRows(Float32Array.of(1, 3, 3, 2, 1, 0), 3))).toEqual([1, 0]);
  });

  it('rankClasses sorts by probability', () => {
    expect(rankClasses([0.25, 0.5, 0.125, 0.125], 3)).toEqual([
      { label: 1, probability: 0.5 },
      { label: 0, probability: 0.25 },
      { label: 2, probability: 0.125 },
    ]);
  });

  it('topKAccuracy counts labels among the k highest', () => {
    const scores = Float32Array.of(3, 2, 1, 3, 2, 1, 3, 2, 1);
    expect([1, 2, 3].map((k) => topKAccuracy(scores, [0, 1, 2], 3, k))).toEqual([1 / 3, 2 / 3, 1]);
  });
});

describe('calibrationBins', () => {
  it('counts predictions by confidence, with the share that is right', () => {
    const probabilities = Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.5, 0.5, 1, 0);
    expect(calibrationBins(probabilities, [0, 0, 0, 0], 2, 4)).toEqual([
      { from: 0, to: 0.25, count: 0, confidence: 0, accuracy: 0 },
      { from: 0.25, to: 0.5, count: 1, confidence: 0.5, accuracy: 1 },
      { from: 0.5, to: 0.75, count: 2, confidence: 0.75, accuracy: 0.5 },
      { from: 0.75, to: 1, count: 1, confidence: 1, accuracy: 1 },
    ]);
  });
});

describe('expectedCalibrationError', () => {
  it('weighs the gap between confidence and accuracy by bin', () => {
    // Two rows at 0.9 (one right), two at 0.6 (both right): (2 * |0.5 - 0.9| + 2 * |1 - 0.6|) / 4.
    const probabilities = Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.6, 0.4, 0.6, 0.4);
    expect(expectedCalibrationError(probabilities, [0, 1, 0, 0], 2)).toBeCloseTo(0.4, 6);
  });

  it('is 0 for a model that is sure and right, 1 for one that is sure and wrong', () => {
    expect(expectedCalibrationError(Float32Array.of(1, 0, 0, 1), [0, 1], 2)).toBe(0);
    expect(expectedCalibrationError(Float32Array.of(1, 0, 0, 1), [1, 0], 2)).toBe(1);
  });

  it('lets errors in opposite directions cancel within a bin only', () => {
    const probabilities = Float32Array.of(0.52, 0.48, 0.98, 0.02);
    expect(expectedCalibrationError(probabilities, [1, 0], 2, 1)).toBeCloseTo(Math.abs(0.5 - 0.75), 6);
    expect(expectedCalibrationError(probabilities, [1, 0], 2, 15)).toBeCloseTo((0.52 + 0.02) / 2, 6);
  });
});
