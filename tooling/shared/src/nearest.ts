/** How TensorFlow.js resizes pictures. */
export interface ResizeAttributes {
  alignCorners: boolean;
  halfPixelCenters?: boolean;
  /** Height and width. */
  size: [number, number];
}

/** Positions of an axis of the source to one of the target, in the arithmetic of TensorFlow.js: double precision. */
export function resizeRatio(from: number, to: number, { alignCorners }: ResizeAttributes): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** For every position of an axis of the target the nearest of the source. */
export function nearestPositions(from: number, to: number, given: ResizeAttributes): number[] {
  const ratio = resizeRatio(from, to, given);
  return Array.from({ length: to }, (_, i) => {
    const at = given.halfPixelCenters ? ratio * (i + 0.5) : ratio * i;
    return Math.max(0, Math.min(from - 1, given.alignCorners ? Math.round(at) : Math.floor(at)));
  });
}

/** For every pixel of the target, line by line, the nearest of a source of that height and width. */
export function nearestPixels(height: number, width: number, given: ResizeAttributes): Int32Array {
  const [outHeight, outWidth] = given.size;
  const columns = nearestPositions(width, outWidth, given);
  return Int32Array.from(
    nearestPositions(height, outHeight, given).flatMap((row) =>
      columns.map((column) => row * width + column),
    ),
  );
}
