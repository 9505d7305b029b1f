// 3x3 and 5x5 convolutions by Winograd's F(4x4, 3x3) and F(4x4, 5x5): 6x6 or 8x8 tiles of the input give 4x4 of the
// output with 36 or 64 products instead of 144 or 400 (Lavin and Gray 2015, arXiv:1509.09308). Points 0, p, -p, q, -q
// and infinity, for 6x6 with p = 5/8 and q = 3/2, whose rounding errors are 0.4 times those of 1 and 2 (all are exact
// in float, and cost the same); for 8x8 1, 2 and 1/2. NHWC, any number of channels. Part of kernels_table.h.
constexpr int64_t kStep = 4;
constexpr int64_t kForwardTiles =
    kRegisters == 32 ? kMostForwardTiles : 24;  // that one thread has in hand at a time, at most

// The one-dimensional transforms: `from(k)` gives the k-th value, `to(k, value)` takes the k-th result. `input` takes a
// row or column of a tile to the points, `output` the products' points to four outputs; `gradient` and `back` are the
// same for the gradient of the weights.
template <int Kernel>
struct Winograd;

// The points 0, p, -p, q and -q of four neighbouring output gradients.
template <typename To>
inline void gradientPoints(float p, float q, const Lanes (&g)[kStep], To to) {
  const Lanes even = g[0] + p * p * g[2], odd = g[1] + p * p * g[3], even2 = g[0] + q * q * g[2],
              odd2 = g[1] + q * q * g[3];
  to(0, g[0]);
  to(1, even + p * odd);
  to(2, even - p * odd);
  to(3, even2 + q * odd2);
  to(4, even2 - q * odd2);
}

template <>
struct Winograd<3> {
  static constexpr int64_t kTile = 6;
  static constexpr float p = 5.0f / 8, q = 3.0f / 2, p2 = p * p, q2 = q * q;
  static constexpr float kFactor0 = 1 / (p2 * q2), kFactorP = 1 / (2 * p2 * (p2 - q2)),
                         kFactorQ = 1 / (2 * q2 * (q2 - p2));

  template <typename From, typename To>
  static void input(From from, To to) {
    const Lanes d0 = from(0), d1 = from(1), d2 = from(2), d3 = from(3), d4 = from(4), d5 = from(5);
    const Lanes evenP = d4 - q2 * d2, oddP = d3 - q2 * d1, evenQ = d4 - p2 * d2, oddQ = d3 - p2 * d1;
    to(0, p2 * q2 * d0 - (p2 + q2) * d2 + d4);
    to(1, evenP + p * oddP);
    to(2, evenP - p * oddP);
    to(3, evenQ + q * oddQ);
    to(4, evenQ - q * oddQ);
    to(5, p2 * q2 * d1 - (p2 + q2) * d3 + d5);
  }
  template <typename From, typename To>
  static void output(From from, To to) {
    const Lanes m1 = from(1), m2 = from(2), m3 = from(3), m4 = from(4);
    const Lanes plusP = m1 + m2, minusP = m1 - m2, plusQ = m3 + m4, minusQ = m3 - m4;
    to(0, from(0) + plusP + plusQ);
    to(1, p * minusP + q * minusQ);
    to(2, p2 * plusP + q2 * plusQ);
    to(3, p2 * p * minusP + (q2 * q * minusQ + from(5)));
  }
  template <typename From, typename To>
  static void gradient(From from, To to) {
    const Lanes g[kStep] = {from(0), from(1), from(2), from(3)};
    gradientPoints(p, q, g, to);
    to(5, g[3]);
  }
  template <typename From, typename To>
  static void weights(From from, To to) {
    const Lanes g0 = from(0), g1 = from(1), g2 = from(2), evenP = g0 + p2 * g2, evenQ = g0 + q2 * g2;
    to(0, g0 * kFactor0);
    to(1, (evenP + p * g1) * kFactorP);
    to(2, (evenP - p * g1) * kFactorP);
    to(3, (evenQ + q * g1) * kFactorQ);
    to(4, (evenQ - q * g1) * kFactorQ);
    to(5, g2);
  }
  template <typename From, typename To>
  static void back(From from, To to) {
    const Lanes s1 = from(1), s2 = from(2), s3 = from(3), s4 = from(4);
    const Lanes plusP = (s1 + s2) * kFactorP, plusQ = (s3 + s4) * kFactorQ;
    to(0, from(0) * kFactor0 + plusP + plusQ);
    to(1, (s1 - s2) * (kFactorP * p) + (s3 - s4) * (kFactorQ * q));
    to(2, p2 * plusP + (q2 * plusQ + from(5)));
  }
};

template <>
struct Winograd<5> {
  static constexpr int64_t kTile = 8;
  static constexpr float kFactor1 = -2.0f / 9, kFactor2 = 1.0f / 90,
                         kFactorHalf = 32.0f / 45;  // of the points 1, 2 and 1/2

  template <typename From, typename To>
  static void input(From from, To to) {
    const Lanes d0 = from(0), d1 = from(1), d2 = from(2), d3 = from(3), d4 = from(4), d5 = from(5), d6 = from(6),
                d7 = from(7);
    const Lanes even = d2 + d6 - 4.25f * d4, odd = d1 + d5 - 4.25f * d3;
    const Lanes even2 = d6 + 0.25f * d2 - 1.25f * d4, odd2 = 0.5f * d1 - 2.5f * d3 + 2.0f * d5;
    const Lanes evenHalf = d6 + 4.0f * d2 - 5.0f * d4, oddHalf = 2.0f * d1 - 2.5f * d3 + 0.5f * d5;
    to(0, d0 - d6 + 5.25f * (d4 - d2));
    to(1, even + odd);
    to(2, even - odd);
    to(3, even2 + odd2);
    to(4, even2 - odd2);
    to(5, evenHalf + oddHalf);
    to(6, evenHalf - oddHalf);
    to(7, d7 - d1 + 5.25f * (d3 - d5));
  }
  template <typename From, typename To>
  static void output(From from, To to) {
    const Lanes m1 = from(1), m2 = from(2), m3 = from(3), m4 = from(4), m5 = from(5), m6 = from(6);
    const Lanes plus = m1 + m2, minus = m1 - m2, plus2 = m3 + m4, minus2 = m3 - m4, plusHalf = m5 + m6,
                minusHalf = m5 - m6;
    to(0, from(0) + plus + plus2 + plusHalf);
    to(1, minus + 2.0f * minus2 + 0.5f * minusHalf);
    to(2, plus + 4.0f * plus2 + 0.25f * plusHalf);
    to(3, minus + 8.0f * minus2 + 0.125f * minusHalf + from(7));
  }
  template <typename From, typename To>
  static void gradient(From from, To to) {
    const Lanes g[kStep] = {from(0), from(1), from(2), from(3)};
    gradientPoints(1, 2, g, to);
    const Lanes evenHalf = g[0] + 0.25f * g[2], oddHalf = 0.5f * g[1] + 0.125f * g[3];
    to(5, evenHalf + oddHalf);
    to(6, evenHalf - oddHalf);
    to(7, g[3]);
  }
  template <typename From, typename To>
  static void weights(From from, To to) {
    const Lanes g0 = from(0), g1 = from(1), g2 = from(2), g3 = from(3), g4 = from(4);
    const Lanes even = g0 + g2 + g4, odd = g1 + g3, even2 = g0 + 4.0f * g2 + 16.0f * g4, odd2 = 2.0f * g1 + 8.0f * g3;
    const Lanes evenHalf = g0 + 0.25f * g2 + 0.0625f * g4, oddHalf = 0.5f * g1 + 0.125f * g3;
    to(0, g0);
    to(1, (even + odd) * kFactor1);
    to(2, (even - odd) * kFactor1);
    to(3, (even2 + odd2) * kFactor2);
    to(4, (even2 - odd2) * kFactor2);
    to(5, (evenHalf + oddHalf) * kFactorHalf);
    to(6, (evenHalf - oddHalf) * kFactorHalf);
    to(7, g4);
  }
  template <typename From, typename To>
  static void back(From from, To to) {
    const Lanes s1 = from(1) * kFactor1, s2 = from(2) * kFactor1, s3 = from(3) * kFactor2, s4 = from(4) * kFactor2;
    const Lanes s5 = from(5) * kFactorHalf, s6 = from(6) * kFactorHalf;
    const Lanes plus = s1 + s2, minus = s1 - s2, plus2 = s3 + s4, minus2 = s3 - s4, plusHalf = s5 + s6,
                minusHalf = s5 - s6;
    to(0, from(0) + plus + plus2 + plusHalf);
    to(1, minus + 2.0f * minus2 + 0.5f * minusHalf);
    to(2, plus + 4.0f * plus2 + 0.25f * plusHalf);
    to(3, minus + 8.0f * minus2 + 0.125f * minusHalf);
    to(4, plus + 16.0f * plus2 + 0.0625f * plusHalf + from(7));
  }
};

// A transform of `Before` x `Before` values to `After` x `After`: of the columns, then of the rows. `from(i, j)` and
// `to(i, j, value)` are of row i and column j.
template <int64_t Before, int64_t After, typename Transform, typename From, typename To>
inline void transformPlane(Transform transform, From from, To to) {
  Lanes half[After * Before];
  for (int64_t j = 0; j < Before; ++j)
    transform([&](int64_t i) { return from(i, j); },
              [&](int64_t i, const Lanes& value) { half[i * Before + j] = value; });
  for (int64_t i = 0; i < After; ++i)
    transform([&](int64_t j) { return half[i * Before + j]; }, [&](int64_t j, const Lanes& value) { to(i, j, value); });
}

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

// Some of a list, in order.
struct Range {
  int64_t first, end;
};

// Which of `count` rows or columns from `first` on lie in an image of `size`.
inline Range inside(int64_t first, int64_t count, int64_t size) {
  return {std::max<int64_t>(0, -first), std::max<int64_t>(0, std::min(count, size - first))};
}

// Values of some Size x Size positions of an image, zeros where they lie outside.
template <int64_t Size>
class Patch {
 public:
  Patch(const float* images, int64_t channels, const WinogradShape& s, int64_t image, int64_t top, int64_t left)
      : across_(channels),
        down_(s.width * channels),
        from_(images + image * s.height * down_ + top * down_ + left * across_),
        rows_(inside(top, Size, s.height)),
        columns_(inside(left, Size, s.width)),
        whole_(rows_.end - rows_.first == Size && columns_.end - columns_.first == Size) {}

  // `transformPlane` of some channels.
  template <int64_t After, typename Lane, typename Transform, typename To>
  void transform(int64_t channel, const Lane& lanes, Transform transform, To to) const {
    const auto at = [&](int64_t i, int64_t j) { return loadSome(from_ + i * down_ + j * across_ + channel, lanes); };
    if (whole_) return transformPlane<Size, After>(transform, at, to);
    Lanes values[Size * Size] = {};
    for (int64_t i = rows_.first; i < rows_.end; ++i)
      for (int64_t j = columns_.first; j < columns_.end; ++j) values[i * Size + j] = at(i, j);
    transformPlane<Size, After>(
        transform, [&](int64_t i, int64_t j) { return values[i * Size + j]; }, to);
  }

 private:
  const int64_t across_, down_;
  const float* from_;
  const Range rows_, columns_;
  const bool whole_;
};

// V[point][tile][channel] of `tiles` tiles from `first` on; planes are `plane` values apart, channels padded with
// zeros.
template <int Kernel>
inline void inputTiles(const float* x, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first,
                       int64_t tiles, float* v, int64_t plane) {
  constexpr int64_t kTile = Winograd<Kernel>::kTile;
  const auto transform = [](auto from, auto to) { Winograd<Kernel>::input(from, to); };
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t;
    const Patch<kTile> patch(x, channels, s, grid.image(tile), grid.top(tile) - grid.pad, grid.left(tile) - grid.pad);
    float* to = v + t * padded(channels);
    forVectors(channels, [&](int64_t c, auto lanes) {
      patch.template transform<kTile>(c, lanes, transform, [&](int64_t i, int64_t j, const Lanes& value) {
        storeAll(to + (i * kTile + j) * plane + c, value);
      });
    });
  }
}

// U[point][panel of kColumns channels][tile][channel of the panel] of output gradients; a panel has room for
// kBackwardTiles.
template <int Kernel>
inline void gradientTiles(const float* dy, int64_t channels, const WinogradShape& s, const Tiles& grid, int64_t first,
                          int64_t tiles, float* u, int64_t plane) {
  constexpr int64_t kTile = Winograd<Kernel>::kTile;
  const auto transform = [](auto from, auto to) { Winograd<Kernel>::gradient(from, to); };
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t;
    const Patch<kStep> patch(dy, channels, s, grid.image(tile), grid.top(tile), grid.left(tile));
    forVectors(channels, [&](int64_t c, auto lanes) {
      const int64_t panel = c / kColumns * kColumns, width = std::min(kColumns, padded(channels) - panel);
      float* to = u + panel * kBackwardTiles + t * width + c - panel;
      patch.template transform<kTile>(c, lanes, transform, [&](int64_t i, int64_t j, const Lanes& value) {
        storeAll(to + (i * kTile + j) * plane, value);
      });
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
  constexpr int64_t kTile = Winograd<Kernel>::kTile;
  const auto transform = [](auto in, auto out) { Winograd<Kernel>::output(in, out); };
  const int64_t across = to.stride, down = to.across * to.stride;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t tile = first + t, top = grid.top(tile), left = grid.left(tile);
    const int64_t rows = std::min(kStep, s.height - top), columns = std::min(kStep, s.width - left);
    float* at = to.at(grid.image(tile), top, left) + from;
    forVectors(std::min(width, s.outputs - from), [&](int64_t c, auto lanes) {
      const Lanes more = Finish && shift ? loadSome(shift + from + c, lanes) : Lanes{}, least = Lanes{} + floor;
      const auto product = [&](int64_t i, int64_t j) { return loadAll(m + (i * kTile + j) * plane + t * width + c); };
      const auto store = [&](int64_t i, int64_t j, const Lanes& value) {
        const Lanes moved = Finish ? value + more : value;
        storeSome(at + i * down + j * across + c, Finish && moved < least ? least : moved, lanes);
      };
      if (rows == kStep && columns == kStep)
        transformPlane<kTile, kStep>(transform, product, store);
      else
        transformPlane<kTile, kStep>(transform, product, [&](int64_t i, int64_t j, const Lanes& value) {
          if (i < rows && j < columns) store(i, j, value);
        });
    });
  }
}

// HWIO weights as [panel of kColumns outputs][point][input][output of the panel].
template <int Kernel>
inline void weightTiles(const float* weights, const WinogradShape& s, float* u) {
  constexpr int64_t kTile = Winograd<Kernel>::kTile, kPoints = kTile * kTile;
  const auto transform = [](auto from, auto to) { Winograd<Kernel>::weights(from, to); };
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < s.inputs; ++i)
    forVectors(s.outputs, [&](int64_t o, auto lanes) {
      const int64_t panel = o / kColumns * kColumns, width = std::min(kColumns, padded(s.outputs) - panel);
      float* to = u + panel * kPoints * s.inputs + i * width + o - panel;
      transformPlane<Kernel, kTile>(
          transform,
          [&](int64_t r, int64_t c) {
            return loadSome(weights + ((r * Kernel + c) * s.inputs + i) * s.outputs + o, lanes);
          },
          [&](int64_t r, int64_t c, const Lanes& value) { storeAll(to + (r * kTile + c) * width * s.inputs, value); });
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
#pragma omp parallel for schedule(dynamic)
  for (int64_t block = 0; block < blocks; ++block)
    winogradBlock<Kernel, Finish>(x, u, shift, floor, to, s, grid, block * length,
                                  std::min(length, grid.count - block * length),
                                  scratch + omp_get_thread_num() * winogradScratch(s));
}

template <int Kernel>
inline void gradientOfWeights(const float* x, const float* dy, float* dweights, const WinogradShape& s, float* scratch,
                              float* sums, int threads) {
  constexpr int64_t kTile = Winograd<Kernel>::kTile, kPoints = kTile * kTile;
  const auto transform = [](auto from, auto to) { Winograd<Kernel>::back(from, to); };
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
        transformPlane<kTile, Kernel>(
            transform,
            [&](int64_t r, int64_t c) {
              Lanes all = {};
              for (int t = 0; t < threads; ++t)
                all += loadAll(sums + t * size + (r * kTile + c) * inputs * outputs + at);
              return all;
            },
            [&](int64_t r, int64_t c, const Lanes& value) {
              storeSome(dweights + ((r * Kernel + c) * s.inputs + i) * s.outputs + o, value, lanes);
            });
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
