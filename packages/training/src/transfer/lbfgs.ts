/** A function to be minimised: its value at a point, and its gradient. */
export type Objective = (point: Float64Array) => Promise<{ value: number; gradient: Float64Array }>;

const MEMORY = 10;
const SUFFICIENT = 1e-4;
const MAX_HALVINGS = 20;

/**
 * The minimum of a smooth convex function, by limited-memory BFGS with backtracking.
 *
 * @param options.tolerance - stops when a step lowers the value by less than this share of it.
 * @returns the best point found.
 * @see Nocedal and Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5
 */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  options: { maxSteps: number; tolerance: number },
): Promise<{ point: Float64Array; value: number }> {
  let point = start;
  let { value, gradient } = await objective(point);
  const history: { change: Float64Array; slope: Float64Array; curvature: number }[] = [];
  for (let step = 0; step < options.maxSteps; step++) {
    const direction = descent(gradient, history);
    const along = dot(direction, gradient);
    if (!(along < 0)) break;
    let size = history.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = { point, value, gradient };
    for (let i = 0; i < MAX_HALVINGS; i++, size /= 2) {
      const moved = point.map((x, j) => x + size * direction[j]);
      next = { point: moved, ...(await objective(moved)) };
      if (next.value <= value + SUFFICIENT * size * along) break;
    }
    if (!(next.value < value)) break;
    const change = next.point.map((x, j) => x - point[j]);
    const slope = next.gradient.map((g, j) => g - gradient[j]);
    const curvature = dot(change, slope);
    if (curvature > 1e-12 * dot(slope, slope)) history.push({ change, slope, curvature });
    if (history.length > MEMORY) history.shift();
    const gain = value - next.value;
    ({ point, value, gradient } = next);
    if (gain < options.tolerance * Math.max(Math.abs(value), 1e-8)) break;
  }
  return { point, value };
}

function descent(
  gradient: Float64Array,
  history: readonly { change: Float64Array; slope: Float64Array; curvature: number }[],
): Float64Array {
  const direction = gradient.map((g) => -g);
  const factors: number[] = [];
  for (let i = history.length - 1; i >= 0; i--) {
    const { change, slope, curvature } = history[i];
    factors[i] = dot(change, direction) / curvature;
    add(direction, slope, -factors[i]);
  }
  const last = history.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.slope, last.slope);
    for (let j = 0; j < direction.length; j++) direction[j] *= scale;
  }
  history.forEach(({ change, slope, curvature }, i) => {
    add(direction, change, factors[i] - dot(slope, direction) / curvature);
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(target: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * values[i];
}
