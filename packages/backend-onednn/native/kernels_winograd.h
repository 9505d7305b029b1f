// 3x3 and 5x5 convolutions by Winograd's F(4x4, 3x3) and F(4x4, 5x5): 6x6 or 8x8 tiles of the input give 4x4 of the
// output with 36 or 64 products instead of 144 or 400 (Lavin and Gray 2015, arXiv:1509.09308). Points 0, p, -p, q, -q
// and infinity, for 6x6 with p = 5/8 and q = 3/2, whose rounding errors are 0.4 times those of 1 and 2 (all are exact
// in float, and cost the same); for 8x8 1, 2 and 1/2. NHWC, any number of channels. Part of kernels_table.h.
constexpr int64_t kStep = 4;
constexpr int64_t kForwardTiles =
    kRegisters == 32 ? kMostForwardTiles : 24;  // that one thread has in hand at a time, at most

// The points 0, p, -p, q and -q of four neighbouring output gradients.
inline void gradientPoints(float p, float q, const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
  const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step];
  const Lanes even = g0 + p * p * g2, odd = g1 + p * p * g3, even2 = g0 + q * q * g2, odd2 = g1 + q * q * g3;
  u[0] = g0;
  u[outStep] = even + p * odd;
  u[2 * outStep] = even - p * odd;
  u[3 * outStep] = even2 + q * odd2;
  u[4 * outStep] = even2 - q * odd2;
}

// The one-dimensional transforms. `input` takes a row or column of a tile to the points, `output` the products' points
// to four outputs; `gradient` and `back` are the same for the gradient of the weights.
template <int Kernel>
struct Winograd;

template <>
struct Winograd<3> {
  static constexpr int64_t kTile = 6;
  static constexpr float p = 5.0f / 8, q = 3.0f / 2, p2 = p * p, q2 = q * q;
  static constexpr float kFactor0 = 1 / (p2 * q2), kFactorP = 1 / (2 * p2 * (p2 - q2)),
                         kFactorQ = 1 / (2 * q2 * (q2 - p2));

  static void input(const Lanes* d, int64_t step, Lanes* t, int64_t outStep) {
    const Lanes d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    const Lanes evenP = d4 - q2 * d2, oddP = d3 - q2 * d1, evenQ = d4 - p2 * d2, oddQ = d3 - p2 * d1;
    t[0] = p2 * q2 * d[0] - (p2 + q2) * d2 + d4;
    t[outStep] = evenP + p * oddP;
    t[2 * outStep] = evenP - p * oddP;
    t[3 * outStep] = evenQ + q * oddQ;
    t[4 * outStep] = evenQ - q * oddQ;
    t[5 * outStep] = p2 * q2 * d1 - (p2 + q2) * d3 + d[5 * step];
  }
  static void output(const Lanes* m, int64_t step, Lanes* y, int64_t outStep) {
    const Lanes plusP = m[step] + m[2 * step], minusP = m[step] - m[2 * step], plusQ = m[3 * step] + m[4 * step],
                minusQ = m[3 * step] - m[4 * step];
    y[0] = m[0] + plusP + plusQ;
    y[outStep] = p * minusP + q * minusQ;
    y[2 * outStep] = p2 * plusP + q2 * plusQ;
    y[3 * outStep] = p2 * p * minusP + (q2 * q * minusQ + m[5 * step]);
  }
  static void gradient(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
    gradientPoints(p, q, g, step, u, outStep);
    u[5 * outStep] = g[3 * step];
  }
  static void weights(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
    const Lanes g0 = g[0], g1 = g[step], g2 = g[2 * step], evenP = g0 + p2 * g2, evenQ = g0 + q2 * g2;
    u[0] = g0 * kFactor0;
    u[outStep] = (evenP + p * g1) * kFactorP;
    u[2 * outStep] = (evenP - p * g1) * kFactorP;
    u[3 * outStep] = (evenQ + q * g1) * kFactorQ;
    u[4 * outStep] = (evenQ - q * g1) * kFactorQ;
    u[5 * outStep] = g2;
  }
  static void back(const Lanes* s, int64_t step, Lanes* w, int64_t outStep) {
    const Lanes plusP = (s[step] + s[2 * step]) * kFactorP, plusQ = (s[3 * step] + s[4 * step]) * kFactorQ;
    w[0] = s[0] * kFactor0 + plusP + plusQ;
    w[outStep] = (s[step] - s[2 * step]) * (kFactorP * p) + (s[3 * step] - s[4 * step]) * (kFactorQ * q);
    w[2 * outStep] = p2 * plusP + (q2 * plusQ + s[5 * step]);
  }
};

template <>
struct Winograd<5> {
  static constexpr int64_t kTile = 8;
  static constexpr float kFactor1 = -2.0f / 9, kFactor2 = 1.0f / 90,
                         kFactorHalf = 32.0f / 45;  // of the points 1, 2 and 1/2

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
    const Lanes plus = m[step] + m[2 * step], minus = m[step] - m[2 * step], plus2 = m[3 * step] + m[4 * step],
                minus2 = m[3 * step] - m[4 * step];
    const Lanes plusHalf = m[5 * step] + m[6 * step], minusHalf = m[5 * step] - m[6 * step];
    y[0] = m[0] + plus + plus2 + plusHalf;
    y[outStep] = minus + 2.0f * minus2 + 0.5f * minusHalf;
    y[2 * outStep] = plus + 4.0f * plus2 + 0.25f * plusHalf;
    y[3 * outStep] = minus + 8.0f * minus2 + 0.125f * minusHalf + m[7 * step];
  }
  static void gradient(const Lanes* g, int64_t step, Lanes* u, int64_t outStep) {
    gradientPoints(1, 2, g, step, u, outStep);
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
    const Lanes s1 = s[step] * kFactor1, s2 = s[2 * step] * kFactor1, s3 = s[3 * step] * kFactor2,
                s4 = s[4 * step] * kFactor2;
    const Lanes s5 = s[5 * step] * kFactorHalf, s6 = s[6 * step] * kFactorHalf;
    const Lanes plus = s1 + s2, minus = s1 - s2, plus2 = s3 + s4, minus2 = s3 - s4, plusHalf = s5 + s6,
                minusHalf = s5 - s6;
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
      : down((s.height + kStep - 1) / kStep),
        across((s.width + kStep - 1) / kStep),
        perImage(down * across),
        count(s.images * perImage),
        pad(s.kernel / 2) {}
  int64_t image(int64_t tile) const { return tile / perImage; }
  int64_t top(int64_t tile) const { return tile % perImage / across * kStep; }
  int64_t left(int64_t tile) const { return tile % across * kStep; }
};

// V[point][tile][channel] of `tiles` tiles from `first` on; planes are `plane` values apart, channels padded with
// zeros.
template <int Kernel>
inline void inputTiles(const float* x, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first,
                       int64_t tiles, float* v, int64_t plane) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  const int64_t stride = padded(channels);
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = grid.image(tile), top = grid.top(tile) - grid.pad,
                  left = grid.left(tile) - grid.pad;
    forVectors(channels, [&](int64_t c, auto lanes) {
      Lanes d[kPoints], half[kPoints], out[kPoints];
      for (int64_t i = 0; i < kTile; ++i)
        for (int64_t j = 0; j < kTile; ++j) {
          const int64_t y = top + i, z = left + j;
          const bool inside = y >= 0 && y < s.height && z >= 0 && z < s.width;
          d[i * kTile + j] =
              inside ? loadSome(x + ((image * s.height + y) * s.width + z) * channels + c, lanes) : Lanes{};
        }
      for (int64_t j = 0; j < kTile; ++j) W::input(d + j, kTile, half + j, kTile);
      for (int64_t i = 0; i < kTile; ++i) W::input(half + i * kTile, 1, out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeAll(v + p * plane + t * stride + c, out[p]);
    });
  }
}

// U[point][panel of kColumns channels][tile][channel of the panel] of output gradients; a panel has room for
// kBackwardTiles.
template <int Kernel>
inline void gradientTiles(const float* dy, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first,
                          int64_t tiles, float* u, int64_t plane) {
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
          g[i * kStep + j] =
              inside ? loadSome(dy + ((image * s.height + top + i) * s.width + left + j) * channels + c, lanes)
                     : Lanes{};
        }
      for (int64_t j = 0; j < kStep; ++j) W::gradient(g + j, kStep, half + j, kStep);
      for (int64_t i = 0; i < kTile; ++i) W::gradient(half + i * kStep, 1, out + i * kTile, 1);
      for (int64_t p = 0; p < kPoints; ++p) storeAll(to + p * plane, out[p]);
    });
  }
}

// Where outputs go: positions are `stride` values apart, rows `across` positions and images `down` rows, with `border`
// positions around each image.
struct Target {
  float* data;
  int64_t stride, across, down, border;
  float* at(int64_t image, int64_t row, int64_t column) const {
    return data + ((image * down + row + border) * across + column + border) * stride;
  }
};

// `width` channels of `to` from `from` on, out of m[point][tile][channel]. Finish: `shift` is added, and values below
// `floor` become it.
template <int Kernel, bool Finish>
inline void outputTiles(const float* m, int64_t plane, int64_t from, int64_t width, const WinogradShape& s,
                        const Tiles& grid, int64_t first, int64_t tiles, const float* shift, float floor,
                        const Target& to) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, image = grid.image(tile), top = grid.top(tile), left = grid.left(tile);
    forVectors(std::min(width, s.outputs - from), [&](int64_t c, auto lanes) {
      Lanes in[kPoints], half[kStep * kTile], out[kStep * kStep];
      for (int64_t p = 0; p < kPoints; ++p) in[p] = loadAll(m + p * plane + t * width + c);
      for (int64_t j = 0; j < kTile; ++j) W::output(in + j, kTile, half + j, kTile);
      for (int64_t i = 0; i < kStep; ++i) W::output(half + i * kTile, 1, out + i * kStep, 1);
      if (Finish) {
        const Lanes more = shift ? loadSome(shift + from + c, lanes) : Lanes{}, least = Lanes{} + floor;
        for (int64_t k = 0; k < kStep * kStep; ++k) {
          const Lanes value = out[k] + more;
          out[k] = value < least ? least : value;
        }
      }
      for (int64_t i = 0; i < kStep && top + i < s.height; ++i)
        for (int64_t j = 0; j < kStep && left + j < s.width; ++j)
          storeSome(to.at(image, top + i, left + j) + from + c, out[i * kStep + j], lanes);
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
      for (int64_t k = 0; k < Kernel * Kernel; ++k)
        g[k] = loadSome(weights + (k * s.inputs + i) * s.outputs + o, lanes);
      for (int64_t j = 0; j < Kernel; ++j) W::weights(g + j, Kernel, half + j, Kernel);
      for (int64_t r = 0; r < kTile; ++r) W::weights(half + r * Kernel, 1, out + r * kTile, 1);
      const int64_t panel = o / kColumns * kColumns, width = std::min(kColumns, padded(s.outputs) - panel);
      for (int64_t p = 0; p < kPoints; ++p)
        storeAll(u + (panel * kPoints + p * width) * s.inputs + i * width + o - panel, out[p]);
    });
}

// The outputs of `tiles` tiles from `first` on, at most kForwardTiles; `scratch` is one thread's.
template <int Kernel, bool Finish>
inline void winogradBlock(const float* x, const float* u, const float* shift, float floor, const Target& to,
                          const WinogradShape& s, const Tiles& grid, int64_t first, int64_t tiles, float* scratch) {
  constexpr int64_t kPoints = Winograd<Kernel>::kTile * Winograd<Kernel>::kTile;
  const int64_t stride = padded(s.inputs), outputs = padded(s.outputs), even = (tiles + 1) / 2 * 2;
  const int64_t planeV = kForwardTiles * stride + kLanes, planeM = kForwardTiles * kColumns + kLanes;
  float *v = scratch, *m = v + kPoints * planeV;
  inputTiles<Kernel>(x, s.inputs, s, grid, first, tiles, v, planeV);
  if (even > tiles)
    for (int64_t p = 0; p < kPoints; ++p)
      std::memset(v + p * planeV + tiles * stride, 0, static_cast<size_t>(stride) * sizeof(float));
  for (int64_t o = 0; o < outputs; o += kColumns) {
    const int64_t width = std::min(kColumns, outputs - o);
    for (int64_t p = 0; p < kPoints; ++p)
      productRows<false>(even, v + p * planeV, stride, 1, u + (o * kPoints + p * width) * s.inputs, width, width,
                         s.inputs, m + p * planeM, width);
    outputTiles<Kernel, Finish>(m, planeM, o, width, s, grid, first, tiles, shift, floor, to);
  }
}

template <int Kernel, bool Finish>
inline void convolve(const float* x, const float* u, const float* shift, bool relu, float* y, const WinogradShape& s,
                     float* scratch) {
  const float floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  const Tiles grid(s);
  const Target to = {y, s.outputs, s.width, s.height, 0};
  const int64_t length = tilesOfBlock(grid.count, omp_get_max_threads(), kForwardTiles, kRows),
                blocks = (grid.count + length - 1) / length;
#pragma omp parallel for schedule(static)
  for (int64_t block = 0; block < blocks; ++block)
    winogradBlock<Kernel, Finish>(x, u, shift, floor, to, s, grid, block * length,
                                  std::min(length, grid.count - block * length),
                                  scratch + omp_get_thread_num() * winogradScratch(s));
}

template <int Kernel>
inline void gradientOfWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch,
                              float* sums, int threads) {
  using W = Winograd<Kernel>;
  constexpr int64_t kTile = W::kTile, kPoints = kTile * kTile;
  const Tiles grid(s);
  const int64_t inputs = padded(s.inputs), outputs = padded(s.outputs), rows = (s.inputs + 1) / 2 * 2;
  const int64_t planeV = kBackwardTiles * inputs + kLanes, planeU = kBackwardTiles * outputs + kLanes,
                size = kPoints * inputs * outputs;
  const int64_t length = tilesOfBlock(grid.count, threads, kBackwardTiles, 1),
                blocks = (grid.count + length - 1) / length;
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
          productRows<true>(rows, v + p * planeV, 1, inputs, u + p * planeU + o * kBackwardTiles, width, width, tiles,
                            sum + (p * outputs + o) * inputs, width);
        }
    }
#pragma omp for schedule(static)
    for (int64_t i = 0; i < s.inputs; ++i)
      forVectors(s.outputs, [&](int64_t o, auto lanes) {
        const int64_t panel = o / kColumns * kColumns, width = std::min(kColumns, outputs - panel),
                      at = panel * inputs + i * width + o - panel;
        Lanes all[kPoints], half[Kernel * kTile], w[Kernel * Kernel];
        for (int64_t p = 0; p < kPoints; ++p) {
          all[p] = Lanes{};
          for (int t = 0; t < threads; ++t) all[p] += loadAll(sums + t * size + p * inputs * outputs + at);
        }
        for (int64_t j = 0; j < kTile; ++j) W::back(all + j, kTile, half + j, kTile);
        for (int64_t r = 0; r < Kernel; ++r) W::back(half + r * kTile, 1, w + r * Kernel, 1);
        for (int64_t k = 0; k < Kernel * Kernel; ++k)
          storeSome(dweights + (k * s.inputs + i) * s.outputs + o, w[k], lanes);
      });
  }
}

void winogradWeights(const float* weights, const WinogradShape& s, float* u) {
  return s.kernel == 3 ? weightTiles<3>(weights, s, u) : weightTiles<5>(weights, s, u);
}

void winogradForward(const float* x, const float* u, const float* shift, bool relu, float* y, const WinogradShape& s,
                     float* scratch) {
  const auto run = shift || relu ? (s.kernel == 3 ? convolve<3, true> : convolve<5, true>)
                                 : (s.kernel == 3 ? convolve<3, false> : convolve<5, false>);
  run(x, u, shift, relu, y, s, scratch);
}

void winogradBackwardWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch,
                             float* sums, int threads) {
  return s.kernel == 3 ? gradientOfWeights<3>(x, dy, dweights, s, scratch, sums, threads)
                       : gradientOfWeights<5>(x, dy, dweights, s, scratch, sums, threads);
}
