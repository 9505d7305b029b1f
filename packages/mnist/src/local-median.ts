/**
 * The median of each pixel's neighbourhood: follows the light over a picture, an edge of a shadow included, and
 * does not see what covers less than half of the neighbourhood. Every second row and column is looked at.
 *
 * @param grey - `height * width` values from 0 to 255; taken as whole levels.
 * @param radius - of the square neighbourhood, in pixels; it ends at the picture's border.
 * @param skip - pixels that do not count, `height * width`, 1 for each; where fewer than a tenth of a neighbourhood count, the result is -1.
 * @returns `height * width` levels.
 */
export function localMedian(
  grey: Float32Array,
  width: number,
  height: number,
  radius: number,
  skip?: Uint8Array,
): Float32Array {
  const levels = Uint8Array.from(grey, (value) => Math.max(0, Math.min(255, Math.round(value))));
  const result = new Float32Array(width * height);
  const histogram = new Int32Array(256);
  for (let row = 0; row < height; row++) {
    const [top, bottom] = [Math.max(0, row - radius), Math.min(height - 1, row + radius)];
    const [from, to] = [(top + (top & 1)) * width, bottom * width];
    histogram.fill(0);
    let [count, median, below] = [0, 128, 0];
    const change = (column: number, by: number) => {
      if (column & 1) return;
      for (let at = from + column; at <= to + column; at += 2 * width) {
        if (skip !== undefined && skip[at] === 1) continue;
        const level = levels[at];
        histogram[level] += by;
        count += by;
        if (level < median) below += by;
      }
    };
    for (let column = 0; column < Math.min(width, radius); column++) change(column, 1);
    for (let column = 0; column < width; column++) {
      if (column + radius < width) change(column + radius, 1);
      if (column - radius > 0) change(column - radius - 1, -1);
      const half = count >> 1;
      while (below > half && median > 0) below -= histogram[--median];
      while (median < 255 && below + histogram[median] <= half) below += histogram[median++];
      const across = Math.min(width - 1, column + radius) - Math.max(0, column - radius) + 1;
      result[row * width + column] = count * 40 < across * (bottom - top + 1) ? -1 : median;
    }
  }
  return result;
}
