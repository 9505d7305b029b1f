import type { Box } from './resample';

/** Pixels that hang together. */
export interface Component {
  /** Its number in the map of {@link findComponents}. */
  label: number;
  /** Sum of the values of its pixels. */
  mass: number;
  area: number;
  box: Box;
}

/**
 * Numbers what hangs together (each pixel with its eight neighbours).
 *
 * @param values - `height * width`; pixels above `threshold` count.
 * @returns the components, and a map `[height * width]` of their labels from 1 on, 0 elsewhere.
 */
export function findComponents(
  values: Float32Array,
  width: number,
  height: number,
  threshold: number,
): { components: Component[]; labels: Int32Array } {
  const labels = new Int32Array(width * height);
  const components: Component[] = [];
  const stack: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== 0 || !(values[start] > threshold)) continue;
    const label = components.length + 1;
    let [mass, area, left, right, top, bottom] = [0, 0, width, -1, height, -1];
    labels[start] = label;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [row, column] = [Math.floor(at / width), at % width];
      mass += values[at];
      area++;
      [left, right] = [Math.min(left, column), Math.max(right, column)];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
          const next = y * width + x;
          if (labels[next] === 0 && values[next] > threshold) {
            labels[next] = label;
            stack.push(next);
          }
        }
      }
    }
    const box = { left, top, width: right - left + 1, height: bottom - top + 1 };
    components.push({ label, mass, area, box });
  }
  return { components, labels };
}

/** How far apart two boxes are, in pixels; 0 where they touch or overlap. */
export function gapBetween(a: Box, b: Box): number {
  const across = Math.max(a.left - (b.left + b.width), b.left - (a.left + a.width), 0);
  const down = Math.max(a.top - (b.top + b.height), b.top - (a.top + a.height), 0);
  return Math.hypot(across, down);
}

/** The smallest box around two. */
export function boxAround(a: Box, b: Box): Box {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  return {
    left,
    top,
    width: Math.max(a.left + a.width, b.left + b.width) - left,
    height: Math.max(a.top + a.height, b.top + b.height) - top,
  };
}
