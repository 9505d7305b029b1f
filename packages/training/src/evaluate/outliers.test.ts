import { noise } from '../testing/tiny';
import type { Features } from '../transfer/features';
import { fitOutlierRule, outlierDistance } from './outliers';

const CLASS_MEANS = [
  [0, 0, 0],
  [10, 0, 0],
];

/** Two classes around their means; the second feature follows the first, the third varies ten times as much. */
function clouds(count: number, seed: number): Features {
  const random = noise(count * 3, seed);
  const values = new Float32Array(count * 3);
  for (let row = 0; row < count; row++) {
    const [a, b, c] = random.subarray(row * 3, row * 3 + 3).map((u) => (u - 0.5) * Math.sqrt(12));
    values.set(
      [a, a + 0.1 * b, 10 * c].map((v, i) => v + CLASS_MEANS[row % 2][i]),
      row * 3,
    );
  }
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  return { values, labels: rows.map((i) => i % 2), indices: rows, count, width: 3 };
}

const rule = () =>
  fitOutlierRule({
    layer: 'features',
    classes: 2,
    training: clouds(2000, 1),
    validation: clouds(1000, 2),
    doubted: 0.02,
  });

describe('the outlier rule', () => {
  it('measures in units of the spread within the classes, correlations included', () => {
    const [centre, along, across, wide] = outlierDistance(
      rule(),
      Float32Array.of(0, 0, 0, 2, 2, 0, 0, 1, 0, 10, 0, 20),
    );
    expect(centre).toBeLessThan(0.05);
    expect(Math.abs(along - 4)).toBeLessThan(0.7);
    expect(across).toBeGreaterThan(10); // without the correlation 1; the ridge takes a part of (1 / 0.1)^2
    expect(Math.abs(wide - 4)).toBeLessThan(0.7);
  });

  it('doubts the asked part of the validation images, as many of new ones, and what lies between the classes', () => {
    const fitted = JSON.parse(JSON.stringify(rule())) as ReturnType<typeof rule>;
    const part = (features: Features) =>
      outlierDistance(fitted, features.values).filter((distance) => distance > fitted.limit).length /
      features.count;
    expect(part(clouds(1000, 2))).toBeCloseTo(0.02, 3);
    expect(part(clouds(2000, 3))).toBeLessThan(0.04);
    expect(outlierDistance(fitted, Float32Array.of(5, 0, 0))[0]).toBeGreaterThan(fitted.limit);
  });

  it('doubts what is like the pictures that are to be doubted, even where it is near a class', () => {
    const training = clouds(2000, 1);
    const other = clouds(500, 4);
    // One kind, three units from the first class.
    const unlike = {
      ...other,
      values: other.values.map((value, i) => (i % 3 < 2 ? (value > 5 ? value - 10 : value) + 3 : value)),
      labels: other.labels.map(() => 0),
    };
    const options = { layer: 'features', classes: 2, training, validation: clouds(1000, 2), doubted: 0.02 };
    const [without, fitted] = [fitOutlierRule(options), fitOutlierRule({ ...options, unlike })];
    expect(fitted.unlike?.kinds).toBe(1);
    const part = (by: typeof fitted, { values, count }: Features) =>
      outlierDistance(by, values).filter((distance) => distance > by.limit).length / count;
    expect(part(fitted, clouds(2000, 3))).toBeLessThan(0.04);
    expect(part(fitted, unlike)).toBeGreaterThan(0.7);
    expect(part(fitted, unlike)).toBeGreaterThan(part(without, unlike) + 0.1);
  });

  it('refuses a rule of another version', () => {
    const fitted = rule();
    expect(() =>
      outlierDistance({ ...fitted, means: fitted.means + fitted.means }, new Float32Array(3)),
    ).toThrow('outlierDistance(rule): expected 6 numbers, got 12. Learn the rule again: googlenet outliers.');
  });

  it('says which class is missing and which width is wrong', () => {
    const training = clouds(100, 1);
    const validation = clouds(50, 2);
    const options = { layer: 'x', classes: 3, training, validation };
    expect(() => fitOutlierRule(options)).toThrow(/expected images of all 3 classes, got none of class 2/);
    expect(() => fitOutlierRule({ ...options, classes: 2, validation: { ...validation, width: 2 } })).toThrow(
      /expected 3 features as in training, got 2/,
    );
    expect(() => outlierDistance(rule(), new Float32Array(4))).toThrow(
      /expected a multiple of 3 numbers, got 4/,
    );
  });
});
