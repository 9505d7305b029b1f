/** What it takes to read a class out of a module's features. */
export interface Readout {
  classes: number;
  /** The mean features of each class, class by class. */
  means: Float64Array;
  /** One over the variance of each feature within the classes. */
  precision: Float64Array;
  /** What the distances are multiplied by before the softmax. */
  sharpness: number;
  /** The part of the references that are nearest to their own class's mean, each without itself. */
  accuracy: number;
}

const sharpnessSteps = Array.from({ length: 25 }, (_, i) => 10 ** (-4 + i / 6));

/**
 * Fits a nearest-mean classifier: the simplest way to ask what features already know.
 *
 * The squared distance to each class's mean, each feature in units of its spread within the classes, becomes a probability
 * by a softmax whose sharpness makes the references most probable, each judged by the means of the others.
 * @param features - `count * width` values, one reference after the other
 * @param labels - the class of each reference; every class needs at least two
 */
export function fitReadout(features: ArrayLike<number>, labels: ArrayLike<number>, classes: number): Readout {
  const count = labels.length;
  const width = features.length / count;
  const sizes = new Float64Array(classes);
  const means = new Float64Array(classes * width);
  for (let i = 0; i < count; i++) {
    sizes[labels[i]]++;
    for (let j = 0; j < width; j++) means[labels[i] * width + j] += features[i * width + j];
  }
  means.forEach((sum, at) => (means[at] = sum / Math.max(1, sizes[Math.floor(at / width)])));
  const precision = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let spread = 0;
    for (let i = 0; i < count; i++) spread += (features[i * width + j] - means[labels[i] * width + j]) ** 2;
    precision[j] = spread > 1e-12 ? Math.max(1, count - classes) / spread : 0;
  }
  const distances = Array.from({ length: count }, (_, i) =>
    leaveOut(
      squaredDistances(
        Float64Array.from({ length: width }, (_, j) => features[i * width + j]),
        means,
        precision,
      ),
      labels[i],
      sizes[labels[i]],
    ),
  );
  const right = distances.filter((own, i) => own.indexOf(Math.min(...own)) === labels[i]).length;
  const surprise = (sharpness: number) =>
    distances.reduce((sum, own, i) => sum - Math.log(softmax(own, sharpness)[labels[i]] + 1e-12), 0);
  const sharpness = sharpnessSteps.reduce((best, step) => (surprise(step) < surprise(best) ? step : best));
  return { classes, means, precision, sharpness, accuracy: right / count };
}

/** The probability of each class for one module's features. */
export function readOut({ means, precision, sharpness }: Readout, features: ArrayLike<number>): number[] {
  return softmax(squaredDistances(features, means, precision), sharpness);
}

function squaredDistances(
  features: ArrayLike<number>,
  means: Float64Array,
  precision: Float64Array,
): number[] {
  const width = precision.length;
  return Array.from({ length: means.length / width }, (_, k) => {
    let distance = 0;
    for (let j = 0; j < width; j++) distance += (features[j] - means[k * width + j]) ** 2 * precision[j];
    return distance;
  });
}

/** A reference pulls its own class's mean towards itself: without it the mean is `n / (n - 1)` times as far. */
function leaveOut(distances: number[], label: number, size: number): number[] {
  return distances.map((distance, k) =>
    k === label && size > 1 ? distance * (size / (size - 1)) ** 2 : distance,
  );
}

function softmax(distances: readonly number[], sharpness: number): number[] {
  const nearest = Math.min(...distances);
  const parts = distances.map((distance) => Math.exp(-sharpness * (distance - nearest)));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}
