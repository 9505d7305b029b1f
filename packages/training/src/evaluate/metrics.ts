/** How one class was recognised. */
export interface ClassMetrics {
  /** The class index. */
  label: number;
  /** The class's name, where names were given. */
  name?: string;
  /** Images of this class. */
  support: number;
  /** Of the images taken for this class, the share that is; 0 where there are none. */
  precision: number;
  /** Of this class's images, the share found; 0 where there are none. */
  recall: number;
  /** Harmonic mean of the two. */
  f1: number;
}

/** One class of a ranked prediction. */
export interface RankedClass {
  label: number;
  probability: number;
}

/**
 * Softmax of each row, stable for logits of any size.
 *
 * @param logits - `[rows, classes]`, row by row.
 * @returns probabilities in the same layout.
 */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const exponents = Array.from(row, (value) => Math.exp(value - highest));
    const total = exponents.reduce((a, b) => a + b, 0);
    exponents.forEach((value, i) => (probabilities[start + i] = value / total));
  }
  return probabilities;
}

/**
 * Cross-entropy of each row, from logits: `log(sum(exp(row))) - row[label]`.
 *
 * @param logits - `[labels, classes]`, row by row.
 */
export function crossEntropyRows(logits: Float32Array, labels: ArrayLike<number>, classes: number): number[] {
  return Array.from(labels, (label, index) => {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = row.reduce((sum, value) => sum + Math.exp(value - highest), 0);
    return highest + Math.log(total) - row[label];
  });
}

/** The class with the highest score in each row; the first of equals. @param scores - `[rows, classes]`, row by row. */
export function argMaxRows(scores: Float32Array, classes: number): Int32Array {
  const best = new Int32Array(scores.length / classes);
  for (let row = 0; row < best.length; row++) {
    let index = 0;
    for (let i = 1; i < classes; i++) {
      if (scores[row * classes + i] > scores[row * classes + index]) index = i;
    }
    best[row] = index;
  }
  return best;
}

/** Class indices by falling score, with the scores. @param k - how many; default all. */
export function rankClasses(probabilities: ArrayLike<number>, k = probabilities.length): RankedClass[] {
  return Array.from(probabilities, (probability, label) => ({ label, probability }))
    .sort((a, b) => b.probability - a.probability || a.label - b.label)
    .slice(0, k);
}

/** Share of rows whose label is among the k highest scores; ties go to the label. */
export function topKAccuracy(
  scores: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  k: number,
): number {
  let hits = 0;
  for (let row = 0; row < labels.length; row++) {
    const own = scores[row * classes + labels[row]];
    let higher = 0;
    for (let i = 0; i < classes; i++) if (scores[row * classes + i] > own) higher++;
    if (higher < k) hits++;
  }
  return labels.length ? hits / labels.length : 0;
}

/** Counts of `[true class][predicted class]`. */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = matrix[labels[i]];
    if (row) row[predicted[i]] = (row[predicted[i]] ?? 0) + 1;
  }
  return matrix;
}

/** Precision, recall and F1 of each class. @param matrix - from {@link confusionMatrix}. */
export function perClassMetrics(
  matrix: readonly (readonly number[])[],
  classNames?: readonly string[],
): ClassMetrics[] {
  return matrix.map((row, label) => {
    const hits = row[label];
    const support = row.reduce((a, b) => a + b, 0);
    const taken = matrix.reduce((sum, other) => sum + other[label], 0);
    const precision = taken ? hits / taken : 0;
    const recall = support ? hits / support : 0;
    const f1 = hits ? (2 * precision * recall) / (precision + recall) : 0;
    const name = classNames?.[label];
    return { label, ...(name === undefined ? {} : { name }), support, precision, recall, f1 };
  });
}

/** The predictions of one range of confidence. */
export interface CalibrationBin {
  /** Confidences above this are in the bin; 0 as well in the first. */
  from: number;
  /** Up to this and with it. */
  to: number;
  /** Predictions in the bin. */
  count: number;
  /** Mean probability of the predicted class; 0 where the bin is empty. */
  confidence: number;
  /** Share that is right; 0 where the bin is empty. */
  accuracy: number;
}

/**
 * Predictions in equal bins of confidence, as a reliability diagram shows them.
 *
 * @param probabilities - `[labels, classes]`, row by row.
 * @param bins - default 15.
 * @see Guo et al. 2017 (arXiv:1706.04599)
 */
export function calibrationBins(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  bins = 15,
): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, hits: 0 }));
  argMaxRows(probabilities, classes).forEach((predicted, row) => {
    const probability = probabilities[row * classes + predicted];
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1))];
    bin.count++;
    bin.confidence += probability;
    if (predicted === labels[row]) bin.hits++;
  });
  return sums.map(({ count, confidence, hits }, i) => ({
    from: i / bins,
    to: (i + 1) / bins,
    count,
    confidence: count ? confidence / count : 0,
    accuracy: count ? hits / count : 0,
  }));
}

/**
 * Expected calibration error: over equal bins of confidence, the mean of |accuracy - confidence| weighted by bin size.
 *
 * @param probabilities - `[labels, classes]`, row by row.
 * @param bins - default 15.
 * @see Guo et al. 2017 (arXiv:1706.04599)
 */
export function expectedCalibrationError(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  bins = 15,
): number {
  return calibrationErrorOf(calibrationBins(probabilities, labels, classes, bins));
}

/** The expected calibration error of bins from {@link calibrationBins}. */
export function calibrationErrorOf(bins: readonly CalibrationBin[]): number {
  const size = bins.reduce((sum, { count }) => sum + count, 0);
  const gap = bins.reduce(
    (sum, { count, accuracy, confidence }) => sum + count * Math.abs(accuracy - confidence),
    0,
  );
  return size ? gap / size : 0;
}
