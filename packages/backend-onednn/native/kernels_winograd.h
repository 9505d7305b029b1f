// 3x3 and 5x5 convolutions by Winograd's F(4x4, 3x3) and F(4x4, 5x5): 6x6 or 8x8 tiles of the input give 4x4 of the output
// with 36 or 64 products instead of 144 or 400. Points 0, 1, -1, 2, -2 (for 8x8 also 1/2, -1/2) and infinity (Lavin and
// Gray 2015, arXiv:1509.09308). NHWC, any number of channels. Part of kernels_table.h.
constexpr int64_t kStep = 4;
// Of a product's block: 28 accumulators where there are 32 registers, 12 where there are 16.
constexpr int64_t kRows = kRegisters == 32 ? 14 : 6, kColumns = 2 * kLanes;
constexpr int64_t kForwardTiles = kRegisters == 32 ? 28 : 24;  // that one thread has in hand at a time, at most
inline int64_t padded(int64_t channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

// The points 0, 1, -1, 2 and -2, which both tiles have, of four neighbouring output gradients.
inline void gradientPoints(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
  const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step];
  const Lanes even = g0 + g2, odd = g1 + g3, even2 = g0 + 4.0f * g2, odd2 = 2.0f * g1 + 8.0f * g3;
  u[0] = g0;
  u[outStep] = even + odd;
  u[2 * outStep] = even - odd;
  u[3 * outStep] = even2 + odd2;
  u[4 * outStep] = even2 - odd2;
}

// The one-dimensional transforms. `input` takes a row or column of a tile to the points, `output` the products' points to
// four outputs; `gradient` and `back` are the same for the gradient of the weights.
template <int Kernel>
struct Winograd;

template <>
struct Winograd<3> {
  static constexpr int64_t kTile = 6;
  static constexpr float kFactor0 = 1.0f / 4, kFactor1 = -1.0f / 6, kFactor2 = 1.0f / 24;  // of the points 0, 1 and 2

  static void input(const Lanes* d, int64_t step, Lanes* t, int64_t outStep) {
    const Lanes d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    const Lanes even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1, even2 = d4 - d2, odd2 = 2.0f * (d3 - d1);
    t[0] = 4.0f * d[0] - 5.0f * d2 + d4;
    t[outStep] = even + odd;
    t[2 * outStep] = even - odd;
    t[3 * outStep] = even2 + odd2;
    t[4 * outStep] = even2 - odd2;
    t[5 * outStep] = 4.0f * d1 - 5.0f * d3 + d[5 * step];
  }
  static void output(const Lanes* m, int64_t step, Lanes* y, int64_t outStep) {
    const Lanes plus = m[step] + m[2 * step], minus = m[step] - m[2 * step], plus2 = m[3 * step] + m[4 * step], minus2 = m[3 * step] - m[4 * step];
    y[0] = m[0] + plus + plus2;
    y[outStep] = minus + 2.0f * minus2;
    y[2 * outStep] = plus + 4.0f * plus2;
    y[3 * outStep] = minus + 8.0f * minus2 + m[5 * step];
  }
  static void gradient(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
    gradientPoints(g, step, u, outStep);
    u[5 * outStep] = g[3 * step];
  }
  static void weights(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
    const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], even = g0 + g2, even2 = g0 + 4.0f * g2, odd2 = 2.0f * g1;
    u[0] = g0 * kFactor0;
    u[outStep] = (even + g1) * kFactor1;
    u[2 * outStep] = (even - g1) * kFactor1;
    u[3 * outStep] = (even2 + odd2) * kFactor2;
    u[4 * outStep] = (even2 - odd2) * kFactor2;
    u[5 * outStep] = g2;
  }
  static void back(const Lanes* s, int64_t step, Lanes* w, int64_t outStep) {
    const Lanes s1 = s[step] * kFactor1, s2 = s[2 * step] * kFactor1, s3 = s[3 * step] * kFactor2, s4 = s[4 * step] * kFactor2;
    const Lanes plus = s1 + s2, plus2 = s3 + s4;
    w[0] = s[0] * kFactor0 + plus + plus2;
    w[outStep] = s1 - s2 + 2.0f * (s3 - s4);
    w[2 * outStep] = plus + 4.0f * plus2 + s[5 * step];
  }
};

template <>
struct Winograd<5> {
  static constexpr int64_t kTile = 8;
  static constexpr float kFactor1 = -2.0f / 9, kFactor2 = 1.0f / 90, kFactorHalf = 32.0f / 45;  // of the points 1, 2 and 1/2

  static void input(const Lanes* d, int64_t step, Lanes* t, int64_t outStep) {
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
  static void output(const Lanes* m, int64_t step, Lanes* y, int64_t outStep) {
    const Lanes plus = m[step] + m[2 * step], minus = m[step] - m[2 * step], plus2 = m[3 * step] + m[4 * step], minus2 = m[3 * step] - m[4 * step];
    const Lanes plusHalf = m[5 * step] + m[6 * step], minusHalf = m[5 * step] - m[6 * step];
    y[0] = m[0] + plus + plus2 + plusHalf;
    y[outStep] = minus + 2.0f * minus2 + 0.5f * minusHalf;
    y[2 * outStep] = plus + 4.0f * plus2 + 0.25f * plusHalf;
    y[3 * outStep] = minus + 8.0f * minus2 + 0.125f * minusHalf + m[7 * step];
  }
  static void gradient(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
    gradientPoints(g, step, u, outStep);
    const Lanes evenHalf = g[0] + 0.25f * g[2 * step], oddHalf = 0.5f * g[step] + 0.125f * g[3 * step];
    u[5 * outStep] = evenHalf + oddHalf;
    u[6 * outStep] = evenHalf - oddHalf;
    u[7 * outStep] = g[3 * step];
  }
  static void weights(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
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
  static void back(const Lanes* s, int64_t step, Lanes* w, int64_t outStep) {
    const Lanes s1 = s[step] * kFactor1, s2 = s[2 * step] * kFactor1, s3 = s[3 * step] * kFactor2, s4 = s[4 * step] * kFactor2;
    const Lanes s5 = s[5 * step] * kFactorHalf, s6 = s[6 * step] * kFactorHalf;
    const Lanes plus = s1 + s2, minus = s1 - s2, plus2 = s3 + s4, minus2 = s3 - s4, plusHalf = s5 + s6, minusHalf = s5 - s6;
    w[0] = s[0] + plus + plus2 + plusHalf;
    w[outStep] = minus + 2.0f * minus2 + 0.5f * minusHalf;
    w[2 * outStep] = plus + 4.0f * plus2 + 0.25f * plusHalf;
    w[3 * outStep] = minus + 8.0f * minus2 + 0.125f * minusHalf;
    w[4 * outStep] = plus + 16.0f * plus2 + 0.0625f * plusHalf + s[7 * step];
  }
};

// The tiles of all images, and some of them at a time.
struct Tiles {
  int64_t down, across, perImage, count, pad;
  explicit Tiles(const WinogradShape& s)
      : down((s.height + kStep - 1) / kStep), across((s.width + kStep - 1) / kStep), perImage(down * across), count(s.images * perImage), pad(s.kernel / 2) {}
  int64_t image(int64_t tile) const { return tile / perImage; }
  int64_t top(int64_t tile) const { return tile % perImage / across * kStep; }
  int64_t left(int64_t tile) const { return tile % across * kStep; }
};

// V[point][tile][channel] of `tiles` tiles from `first` on; planes are `plane` values apart, channels padded with zeros.
template <int Kernel>
inline void inputTiles(const float* x, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* v, int64_t plane) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  const int64_t stride = padded(channels);
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = grid.image(tile), top = grid.top(tile) - grid.pad, left = grid.left(tile) - grid.pad;
    forVectors(channels, [&](int64_t c, auto lanes) {
      Lanes d[kPoints], half[kPoints], out[kPoints];
      for (int64_t i = 0; i < kTile; ++i)
        for (int64_t j = 0; j < kTile; ++j) {
          const int64_t y = top + i, z = left + j;
          const bool inside = y >= 0 && y < s.height && z >= 0 && z < s.width;
          d[i * kTile + j] = inside ? loadSome(x + ((image * s.height + y) * s.width + z) * channels + c, lanes) : Lanes{};
        }
      for (int64_t j = 0; j < kTile; ++j) W::input(d + j, kTile, half + j, kTile);
      for (int64_t i = 0; i < kTile; ++i) W::input(half + i * kTile, 1, out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeAll(v + p * plane + t * stride + c, out[p]);
    });
  }
}

// U[point][panel of kColumns channels][tile][channel of the panel] of output gradients; a panel has room for kBackwardTiles.
template <int Kernel>
inline void gradientTiles(const float* dy, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* u, int64_t plane) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = grid.image(tile), top = grid.top(tile), left = grid.left(tile);
    forVectors(channels, [&](int64_t c, auto lanes) {
      const int64_t panel = c / kColumns * kColumns, width = std::min(kColumns, padded(channels) - panel);
      float* to = u + panel * kBackwardTiles + t * width + c - panel;
      Lanes g[kStep * kStep], half[kStep * kTile], out[kPoints];
      for (int64_t i = 0; i < kStep; ++i)
        for (int64_t j = 0; j < kStep; ++j) {
          const bool inside = top + i < s.height && left + j < s.width;
          g[i * kStep + j] = inside ? loadSome(dy + ((image * s.height + top + i) * s.width + left + j) * channels + c, lanes) : Lanes{};
        }
      for (int64_t j = 0; j < kStep; ++j) W::gradient(g + j, kStep, half + j, kStep);
      for (int64_t i = 0; i < kTile; ++i) W::gradient(half + i * kStep, 1, out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeAll(to + p * plane, out[p]);
    });
  }
}

// `width` channels of y from `from` on, out of m[point][tile][channel].
template <int Kernel>
inline void outputTiles(const float* m, int64_t plane, int64_t from, int64_t width, const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* y) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = grid.image(tile), top = grid.top(tile), left = grid.left(tile);
    forVectors(std::min(width, s.outputs - from), [&](int64_t c, auto lanes) {
      Lanes in[kPoints], half[kStep * kTile], out[kStep * kStep];
      for (int64_t p = 0; p < kPoints; ++p) in[p] = loadAll(m + p * plane + t * width + c);
      for (int64_t j = 0; j < kTile; ++j) W::output(in + j, kTile, half + j, kTile);
      for (int64_t i = 0; i < kStep; ++i) W::output(half + i * kTile, 1, out + i * kStep, 1);
      for (int64_t i = 0; i < kStep && top + i < s.height; ++i)
        for (int64_t j = 0; j < kStep && left + j < s.width; ++j)
          storeSome(y + ((image * s.height + top + i) * s.width + left + j) * s.outputs + from + c, out[i * kStep + j], lanes);
    });
  }
}

// HWIO weights as [panel of kColumns outputs][point][input][output of the panel].
template <int Kernel>
inline void weightTiles(const float* weights, const WinogradShape& s, float* u) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < s.inputs; ++i)
    forVectors(s.outputs, [&](int64_t o, auto lanes) {
      Lanes g[Kernel * Kernel], half[Kernel * kTile], out[kPoints];
      for (int64_t k = 0; k < Kernel * Kernel; ++k) g[k] = loadSome(weights + (k * s.inputs + i) * s.outputs + o, lanes);
      for (int64_t j = 0; j < Kernel; ++j) W::weights(g + j, Kernel, half + j, Kernel);
      for (int64_t r = 0; r < kTile; ++r) W::weights(half + r * Kernel, 1, out + r * kTile, 1);
      const int64_t panel = o / kColumns * kColumns, width = std::min(kColumns, padded(s.outputs) - panel);
      for (int64_t p = 0; p < kPoints; ++p) storeAll(u + (panel * kPoints + p * width) * s.inputs + i * width + o - panel, out[p]);
    });
}

// c[row][column] (+)= sum over k of a(row, k) b[k][column], a block of Rows x (kLanes Vectors); a(row, k) is a[row * ra + k * ka].
template <int Rows, int Vectors, bool Accumulate>
inline void productBlock(const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t depth, float* c, int64_t rc) {
  Lanes sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sum[r][v] = Accumulate ? loadAll(c + r * rc + v * kLanes) : Lanes{};
  for (int64_t k = 0; k < depth; ++k) {
    Lanes row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = loadAll(b + k * kb + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const float left = a[r * ra + k * ka];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[r][v] += left * row[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) storeAll(c + r * rc + v * kLanes, sum[r][v]);
}

template <int Rows, bool Accumulate>
inline void productStrip(const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width, int64_t depth, float* c, int64_t rc) {
  if (width == kColumns)
    productBlock<Rows, 2, Accumulate>(a, ra, ka, b, kb, depth, c, rc);
  else
    productBlock<Rows, 1, Accumulate>(a, ra, ka, b, kb, depth, c, rc);
}

// The last rows, fewer than kRows.
template <int Most, bool Accumulate>
inline void productRest(int64_t rows, const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width, int64_t depth, float* c, int64_t rc) {
  if constexpr (Most > 0) {
    if (rows == Most) return productStrip<Most, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    productRest<Most - 2, Accumulate>(rows, a, ra, ka, b, kb, width, depth, c, rc);
  }
}

// An even number of rows.
template <bool Accumulate>
inline void productRows(int64_t rows, const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width, int64_t depth, float* c, int64_t rc) {
  for (; rows >= kRows; rows -= kRows, a += kRows * ra, c += kRows * rc) productStrip<kRows, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
  productRest<kRows - 2, Accumulate>(rows, a, ra, ka, b, kb, width, depth, c, rc);
}

// Tiles of a block: at most `most`, a multiple of `multiple`, so that every thread gets as many blocks as the others.
inline int64_t tilesOfBlock(int64_t count, int64_t threads, int64_t most, int64_t multiple) {
  const int64_t share = (count + threads - 1) / threads, blocks = (share + most - 1) / most;
  return (share + blocks * multiple - 1) / (blocks * multiple) * multiple;
}

template <int Kernel>
inline void convolve(const float* x, const float* u, float* y, const WinogradShape& s, float* scratch) {
  constexpr int64_t kPoints = Winograd<Kernel>::kTile * Winograd<Kernel>::kTile;
  const Tiles grid(s);
  const int64_t stride = padded(s.inputs), outputs = padded(s.outputs);
  const int64_t planeV = kForwardTiles * stride + kLanes, planeM = kForwardTiles * kColumns + kLanes;
  const int64_t length = tilesOfBlock(grid.count, omp_get_max_threads(), kForwardTiles, kRows), blocks = (grid.count + length - 1) / length;
#pragma omp parallel
  {
    float* v = scratch + omp_get_thread_num() * winogradScratch(s);
    float* m = v + kPoints * planeV;
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * length, tiles = std::min(length, grid.count - first), even = (tiles + 1) / 2 * 2;
      inputTiles<Kernel>(x, s.inputs, s, grid, first, tiles, v, planeV);
      if (even > tiles)
        for (int64_t p = 0; p < kPoints; ++p) std::memset(v + p * planeV + tiles * stride, 0, static_cast<size_t>(stride) * sizeof(float));
      for (int64_t o = 0; o < outputs; o += kColumns) {
        const int64_t width = std::min(kColumns, outputs - o);
        for (int64_t p = 0; p < kPoints; ++p)
          productRows<false>(even, v + p * planeV, stride, 1, u + (o * kPoints + p * width) * s.inputs, width, width, s.inputs, m + p * planeM, width);
        outputTiles<Kernel>(m, planeM, o, width, s, grid, first, tiles, y);
      }
    }
  }
}

template <int Kernel>
inline void gradientOfWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch, float* sums, int threads) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  const Tiles grid(s);
  const int64_t inputs = padded(s.inputs), outputs = padded(s.outputs), rows = (s.inputs + 1) / 2 * 2;
  const int64_t planeV = kBackwardTiles * inputs + kLanes, planeU = kBackwardTiles * outputs + kLanes, size = kPoints * inputs * outputs;
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
      inputTiles<Kernel>(x, s.inputs, s, grid, first, tiles, v, planeV);
      gradientTiles<Kernel>(dy, s.outputs, s, grid, first, tiles, u, planeU);
      for (int64_t p = 0; p < kPoints; ++p)
        for (int64_t o = 0; o < outputs; o += kColumns) {
          const int64_t width = std::min(kColumns, outputs - o);
          productRows<true>(rows, v + p * planeV, 1, inputs, u + p * planeU + o * kBackwardTiles, width, width, tiles, sum + (p * outputs + o) * inputs, width);
        }
    }
#pragma omp for schedule(static)
    for (int64_t i = 0; i < s.inputs; ++i)
      forVectors(s.outputs, [&](int64_t o, auto lanes) {
        const int64_t panel = o / kColumns * kColumns, width = std::min(kColumns, outputs - panel), at = panel * inputs + i * width + o - panel;
        Lanes all[kPoints], half[Kernel * kTile], w[Kernel * Kernel];
        for (int64_t p = 0; p < kPoints; ++p) {
          all[p] = Lanes{};
          for (int t = 0; t < threads; ++t) all[p] += loadAll(sums + t * size + p * inputs * outputs + at);
        }
        for (int64_t j = 0; j < kTile; ++j) W::back(all + j, kTile, half + j, kTile);
        for (int64_t r = 0; r < Kernel; ++r) W::back(half + r * kTile, 1, w + r * Kernel, 1);
        for (int64_t k = 0; k < Kernel * Kernel; ++k) storeSome(dweights + (k * s.inputs + i) * s.outputs + o, w[k], lanes);
      });
  }
}

void winogradWeights(const float* weights, const WinogradShape& s, float* u) { return s.kernel == 3 ? weightTiles<3>(weights, s, u) : weightTiles<5>(weights, s, u); }

void winogradForward(const float* x, const float* u, float* y, const WinogradShape& s, float* scratch) {
  return s.kernel == 3 ? convolve<3>(x, u, y, s, scratch) : convolve<5>(x, u, y, s, scratch);
}

void winogradBackwardWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch, float* sums, int threads) {
  return s.kernel == 3 ? gradientOfWeights<3>(x, dy, dweights, s, scratch, sums, threads) : gradientOfWeights<5>(x, dy, dweights, s, scratch, sums, threads);
}
