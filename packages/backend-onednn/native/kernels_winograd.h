// 5x5 convolutions by Winograd's F(4x4, 5x5): 8x8 tiles of the input give 4x4 of the output with 64 products instead of
// 400. Points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, as F(6x6, 3x3) has them (Lavin and Gray 2015, arXiv:1509.09308).
// NHWC, channels in multiples of 16. Part of kernels_table.h.
constexpr int64_t kPoints = kWinogradPoints, kTile = 8, kStep = 4;
constexpr int64_t kRows = 14, kColumns = 32;  // of a product's block: 28 accumulators of 16 lanes

struct Tiles {
  int64_t down, across, perImage, count;
  explicit Tiles(const WinogradShape& s)
      : down((s.height + kStep - 1) / kStep), across((s.width + kStep - 1) / kStep), perImage(down * across), count(s.images * perImage) {}
};

inline Lanes loadFull(const float* from) { return loadLanes<true, Lanes>(from, kLanes); }
inline void storeFull(float* to, const Lanes& v) { storeLanes<true>(to, v, kLanes); }

// The points of one row or column of an input tile.
inline void transformInput(const Lanes* d, int64_t step, Lanes* t, int64_t outStep) {
  const Lanes d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step], d6 = d[6 * step];
  const Lanes even = d2 + d6 - 4.25f * d4, odd = d1 + d5 - 4.25f * d3;
  const Lanes even2 = d6 + 0.25f * d2 - 1.25f * d4, odd2 = 0.5f * d1 - 2.5f * d3 + 2.0f * d5;
  const Lanes evenHalf = d6 + 4.0f * d2 - 5.0f * d4, oddHalf = 2.0f * d1 - 2.5f * d3 + 0.5f * d5;
  t[0] = d[0] - d6 + 5.25f * (d4 - d2);
  t[outStep] = even + odd;
  t[2 * outStep] = even - odd;
  t[3 * outStep] = even2 + odd2;
  t[4 * outStep] = even2 - odd2;
  t[5 * outStep] = evenHalf + oddHalf;
  t[6 * outStep] = evenHalf - oddHalf;
  t[7 * outStep] = d[7 * step] - d1 + 5.25f * (d3 - d5);
}

// V[point][tile][channel] of `tiles` tiles from `first` on; planes are `plane` values apart.
inline void inputTiles(const float* x, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* v, int64_t plane) {
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = tile / grid.perImage;
    const int64_t top = tile % grid.perImage / grid.across * kStep - 2, left = tile % grid.across * kStep - 2;
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes d[kPoints], half[kPoints], out[kPoints];
      for (int64_t i = 0; i < kTile; ++i)
        for (int64_t j = 0; j < kTile; ++j) {
          const int64_t y = top + i, z = left + j;
          const bool inside = y >= 0 && y < s.height && z >= 0 && z < s.width;
          d[i * kTile + j] = inside ? loadFull(x + ((image * s.height + y) * s.width + z) * channels + c) : Lanes{};
        }
      for (int64_t j = 0; j < kTile; ++j) transformInput(d + j, kTile, half + j, kTile);
      for (int64_t i = 0; i < kTile; ++i) transformInput(half + i * kTile, 1, out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeFull(v + p * plane + t * channels + c, out[p]);
    }
  }
}

// The points of four neighbouring output gradients; their factors are in transformBack.
inline void transformGradient(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
  const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step];
  const Lanes even = g0 + g2, odd = g1 + g3, even2 = g0 + 4.0f * g2, odd2 = 2.0f * g1 + 8.0f * g3;
  const Lanes evenHalf = g0 + 0.25f * g2, oddHalf = 0.5f * g1 + 0.125f * g3;
  u[0] = g0;
  u[outStep] = even + odd;
  u[2 * outStep] = even - odd;
  u[3 * outStep] = even2 + odd2;
  u[4 * outStep] = even2 - odd2;
  u[5 * outStep] = evenHalf + oddHalf;
  u[6 * outStep] = evenHalf - oddHalf;
  u[7 * outStep] = g3;
}

inline void gradientTiles(const float* dy, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* u, int64_t plane) {
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = tile / grid.perImage;
    const int64_t top = tile % grid.perImage / grid.across * kStep, left = tile % grid.across * kStep;
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes g[kStep * kStep], half[kStep * kTile], out[kPoints];
      for (int64_t i = 0; i < kStep; ++i)
        for (int64_t j = 0; j < kStep; ++j) {
          const bool inside = top + i < s.height && left + j < s.width;
          g[i * kStep + j] = inside ? loadFull(dy + ((image * s.height + top + i) * s.width + left + j) * channels + c) : Lanes{};
        }
      for (int64_t j = 0; j < kStep; ++j) transformGradient(g + j, kStep, half + j, kStep);
      for (int64_t i = 0; i < kTile; ++i) transformGradient(half + i * kStep, 1, out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeFull(u + p * plane + t * channels + c, out[p]);
    }
  }
}

// Four neighbouring outputs of the products' points.
inline void transformOutput(const Lanes* m, int64_t step, Lanes* y, int64_t outStep) {
  const Lanes plus = m[step] + m[2 * step], minus = m[step] - m[2 * step], plus2 = m[3 * step] + m[4 * step], minus2 = m[3 * step] - m[4 * step];
  const Lanes plusHalf = m[5 * step] + m[6 * step], minusHalf = m[5 * step] - m[6 * step];
  y[0] = m[0] + plus + plus2 + plusHalf;
  y[outStep] = minus + 2.0f * minus2 + 0.5f * minusHalf;
  y[2 * outStep] = plus + 4.0f * plus2 + 0.25f * plusHalf;
  y[3 * outStep] = minus + 8.0f * minus2 + 0.125f * minusHalf + m[7 * step];
}

// `width` channels of y from `from` on, out of m[point][tile][channel].
inline void outputTiles(const float* m, int64_t plane, int64_t from, int64_t width, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* y) {
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = tile / grid.perImage;
    const int64_t top = tile % grid.perImage / grid.across * kStep, left = tile % grid.across * kStep;
    for (int64_t c = 0; c < width; c += kLanes) {
      Lanes in[kPoints], half[kStep * kTile], out[kStep * kStep];
      for (int64_t p = 0; p < kPoints; ++p) in[p] = loadFull(m + p * plane + t * width + c);
      for (int64_t j = 0; j < kTile; ++j) transformOutput(in + j, kTile, half + j, kTile);
      for (int64_t i = 0; i < kStep; ++i) transformOutput(half + i * kTile, 1, out + i * kStep, 1);
      for (int64_t i = 0; i < kStep && top + i < s.height; ++i)
        for (int64_t j = 0; j < kStep && left + j < s.width; ++j)
          storeFull(y + ((image * s.height + top + i) * s.width + left + j) * s.outputs + from + c, out[i * kStep + j]);
    }
  }
}

constexpr float kFactor1 = -2.0f / 9, kFactor2 = 1.0f / 90, kFactorHalf = 32.0f / 45;  // of the points 1, 2 and 1/2

// The points of five weights.
inline void transformWeights(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
  const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step], g4 = g[4 * step];
  const Lanes even = g0 + g2 + g4, odd = g1 + g3, even2 = g0 + 4.0f * g2 + 16.0f * g4, odd2 = 2.0f * g1 + 8.0f * g3;
  const Lanes evenHalf = g0 + 0.25f * g2 + 0.0625f * g4, oddHalf = 0.5f * g1 + 0.125f * g3;
  u[0] = g0;
  u[outStep] = (even + odd) * kFactor1;
  u[2 * outStep] = (even - odd) * kFactor1;
  u[3 * outStep] = (even2 + odd2) * kFactor2;
  u[4 * outStep] = (even2 - odd2) * kFactor2;
  u[5 * outStep] = (evenHalf + oddHalf) * kFactorHalf;
  u[6 * outStep] = (evenHalf - oddHalf) * kFactorHalf;
  u[7 * outStep] = g4;
}

// HWIO weights as [panel of 32 outputs][point][input][output of the panel].
void winogradWeights(const float* weights, int64_t inputs, int64_t outputs, float* u) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < inputs; ++i)
    for (int64_t o = 0; o < outputs; o += kLanes) {
      Lanes g[25], half[5 * kTile], out[kPoints];
      for (int64_t k = 0; k < 25; ++k) g[k] = loadFull(weights + (k * inputs + i) * outputs + o);
      for (int64_t j = 0; j < 5; ++j) transformWeights(g + j, 5, half + j, 5);
      for (int64_t r = 0; r < kTile; ++r) transformWeights(half + r * 5, 1, out + r * kTile, 1);
      const int64_t panel = o / kColumns, width = std::min(kColumns, outputs - panel * kColumns);
      for (int64_t p = 0; p < kPoints; ++p) storeFull(u + (panel * kPoints * kColumns + p * width) * inputs + i * width + o % kColumns, out[p]);
    }
}

// c[row][column] (+)= sum over k of a(row, k) b[k][column], a block of kRows x (16 Vectors); a(row, k) is a[row * ra + k * ka].
template <int Rows, int Vectors, bool Accumulate>
inline void productBlock(const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t depth, float* c, int64_t rc) {
  Lanes sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) sum[r][v] = Accumulate ? loadFull(c + r * rc + v * kLanes) : Lanes{};
  for (int64_t k = 0; k < depth; ++k) {
    Lanes row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = loadFull(b + k * kb + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const float left = a[r * ra + k * ka];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[r][v] += left * row[v];
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) storeFull(c + r * rc + v * kLanes, sum[r][v]);
}

template <int Rows, bool Accumulate>
inline void productStrip(const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width, int64_t depth, float* c, int64_t rc) {
  if (width == kColumns)
    productBlock<Rows, 2, Accumulate>(a, ra, ka, b, kb, depth, c, rc);
  else
    productBlock<Rows, 1, Accumulate>(a, ra, ka, b, kb, depth, c, rc);
}

// An even number of rows.
template <bool Accumulate>
inline void productRows(int64_t rows, const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width, int64_t depth, float* c, int64_t rc) {
  for (; rows >= kRows; rows -= kRows, a += kRows * ra, c += kRows * rc) productStrip<kRows, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
  switch (rows) {
    case 12: return productStrip<12, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    case 10: return productStrip<10, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    case 8: return productStrip<8, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    case 6: return productStrip<6, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    case 4: return productStrip<4, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    case 2: return productStrip<2, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
  }
}

// Tiles of a block: at most `most`, a multiple of `multiple`, so that every thread gets as many blocks as the others.
inline int64_t tilesOfBlock(int64_t count, int64_t threads, int64_t most, int64_t multiple) {
  const int64_t share = (count + threads - 1) / threads, blocks = (share + most - 1) / most;
  return (share + blocks * multiple - 1) / (blocks * multiple) * multiple;
}

// y from x and transformed weights. `scratch` holds winogradScratch values for each thread.
void winogradForward(const float* x, const float* u, float* y, const WinogradShape& s, float* scratch) {
  const Tiles grid(s);
  const int64_t planeV = kForwardTiles * s.inputs + kLanes, planeM = kForwardTiles * kColumns + kLanes;
  const int64_t length = tilesOfBlock(grid.count, omp_get_max_threads(), kForwardTiles, kRows), blocks = (grid.count + length - 1) / length;
#pragma omp parallel
  {
    float* v = scratch + omp_get_thread_num() * winogradScratch(s);
    float* m = v + kPoints * planeV;
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * length, tiles = std::min(length, grid.count - first), even = (tiles + 1) / 2 * 2;
      inputTiles(x, s.inputs, s, grid, first, tiles, v, planeV);
      if (even > tiles)
        for (int64_t p = 0; p < kPoints; ++p) std::memset(v + p * planeV + tiles * s.inputs, 0, static_cast<size_t>(s.inputs) * sizeof(float));
      for (int64_t o = 0; o < s.outputs; o += kColumns) {
        const int64_t width = std::min(kColumns, s.outputs - o);
        for (int64_t p = 0; p < kPoints; ++p)
          productRows<false>(even, v + p * planeV, s.inputs, 1, u + (o * kPoints + p * width) * s.inputs, width, width, s.inputs, m + p * planeM, width);
        outputTiles(m, planeM, o, width, s, grid, first, tiles, y);
      }
    }
  }
}

// The five weight gradients of the points, with the factors of both sides.
inline void transformBack(const Lanes* s, int64_t step, Lanes* w, int64_t outStep) {
  const Lanes s1 = s[step] * kFactor1, s2 = s[2 * step] * kFactor1, s3 = s[3 * step] * kFactor2, s4 = s[4 * step] * kFactor2;
  const Lanes s5 = s[5 * step] * kFactorHalf, s6 = s[6 * step] * kFactorHalf;
  const Lanes plus = s1 + s2, minus = s1 - s2, plus2 = s3 + s4, minus2 = s3 - s4, plusHalf = s5 + s6, minusHalf = s5 - s6;
  w[0] = s[0] + plus + plus2 + plusHalf;
  w[outStep] = minus + 2.0f * minus2 + 0.5f * minusHalf;
  w[2 * outStep] = plus + 4.0f * plus2 + 0.25f * plusHalf;
  w[3 * outStep] = minus + 8.0f * minus2 + 0.125f * minusHalf;
  w[4 * outStep] = plus + 16.0f * plus2 + 0.0625f * plusHalf + s[7 * step];
}

// dweights (HWIO) from x and dy. `sums` holds kPoints * inputs * outputs values for each of `threads` threads.
void winogradBackwardWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch, float* sums, int threads) {
  const Tiles grid(s);
  const int64_t planeV = kBackwardTiles * s.inputs + kLanes, planeU = kBackwardTiles * s.outputs + kLanes, size = kPoints * s.inputs * s.outputs;
  const int64_t length = tilesOfBlock(grid.count, threads, kBackwardTiles, 1), blocks = (grid.count + length - 1) / length;
#pragma omp parallel num_threads(threads)
  {
    float* v = scratch + omp_get_thread_num() * winogradScratch(s);
    float* u = v + kPoints * planeV;
    float* sum = sums + omp_get_thread_num() * size;
    std::memset(sum, 0, static_cast<size_t>(size) * sizeof(float));
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * length, tiles = std::min(length, grid.count - first);
      inputTiles(x, s.inputs, s, grid, first, tiles, v, planeV);
      gradientTiles(dy, s.outputs, s, grid, first, tiles, u, planeU);
      for (int64_t p = 0; p < kPoints; ++p)
        for (int64_t o = 0; o < s.outputs; o += kColumns)
          productRows<true>(s.inputs, v + p * planeV, 1, s.inputs, u + p * planeU + o, s.outputs, std::min(kColumns, s.outputs - o), tiles, sum + p * s.inputs * s.outputs + o,
                            s.outputs);
    }
#pragma omp for schedule(static)
    for (int64_t i = 0; i < s.inputs; ++i)
      for (int64_t o = 0; o < s.outputs; o += kLanes) {
        Lanes all[kPoints], half[5 * kTile], w[25];
        for (int64_t p = 0; p < kPoints; ++p) {
          all[p] = Lanes{};
          for (int t = 0; t < threads; ++t) all[p] += loadFull(sums + t * size + (p * s.inputs + i) * s.outputs + o);
        }
        for (int64_t j = 0; j < kTile; ++j) transformBack(all + j, kTile, half + j, kTile);
        for (int64_t r = 0; r < 5; ++r) transformBack(half + r * kTile, 1, w + r * 5, 1);
        for (int64_t k = 0; k < 25; ++k) storeFull(dweights + (k * s.inputs + i) * s.outputs + o, w[k]);
      }
  }
}
