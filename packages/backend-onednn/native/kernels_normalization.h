// Batch norm over views: statistics, application, and both passes of its gradient. Part of kernels_table.h.
struct BFloat {
  uint16_t bits;
};

typedef float HalfLanes __attribute__((vector_size(kLanes * 2)));
template <typename V>
struct Bits;
template <>
struct Bits<Lanes> {
  typedef uint16_t Narrow __attribute__((vector_size(kLanes * 2)));
  typedef uint32_t Wide __attribute__((vector_size(kLanes * 4)));
};
template <>
struct Bits<HalfLanes> {
  typedef uint16_t Narrow __attribute__((vector_size(kLanes)));
  typedef uint32_t Wide __attribute__((vector_size(kLanes * 2)));
};

// Values side by side as a V: one number or a vector of them.
template <typename V>
inline V get(const float* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <typename V>
inline void put(float* p, const V& v) {
  std::memcpy(p, &v, sizeof v);
}
template <typename V>
inline V get(const BFloat* p) {
  V value;
  if constexpr (sizeof(V) == sizeof(float)) {
    const uint32_t bits = static_cast<uint32_t>(p->bits) << 16;
    std::memcpy(&value, &bits, sizeof value);
  } else {
    using Narrow = typename Bits<V>::Narrow;
    using Wide = typename Bits<V>::Wide;
    Narrow narrow;
    std::memcpy(&narrow, p, sizeof narrow);
    const Wide bits = __builtin_convertvector(narrow, Wide) << 16;
    std::memcpy(&value, &bits, sizeof value);
  }
  return value;
}
template <typename V>
inline void put(BFloat* p, const V& value) {
  if constexpr (sizeof(V) == sizeof(float)) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    p->bits = static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  } else {
    using Narrow = typename Bits<V>::Narrow;
    using Wide = typename Bits<V>::Wide;
    Wide bits;
    std::memcpy(&bits, &value, sizeof bits);
    const Narrow narrow = __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, Narrow);
    std::memcpy(p, &narrow, sizeof narrow);
  }
}

template <typename V>
struct Width {
  using Type = V;
};

// Calls f(width, first channel) for vectors, half a vector, single channels.
template <typename F>
inline void forWidths(int64_t channels, F f) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) f(Width<Lanes>{}, c);
  if (c + kLanes / 2 <= channels) {
    f(Width<HalfLanes>{}, c);
    c += kLanes / 2;
  }
  for (; c < channels; ++c) f(Width<float>{}, c);
}

template <typename F>
inline void withType(const View& view, F f) {
  if (view.bf16)
    f(static_cast<BFloat*>(view.data));
  else
    f(static_cast<float*>(view.data));
}

constexpr int64_t kChunk = 128;  // positions that are summed in float before the sums meet in double

inline int64_t chunksOf(int64_t positions, int64_t size) { return (positions + size - 1) / size; }

// Positions whose rows of so many values stay in the nearest cache while their channels are taken one vector after the
// other.
inline int64_t stretchOf(int64_t stride) { return std::max<int64_t>(8, 2048 / stride); }

// The functions of one stretch stand alone: clang takes no lambda within a lambda in a parallel loop.

// Squared distances from the first value are summed: no digits are lost where the mean is large.
template <typename V, typename T>
inline void addSquares(const T* z, int64_t stride, int64_t count, const float* pivot, float* sum, float* square) {
  const V p = get<V>(pivot);
  V s0 = get<V>(sum), s1 = {}, q0 = get<V>(square), q1 = {};
  int64_t row = 0;
  for (; row + 2 <= count; row += 2, z += 2 * stride) {
    const V a = get<V>(z) - p, b = get<V>(z + stride) - p;
    s0 += a;
    s1 += b;
    q0 += a * a;
    q1 += b * b;
  }
  if (row < count) {
    const V a = get<V>(z) - p;
    s0 += a;
    q0 += a * a;
  }
  put(sum, s0 + s1);
  put(square, q0 + q1);
}

template <typename T>
void addSquaresOf(const T* z, int64_t stride, int64_t count, int64_t channels, const float* pivot, float* sum,
                  float* square) {
  forWidths(channels, [&](auto width, int64_t i) {
    addSquares<typename decltype(width)::Type>(z + i, stride, count, pivot + i, sum + i, square + i);
  });
}

void channelStatistics(const View& z, const Extent& e, float* mean, float* variance) {
  const int64_t c = e.channels, chunks = chunksOf(e.positions, kChunk), stretch = stretchOf(z.stride);
  std::vector<float> partial(static_cast<size_t>(chunks * 2 * c));
  withType(z, [&](auto* data) {
#pragma omp parallel if (e.positions * c > kSmall)
    {
      std::vector<float> pivots(static_cast<size_t>(c)), sums(static_cast<size_t>(c)), squares(static_cast<size_t>(c));
      float *pivot = pivots.data(), *sum = sums.data(), *square = squares.data();
#pragma omp for schedule(static)
      for (int64_t k = 0; k < chunks; ++k) {
        const int64_t first = k * kChunk, last = std::min(e.positions, first + kChunk);
        const float inverse = 1.0f / static_cast<float>(last - first);
        for (int64_t i = 0; i < c; ++i) {
          pivot[i] = get<float>(data + first * z.stride + i);
          sum[i] = square[i] = 0;
        }
        for (int64_t p = first; p < last; p += stretch)
          addSquaresOf(data + p * z.stride, z.stride, std::min(stretch, last - p), c, pivot, sum, square);
        float *outMean = &partial[(k * 2) * c], *outSquare = &partial[(k * 2 + 1) * c];
        for (int64_t i = 0; i < c; ++i) {
          outMean[i] = pivot[i] + sum[i] * inverse;
          outSquare[i] = square[i] - sum[i] * sum[i] * inverse;
        }
      }
    }
  });
#pragma omp parallel for schedule(static) if (chunks * c > kSmall)
  for (int64_t i = 0; i < c; ++i) {
    double total = 0, average = 0, square = 0;
    for (int64_t k = 0; k < chunks; ++k) {
      const double count = static_cast<double>(std::min(kChunk, e.positions - k * kChunk));
      const double delta = partial[(k * 2) * c + i] - average, merged = total + count;
      average += delta * count / merged;
      square += partial[(k * 2 + 1) * c + i] + delta * delta * total * count / merged;
      total = merged;
    }
    mean[i] = static_cast<float>(average);
    variance[i] = static_cast<float>(square < 0 ? 0 : square / total);
  }
}

template <typename V, typename Z, typename Y>
inline void scaleRows(const Z* z, int64_t zStride, Y* y, int64_t yStride, int64_t count, const float* scale,
                      const float* shift, float floor) {
  const V factor = get<V>(scale), offset = get<V>(shift), least = V{} + floor;
  for (int64_t row = 0; row < count; ++row, z += zStride, y += yStride) {
    const V value = get<V>(z) * factor + offset;
    put<V>(y, value < least ? least : value);
  }
}

template <typename Z, typename Y>
void scaleAll(const Z* z, int64_t zStride, Y* y, int64_t yStride, int64_t count, int64_t channels, const float* scale,
              const float* shift, float floor) {
  forWidths(channels, [&](auto width, int64_t i) {
    scaleRows<typename decltype(width)::Type>(z + i, zStride, y + i, yStride, count, scale + i, shift + i, floor);
  });
}

void scaleShift(const View& z, const View& y, const Extent& e, const float* scale, const float* shift, bool relu) {
  const float floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  const int64_t stretch = stretchOf(std::max(z.stride, y.stride));
  withType(z, [&](auto* from) {
    withType(y, [&](auto* to) {
#pragma omp parallel for schedule(static) if (e.positions * e.channels > kSmall)
      for (int64_t p = 0; p < e.positions; p += stretch)
        scaleAll(from + p * z.stride, z.stride, to + p * y.stride, y.stride, std::min(stretch, e.positions - p),
                 e.channels, scale, shift, floor);
    });
  });
}

void convert(const View& from, const View& to, const Extent& e) {
  const std::vector<float> scale(static_cast<size_t>(e.channels), 1.0f), shift(static_cast<size_t>(e.channels), -0.0f);
  scaleShift(from, to, e, scale.data(), shift.data(), false);
}

// The gradient where the ReLU of value * scale + shift let it through; everywhere if `always` is infinite.
template <typename V>
inline V passed(const V& value, const V& incoming, const V& scale, const V& shift, const V& always) {
  return value * scale + shift + always > V{} ? incoming : V{};
}

template <typename V, typename G, typename Z>
inline void addGradients(const G* g, int64_t gStride, const Z* z, int64_t zStride, int64_t count, const float* scale,
                         const float* shift, float open, const float* mean, const float* inverseDeviation, float* sum,
                         float* sumX) {
  const V factor = get<V>(scale), offset = get<V>(shift), always = V{} + open, m = get<V>(mean),
          inverse = get<V>(inverseDeviation);
  V s0 = get<V>(sum), s1 = {}, x0 = get<V>(sumX), x1 = {};
  const auto add = [&](const G* from, const Z* at, V& s, V& x) {
    const V value = get<V>(at), gradient = passed<V>(value, get<V>(from), factor, offset, always);
    s += gradient;
    x += gradient * ((value - m) * inverse);
  };
  int64_t row = 0;
  for (; row + 2 <= count; row += 2, g += 2 * gStride, z += 2 * zStride) {
    add(g, z, s0, x0);
    add(g + gStride, z + zStride, s1, x1);
  }
  if (row < count) add(g, z, s0, x0);
  put(sum, s0 + s1);
  put(sumX, x0 + x1);
}

template <typename G, typename Z>
void addGradientsOf(const G* g, int64_t gStride, const Z* z, int64_t zStride, int64_t count, int64_t channels,
                    const float* scale, const float* shift, float open, const float* mean,
                    const float* inverseDeviation, float* sum, float* sumX) {
  forWidths(channels, [&](auto width, int64_t i) {
    addGradients<typename decltype(width)::Type>(g + i, gStride, z + i, zStride, count, scale + i, shift + i, open,
                                                 mean + i, inverseDeviation + i, sum + i, sumX + i);
  });
}

void gradientSums(const View& dy, const View& z, const Extent& e, const float* scale, const float* shift, bool relu,
                  const float* mean, const float* inverseDeviation, float* sumG, float* sumGx) {
  const int64_t c = e.channels, chunks = chunksOf(e.positions, kChunk),
                stretch = stretchOf(std::max(dy.stride, z.stride));
  const float always = relu ? 0.0f : std::numeric_limits<float>::infinity();
  std::vector<float> partial(static_cast<size_t>(chunks * 2 * c));
  withType(z, [&](auto* zData) {
    withType(dy, [&](auto* dyData) {
#pragma omp parallel for schedule(static) if (e.positions * c > kSmall)
      for (int64_t k = 0; k < chunks; ++k) {
        float *sum = &partial[(k * 2) * c], *sumX = &partial[(k * 2 + 1) * c];
        const int64_t last = std::min(e.positions, (k + 1) * kChunk);
        for (int64_t p = k * kChunk; p < last; p += stretch)
          addGradientsOf(dyData + p * dy.stride, dy.stride, zData + p * z.stride, z.stride, std::min(stretch, last - p),
                         c, scale, shift, always, mean, inverseDeviation, sum, sumX);
      }
    });
  });
#pragma omp parallel for schedule(static) if (chunks * c > kSmall)
  for (int64_t i = 0; i < c; ++i) {
    double total = 0, totalX = 0;
    for (int64_t k = 0; k < chunks; ++k) {
      total += partial[(k * 2) * c + i];
      totalX += partial[(k * 2 + 1) * c + i];
    }
    sumG[i] = static_cast<float>(total);
    sumGx[i] = static_cast<float>(totalX);
  }
}

template <typename V, typename G, typename Z, typename D>
inline void applyGradients(const G* g, int64_t gStride, const Z* z, int64_t zStride, D* dz, int64_t dzStride,
                           int64_t count, const float* scale, const float* shift, float open, const float* a,
                           const float* b, const float* c) {
  const V factor = get<V>(scale), offset = get<V>(shift), always = V{} + open, ofGradient = get<V>(a),
          ofValue = get<V>(b), constant = get<V>(c);
  for (int64_t row = 0; row < count; ++row, g += gStride, z += zStride, dz += dzStride) {
    const V value = get<V>(z), gradient = passed<V>(value, get<V>(g), factor, offset, always);
    put<V>(dz, ofGradient * gradient + (ofValue * value + constant));
  }
}

template <typename G, typename Z, typename D>
void applyGradientsOf(const G* g, int64_t gStride, const Z* z, int64_t zStride, D* dz, int64_t dzStride, int64_t count,
                      int64_t channels, const float* scale, const float* shift, float open, const float* a,
                      const float* b, const float* c) {
  forWidths(channels, [&](auto width, int64_t i) {
    applyGradients<typename decltype(width)::Type>(g + i, gStride, z + i, zStride, dz + i, dzStride, count, scale + i,
                                                   shift + i, open, a + i, b + i, c + i);
  });
}

void gradientApply(const View& dy, const View& z, const View& dz, const Extent& e, const float* scale,
                   const float* shift, bool relu, const float* a, const float* b, const float* c) {
  const float always = relu ? 0.0f : std::numeric_limits<float>::infinity();
  const int64_t stretch = stretchOf(std::max({dy.stride, z.stride, dz.stride}));
  withType(z, [&](auto* zData) {
    withType(dy, [&](auto* dyData) {
      withType(dz, [&](auto* dzData) {
#pragma omp parallel for schedule(static) if (e.positions * e.channels > kSmall)
        for (int64_t p = 0; p < e.positions; p += stretch)
          applyGradientsOf(dyData + p * dy.stride, dy.stride, zData + p * z.stride, z.stride, dzData + p * dz.stride,
                           dz.stride, std::min(stretch, e.positions - p), e.channels, scale, shift, always, a, b, c);
      });
    });
  });
}
