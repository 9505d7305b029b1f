/**
 * The median of each pixel's neighbourhood: follows the light over a picture, an edge of a shadow included, and
 * does not see what covers less than half of the neighbourhood. Every second row and column is looked at and answered; the
 * pixels between have the answer of their neighbour above and to the left.
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
  const coarse = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const medians = mediansOf(levelsOf(grey, width, height, skip), coarse, Math.max(1, radius >> 1));
  const result = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (row >> 1) * coarse.width;
    for (let column = 0; column < width; column++)
      result[row * width + column] = medians[from + (column >> 1)];
  }
  return result;
}

/** Marks a pixel that does not count. */
const SKIPPED = 256;

/** The level of every second pixel of every second row. */
function levelsOf(grey: Float32Array, width: number, height: number, skip?: Uint8Array): Uint16Array {
  const levels = new Uint16Array(((width + 1) >> 1) * ((height + 1) >> 1));
  let at = 0;
  for (let row = 0; row < height; row += 2)
    for (let i = row * width; i < (row + 1) * width; i += 2)
      levels[at++] = skip?.[i] === 1 ? SKIPPED : Math.max(0, Math.min(255, Math.round(grey[i])));
  return levels;
}

/**
 * Slides a histogram along each row and moves its median with it.
 *
 * @see Huang, Yang and Tang 1979, "A fast two-dimensional median filtering algorithm"
 */
function mediansOf(
  levels: Uint16Array,
  { width, height }: { width: number; height: number },
  radius: number,
): Int16Array {
  const medians = new Int16Array(width * height);
  const histogram = new Int32Array(SKIPPED);
  for (let row = 0; row < height; row++) {
    const [top, bottom] = [Math.max(0, row - radius), Math.min(height - 1, row + radius)];
    histogram.fill(0);
    let [count, median, below] = [0, 128, 0];
    for (let column = -radius; column < width; column++) {
      for (const [moved, by] of [
        [column + radius, 1],
        [column - radius - 1, -1],
      ]) {
        if (moved < 0 || moved >= width) continue;
        for (let at = top * width + moved; at <= bottom * width + moved; at += width) {
          const level = levels[at];
          if (level === SKIPPED) continue;
          histogram[level] += by;
          count += by;
          if (level < median) below += by;
        }
      }
      if (column < 0) continue;
      const half = count >> 1;
      while (below > half && median > 0) below -= histogram[--median];
      while (median < 255 && below + histogram[median] <= half) below += histogram[median++];
      const across = Math.min(width - 1, column + radius) - Math.max(0, column - radius) + 1;
      medians[row * width + column] = count * 10 < across * (bottom - top + 1) ? -1 : median;
    }
  }
  return medians;
}
