/** How far a line may be from level, as a part of the picture's width. */
const MOST_SLOPE = 0.18;
/** The part of a line that must be seen over all of its length, and over the tenth at each end. */
const LEAST_SEEN = 0.72;
const LEAST_SEEN_AT_ENDS = 0.5;
/** The thickest line, as a part of the shorter side. */
const MOST_THICKNESS = 0.02;

/**
 * Takes ruled lines out: what runs straight and thin from one border of the picture to the other, level or upright.
 * Where a stroke crosses a line it is thicker than the line, and stays.
 *
 * @param values - `height * width`; changed in place, 0 where a line was.
 * @param threshold - what counts as written or printed.
 */
export function eraseRuledLines(
  values: Float32Array,
  width: number,
  height: number,
  threshold: number,
): void {
  const thickest = Math.max(3, Math.round(MOST_THICKNESS * Math.min(width, height)));
  const mask = Uint8Array.from(values, (value) => (value > threshold ? 1 : 0));
  const level = linePixels(mask, width, height, thickest);
  const upright = linePixels(transpose(mask, width, height), height, width, thickest);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      if (level[at] || upright[column * height + row]) values[at] = 0;
    }
  }
}

/** The pixels of lines from the left border to the right, 1 for each. */
function linePixels(mask: Uint8Array, width: number, height: number, thickest: number): Uint8Array {
  const found = new Uint8Array(mask.length);
  const runs = runsDown(mask, width, height);
  const seen = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] && runs[at] <= thickest) {
      seen[at] = 1;
      if (at >= width) seen[at - width] = 1;
      if (at + width < mask.length) seen[at + width] = 1;
    }
  }
  const reach = Math.round(MOST_SLOPE * width);
  const tenth = Math.max(1, Math.round(width / 10));
  const most = Math.ceil((reach * tenth) / Math.max(1, width - 1)) + 1;
  const beginnings = rowsWithEnds(seen, width, height, 0, tenth, most);
  const endings = new Set(rowsWithEnds(seen, width, height, width - tenth, width, most));
  for (const start of beginnings) {
    for (let end = Math.max(0, start - reach); end <= Math.min(height - 1, start + reach); end++) {
      if (!endings.has(end)) continue;
      const rise = (end - start) / Math.max(1, width - 1);
      if (share(seen, width, start, rise, 0, tenth) < LEAST_SEEN_AT_ENDS) continue;
      if (share(seen, width, start, rise, width - tenth, width) < LEAST_SEEN_AT_ENDS) continue;
      if (share(seen, width, start, rise, 0, width) < LEAST_SEEN) continue;
      for (let column = 0; column < width; column++) {
        for (let by = -2; by <= 2; by++) {
          const row = Math.round(start + rise * column) + by;
          if (row < 0 || row >= height) continue;
          const at = row * width + column;
          if (mask[at] && runs[at] <= thickest) found[at] = 1;
        }
      }
    }
  }
  return found;
}

/**
 * The rows near which enough is seen from one column to another for a line's end; all others need not be tried.
 *
 * @param most - how far a line may be from the row there.
 */
function rowsWithEnds(
  seen: Uint8Array,
  width: number,
  height: number,
  from: number,
  to: number,
  most: number,
): number[] {
  const columns = new Int32Array(height);
  for (let column = from; column < to; column++) {
    let next = 0;
    for (let row = 0; row < height; row++) {
      if (!seen[row * width + column]) continue;
      for (let near = Math.max(next, row - most); near <= Math.min(height - 1, row + most); near++)
        columns[near]++;
      next = row + most + 1;
    }
  }
  return [...columns.keys()].filter((row) => columns[row] >= LEAST_SEEN_AT_ENDS * (to - from));
}

/** The part of a line from one column to another that is seen. */
function share(
  seen: Uint8Array,
  width: number,
  start: number,
  rise: number,
  from: number,
  to: number,
): number {
  let count = 0;
  for (let column = from; column < to; column++)
    count += seen[Math.round(start + rise * column) * width + column];
  return count / (to - from);
}

/** For each pixel of the mask, how many of it stand on top of each other there. */
function runsDown(mask: Uint8Array, width: number, height: number): Uint16Array {
  const runs = new Uint16Array(mask.length);
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < height; row++) {
      if (!mask[row * width + column]) continue;
      const start = row;
      while (row < height && mask[row * width + column]) row++;
      for (let y = start; y < row; y++) runs[y * width + column] = row - start;
    }
  }
  return runs;
}

function transpose(mask: Uint8Array, width: number, height: number): Uint8Array {
  const turned = new Uint8Array(mask.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) turned[column * height + row] = mask[row * width + column];
  return turned;
}
