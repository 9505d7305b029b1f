/** Rows of averages: `bins` windows over `size` values, PyTorch's rule for adaptive pools. */
export function averages(size: number, bins: number): Float32Array<ArrayBuffer> {
  const matrix = new Float32Array(bins * size);
  for (let bin = 0; bin < bins; bin++) {
    const [start, end] = [Math.floor((bin * size) / bins), Math.ceil(((bin + 1) * size) / bins)];
    matrix.fill(1 / (end - start), bin * size + start, bin * size + end);
  }
  return matrix;
}
