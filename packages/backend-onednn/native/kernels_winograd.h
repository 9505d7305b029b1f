// 5x5 convolutions by Winograd's F(2x2, 5x5): 6x6 tiles of the input give 2x2 of the output with 36 products instead of
// 100. Points 0, 1, -1, 2, -2 and infinity, as F(4x4, 3x3) has them (Lavin and Gray 2015, arXiv:1509.09308).
// NHWC, channels in multiples of 16. Part of kernels_table.h.
constexpr int64_t kPoints = 36, kTile = 6, kStep = 2;
constexpr int64_t kRows = 14, kColumns = 32;  // of a product's block: 28 accumulators of 16 lanes

struct Tiles {
  int64_t down, across, perImage, count;
  explicit Tiles(const WinogradShape& s)
      : down((s.height + 1) / kStep), across((s.width + 1) / kStep), perImage(down * across), count(s.images * perImage) {}
};

inline Lanes loadFull(const float* from) { return loadLanes<true, Lanes>(from, kLanes); }
inline void storeFull(float* to, const Lanes& v) { storeLanes<true>(to, v, kLanes); }

// The six points of one row or column of an input tile.
inline void transformInput(const Lanes* d, int64_t step, Lanes* t, int64_t outStep) {
  const Lanes even = d[4 * step] - 4.0f * d[2 * step], odd = d[3 * step] - 4.0f * d[step];
  const Lanes near = d[4 * step] - d[2 * step], far = 2.0f * (d[3 * step] - d[step]);
  t[0] = 4.0f * d[0] - 5.0f * d[2 * step] + d[4 * step];
  t[outStep] = even + odd;
  t[2 * outStep] = even - odd;
  t[3 * outStep] = near + far;
  t[4 * outStep] = near - far;
  t[5 * outStep] = 4.0f * d[step] - 5.0f * d[3 * step] + d[5 * step];
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

// The six points of two neighbouring output gradients; their factors are in transformBack.
inline void transformGradient(const Lanes& g0, const Lanes& g1, Lanes* u, int64_t step) {
  u[0] = g0;
  u[step] = g0 + g1;
  u[2 * step] = g0 - g1;
  u[3 * step] = g0 + 2.0f * g1;
  u[4 * step] = g0 - 2.0f * g1;
  u[5 * step] = g1;
}

inline void gradientTiles(const float* dy, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* u, int64_t plane) {
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = tile / grid.perImage;
    const int64_t top = tile % grid.perImage / grid.across * kStep, left = tile % grid.across * kStep;
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes g[4], half[2 * kTile], out[kPoints];
      for (int64_t i = 0; i < kStep; ++i)
        for (int64_t j = 0; j < kStep; ++j) {
          const bool inside = top + i < s.height && left + j < s.width;
          g[i * kStep + j] = inside ? loadFull(dy + ((image * s.height + top + i) * s.width + left + j) * channels + c) : Lanes{};
        }
      for (int64_t j = 0; j < kStep; ++j) transformGradient(g[j], g[kStep + j], half + j, kStep);
      for (int64_t i = 0; i < kTile; ++i) transformGradient(half[i * kStep], half[i * kStep + 1], out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeFull(u + p * plane + t * channels + c, out[p]);
    }
  }
}

inline void transformOutput(const Lanes* m, int64_t step, Lanes& y0, Lanes& y1) {
  y0 = m[0] + m[step] + m[2 * step] + m[3 * step] + m[4 * step];
  y1 = m[step] - m[2 * step] + 2.0f * (m[3 * step] - m[4 * step]) + m[5 * step];
}

inline void outputTiles(const float* m, int64_t plane, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* y) {
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = tile / grid.perImage;
    const int64_t top = tile % grid.perImage / grid.across * kStep, left = tile % grid.across * kStep;
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes in[kPoints], half[2 * kTile], out[4];
      for (int64_t p = 0; p < kPoints; ++p) in[p] = loadFull(m + p * plane + t * channels + c);
      for (int64_t j = 0; j < kTile; ++j) transformOutput(in + j, kTile, half[j], half[kTile + j]);
      for (int64_t i = 0; i < kStep; ++i) transformOutput(half + i * kTile, 1, out[i * kStep], out[i * kStep + 1]);
      for (int64_t i = 0; i < kStep && top + i < s.height; ++i)
        for (int64_t j = 0; j < kStep && left + j < s.width; ++j)
          storeFull(y + ((image * s.height + top + i) * s.width + left + j) * channels + c, out[i * kStep + j]);
    }
  }
}

// The six points of five weights.
inline void transformWeights(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
  const Lanes even = g[0] + g[2 * step] + g[4 * step], odd = g[step] + g[3 * step];
  const Lanes even2 = g[0] + 4.0f * g[2 * step] + 16.0f * g[4 * step], odd2 = 2.0f * g[step] + 8.0f * g[3 * step];
  u[0] = g[0] * 0.25f;
  u[outStep] = (even + odd) * (-1.0f / 6);
  u[2 * outStep] = (even - odd) * (-1.0f / 6);
  u[3 * outStep] = (even2 + odd2) * (1.0f / 24);
  u[4 * outStep] = (even2 - odd2) * (1.0f / 24);
  u[5 * outStep] = g[4 * step];
}

// HWIO weights as [point][panel of 32 outputs][input][output of the panel].
void winogradWeights(const float* weights, int64_t inputs, int64_t outputs, float* u) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < inputs; ++i)
    for (int64_t o = 0; o < outputs; o += kLanes) {
      Lanes g[25], half[30], out[kPoints];
      for (int64_t k = 0; k < 25; ++k) g[k] = loadFull(weights + (k * inputs + i) * outputs + o);
      for (int64_t j = 0; j < 5; ++j) transformWeights(g + j, 5, half + j, 5);
      for (int64_t r = 0; r < kTile; ++r) transformWeights(half + r * 5, 1, out + r * kTile, 1);
      const int64_t panel = o / kColumns, width = std::min(kColumns, outputs - panel * kColumns);
      for (int64_t p = 0; p < kPoints; ++p) storeFull(u + p * inputs * outputs + panel * kColumns * inputs + i * width + o % kColumns, out[p]);
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

template <bool Accumulate>
inline void productRows(int64_t rows, const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width, int64_t depth, float* c, int64_t rc) {
  int64_t r = 0;
  for (; r + kRows <= rows; r += kRows) {
    if (width == kColumns)
      productBlock<kRows, 2, Accumulate>(a + r * ra, ra, ka, b, kb, depth, c + r * rc, rc);
    else
      productBlock<kRows, 1, Accumulate>(a + r * ra, ra, ka, b, kb, depth, c + r * rc, rc);
  }
  for (; r + 2 <= rows; r += 2) {
    if (width == kColumns)
      productBlock<2, 2, Accumulate>(a + r * ra, ra, ka, b, kb, depth, c + r * rc, rc);
    else
      productBlock<2, 1, Accumulate>(a + r * ra, ra, ka, b, kb, depth, c + r * rc, rc);
  }
}

// y from x and transformed weights. `scratch` holds winogradScratch values for each thread.
void winogradForward(const float* x, const float* u, float* y, const WinogradShape& s, float* scratch) {
  const Tiles grid(s);
  const int64_t planeV = kForwardTiles * s.inputs + kLanes, planeM = kForwardTiles * s.outputs + kLanes;
  const int64_t blocks = (grid.count + kForwardTiles - 1) / kForwardTiles;
#pragma omp parallel
  {
    float* v = scratch + omp_get_thread_num() * winogradScratch(s);
    float* m = v + kPoints * planeV;
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * kForwardTiles, tiles = std::min(kForwardTiles, grid.count - first), even = (tiles + 1) / 2 * 2;
      inputTiles(x, s.inputs, s, grid, first, tiles, v, planeV);
      if (even > tiles)
        for (int64_t p = 0; p < kPoints; ++p) std::memset(v + p * planeV + tiles * s.inputs, 0, static_cast<size_t>(s.inputs) * sizeof(float));
      for (int64_t p = 0; p < kPoints; ++p)
        for (int64_t o = 0; o < s.outputs; o += kColumns) {
          const int64_t width = std::min(kColumns, s.outputs - o);
          productRows<false>(even, v + p * planeV, s.inputs, 1, u + p * s.inputs * s.outputs + o * s.inputs, width, width, s.inputs, m + p * planeM + o, s.outputs);
        }
      outputTiles(m, planeM, s.outputs, s, grid, first, tiles, y);
    }
  }
}

// The five weight gradients of six points, with the factors of both sides.
inline void transformBack(const Lanes* s, int64_t step, Lanes* w, int64_t outStep) {
  const Lanes s0 = s[0] * 0.25f, s1 = s[step] * (-1.0f / 6), s2 = s[2 * step] * (-1.0f / 6), s3 = s[3 * step] * (1.0f / 24), s4 = s[4 * step] * (1.0f / 24);
  const Lanes plus = s1 + s2, minus = s1 - s2, plus2 = s3 + s4, minus2 = s3 - s4;
  w[0] = s0 + plus + plus2;
  w[outStep] = minus + 2.0f * minus2;
  w[2 * outStep] = plus + 4.0f * plus2;
  w[3 * outStep] = minus + 8.0f * minus2;
  w[4 * outStep] = plus + 16.0f * plus2 + s[5 * step];
}

// dweights (HWIO) from x and dy. `sums` holds 36 * inputs * outputs values for each of `threads` threads.
void winogradBackwardWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch, float* sums, int threads) {
  const Tiles grid(s);
  const int64_t planeV = kBackwardTiles * s.inputs + kLanes, planeU = kBackwardTiles * s.outputs + kLanes, size = kPoints * s.inputs * s.outputs;
  const int64_t blocks = (grid.count + kBackwardTiles - 1) / kBackwardTiles;
#pragma omp parallel num_threads(threads)
  {
    float* v = scratch + omp_get_thread_num() * winogradScratch(s);
    float* u = v + kPoints * planeV;
    float* sum = sums + omp_get_thread_num() * size;
    std::memset(sum, 0, static_cast<size_t>(size) * sizeof(float));
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * kBackwardTiles, tiles = std::min(kBackwardTiles, grid.count - first);
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
        Lanes all[kPoints], half[30], w[25];
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
