// Batch norm over views: statistics, application, and both passes of its gradient. Part of kernels_table.h.
struct BFloat {
  uint16_t bits;
};

typedef float HalfLanes __attribute__((vector_size(kLanes * 2)));

// The bits of a V: one number or a vector of them.
template <typename V>
struct Bits {
  using Narrow = uint16_t;
  using Wide = uint32_t;
};
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
template <typename To, typename From>
inline To converted(const From& bits) {
  if constexpr (std::is_integral_v<From>)
    return static_cast<To>(bits);
  else
    return __builtin_convertvector(bits, To);
}

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
  typename Bits<V>::Narrow narrow;
  std::memcpy(&narrow, p, sizeof narrow);
  const auto bits = converted<typename Bits<V>::Wide>(narrow) << 16;
  V v;
  std::memcpy(&v, &bits, sizeof v);
  return v;
}
template <typename V>
inline void put(BFloat* p, const V& v) {
  typename Bits<V>::Wide bits;
  std::memcpy(&bits, &v, sizeof bits);
  const auto narrow = converted<typename Bits<V>::Narrow>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  std::memcpy(p, &narrow, sizeof narrow);
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
template <typename T>
void addSquares(const T* z, int64_t stride, int64_t count, int64_t channels, const float* pivot, float* sum,
                float* square) {
  forWidths(channels, [&](auto width, int64_t i) {
    using V = typename decltype(width)::Type;
    const V p = get<V>(pivot + i);
    V s0 = get<V>(sum + i), s1 = {}, q0 = get<V>(square + i), q1 = {};
    const T* at = z + i;
    int64_t row = 0;
    for (; row + 2 <= count; row += 2, at += 2 * stride) {
      const V a = get<V>(at) - p, b = get<V>(at + stride) - p;
      s0 += a;
      s1 += b;
      q0 += a * a;
      q1 += b * b;
    }
    if (row < count) {
      const V a = get<V>(at) - p;
      s0 += a;
      q0 += a * a;
    }
    put<V>(sum + i, s0 + s1);
    put<V>(square + i, q0 + q1);
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
          addSquares(data + p * z.stride, z.stride, std::min(stretch, last - p), c, pivot, sum, square);
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

template <typename Z, typename Y>
void scaleRows(const Z* z, int64_t zStride, Y* y, int64_t yStride, int64_t count, int64_t channels, const float* scale,
               const float* shift, float floor) {
  forWidths(channels, [&](auto width, int64_t i) {
    using V = typename decltype(width)::Type;
    const V factor = get<V>(scale + i), offset = get<V>(shift + i), least = V{} + floor;
    const Z* from = z + i;
    Y* to = y + i;
    for (int64_t row = 0; row < count; ++row, from += zStride, to += yStride) {
      const V value = get<V>(from) * factor + offset;
      put<V>(to, value < least ? least : value);
    }
  });
}

void scaleShift(const View& z, const View& y, const Extent& e, const float* scale, const float* shift, bool relu) {
  const float floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  const int64_t stretch = stretchOf(std::max(z.stride, y.stride));
  withType(z, [&](auto* from) {
    withType(y, [&](auto* to) {
#pragma omp parallel for schedule(static) if (e.positions * e.channels > kSmall)
      for (int64_t p = 0; p < e.positions; p += stretch)
        scaleRows(from + p * z.stride, z.stride, to + p * y.stride, y.stride, std::min(stretch, e.positions - p),
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

template <typename G, typename Z>
void addGradients(const G* dy, int64_t dyStride, const Z* z, int64_t zStride, int64_t count, int64_t channels,
                  const float* scale, const float* shift, float open, const float* mean, const float* inverseDeviation,
                  float* sum, float* sumX) {
  forWidths(channels, [&](auto width, int64_t i) {
    using V = typename decltype(width)::Type;
    const V factor = get<V>(scale + i), offset = get<V>(shift + i), always = V{} + open, m = get<V>(mean + i),
            inverse = get<V>(inverseDeviation + i);
    V s0 = get<V>(sum + i), s1 = {}, x0 = get<V>(sumX + i), x1 = {};
    const auto add = [&](const G* from, const Z* at, V& s, V& x) {
      const V value = get<V>(at), gradient = passed<V>(value, get<V>(from), factor, offset, always);
      s += gradient;
      x += gradient * ((value - m) * inverse);
    };
    const G* from = dy + i;
    const Z* at = z + i;
    int64_t row = 0;
    for (; row + 2 <= count; row += 2, from += 2 * dyStride, at += 2 * zStride) {
      add(from, at, s0, x0);
      add(from + dyStride, at + zStride, s1, x1);
    }
    if (row < count) add(from, at, s0, x0);
    put<V>(sum + i, s0 + s1);
    put<V>(sumX + i, x0 + x1);
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
          addGradients(dyData + p * dy.stride, dy.stride, zData + p * z.stride, z.stride, std::min(stretch, last - p),
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

template <typename G, typename Z, typename D>
void applyGradients(const G* dy, int64_t dyStride, const Z* z, int64_t zStride, D* dz, int64_t dzStride, int64_t count,
                    int64_t channels, const float* scale, const float* shift, float open, const float* a,
                    const float* b, const float* c) {
  forWidths(channels, [&](auto width, int64_t i) {
    using V = typename decltype(width)::Type;
    const V factor = get<V>(scale + i), offset = get<V>(shift + i), always = V{} + open, ofGradient = get<V>(a + i),
            ofValue = get<V>(b + i), constant = get<V>(c + i);
    const G* from = dy + i;
    const Z* at = z + i;
    D* to = dz + i;
    for (int64_t row = 0; row < count; ++row, from += dyStride, at += zStride, to += dzStride) {
      const V value = get<V>(at), gradient = passed<V>(value, get<V>(from), factor, offset, always);
      put<V>(to, ofGradient * gradient + (ofValue * value + constant));
    }
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
          applyGradients(dyData + p * dy.stride, dy.stride, zData + p * z.stride, z.stride, dzData + p * dz.stride,
                         dz.stride, std::min(stretch, e.positions - p), e.channels, scale, shift, always, a, b, c);
      });
    });
  });
}
