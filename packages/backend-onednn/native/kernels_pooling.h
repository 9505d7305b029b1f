// Pooling over NHWC; channels are the vector direction, rows of images the thread direction. Part of kernels_table.h.
typedef int32_t IntLanes __attribute__((vector_size(kLanes * 4)));
typedef uint8_t ByteLanes __attribute__((vector_size(kLanes)));

// All lanes, or the first `count` of them.
template <bool Full, typename V, typename T>
inline V loadLanes(const T* from, int64_t count) {
  V v = {};
  if (Full)
    std::memcpy(&v, from, sizeof v);
  else
    for (int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}
template <bool Full, typename V, typename T>
inline void storeLanes(T* to, const V& v, int64_t count) {
  if (Full)
    std::memcpy(to, &v, sizeof v);
  else
    for (int64_t i = 0; i < count; ++i) to[i] = v[i];
}

// Bytes as integers; GCC 12 takes its own conversion apart lane by lane.
inline IntLanes widen(const ByteLanes& bytes) {
  IntLanes wide;
#if defined(__AVX512F__)
  const __m512i v = _mm512_cvtepu8_epi32(reinterpret_cast<const __m128i&>(bytes));
  std::memcpy(&wide, &v, sizeof wide);
#elif defined(__AVX2__)
  const __m256i v = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(&bytes)));
  std::memcpy(&wide, &v, sizeof wide);
#else
  for (int i = 0; i < kLanes; ++i) wide[i] = bytes[i];
#endif
  return wide;
}

// Integers below 256 as bytes.
inline ByteLanes narrow(const IntLanes& wide) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  const auto& all = reinterpret_cast<const __m256i&>(wide);
  const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1)),
                v = _mm_packus_epi16(words, words);
  ByteLanes bytes;
  std::memcpy(&bytes, &v, sizeof bytes);
  return bytes;
#else
  return __builtin_convertvector(wide, ByteLanes);
#endif
}

// Calls f(whether all lanes are used, first channel, lanes) for every run of channels.
template <typename F>
inline void forRuns(int64_t channels, F f) {
  int64_t c0 = 0;
  for (; c0 + kLanes <= channels; c0 += kLanes) f(std::true_type{}, c0, kLanes);
  if (c0 < channels) f(std::false_type{}, c0, channels - c0);
}

// A position that a window covers, or a window that covers a position.
struct Tap {
  int64_t offset;
  int32_t position;
  float share;
};

// Without winners half of the work falls away.
template <bool Winners>
inline void largest(const float* x, float* y, uint8_t* winner, const PoolShape& s) {
#pragma omp parallel if (s.images * s.outHeight * s.outWidth * s.channels > kSmall)
  {
    std::vector<Tap> taps(static_cast<size_t>(s.windowHeight * s.windowWidth));
#pragma omp for schedule(static)
    for (int64_t row = 0; row < s.images * s.outHeight; ++row) {
      const int64_t image = row / s.outHeight, top = row % s.outHeight * s.strideHeight - s.padTop;
      const int64_t y0 = std::max<int64_t>(0, top), y1 = std::min(s.height, top + s.windowHeight);
      for (int64_t column = 0; column < s.outWidth; ++column) {
        const int64_t left = column * s.strideWidth - s.padLeft;
        const int64_t x0 = std::max<int64_t>(0, left), x1 = std::min(s.width, left + s.windowWidth);
        Tap* end = taps.data();
        for (int64_t iy = y0; iy < y1; ++iy)
          for (int64_t ix = x0; ix < x1; ++ix)
            *end++ = {((image * s.height + iy) * s.width + ix) * s.channels,
                      static_cast<int32_t>((iy - top) * s.windowWidth + ix - left), 0};
        const int64_t at = (row * s.outWidth + column) * s.channels;
        forRuns(s.channels, [&](auto full, int64_t c0, int64_t lanes) {
          constexpr bool kFull = decltype(full)::value;
          Lanes best = Lanes{} - std::numeric_limits<float>::infinity();
          IntLanes index = {};
          for (const Tap* tap = taps.data(); tap != end; ++tap) {
            const auto value = loadLanes<kFull, Lanes>(x + tap->offset + c0, lanes);
            const IntLanes larger = value > best;
            best = larger ? value : best;
            if (Winners) index = larger ? IntLanes{} + tap->position : index;
          }
          if (y != nullptr) storeLanes<kFull>(y + at + c0, best, lanes);
          if (Winners) storeLanes<kFull>(winner + at + c0, narrow(index), lanes);
        });
      }
    }
  }
}

void maxPool(const float* x, float* y, uint8_t* winner, const PoolShape& s) {
  winner != nullptr ? largest<true>(x, y, winner, s) : largest<false>(x, y, winner, s);
}

// The first and one past the last output whose window covers input position `at`.
inline int64_t firstOutput(int64_t at, int64_t pad, int64_t window, int64_t stride) {
  return at + pad < window ? 0 : (at + pad - window + stride) / stride;
}
inline int64_t endOutput(int64_t at, int64_t pad, int64_t stride, int64_t outputs) {
  return std::min(outputs, (at + pad) / stride + 1);
}

inline float windowShare(const PoolShape& s, int64_t oy, int64_t ox);

// Each input position gathers from the windows that cover it, so that no two threads write one value.
// term(full, offset of the first lane in dy, tap, lanes) gives what one window adds.
template <typename Term>
inline void poolGradient(float* dx, const PoolShape& s, bool accumulate, bool shares, Term term) {
#pragma omp parallel if (s.images * s.height * s.width * s.channels > kSmall)
  {
    std::vector<Tap> taps(static_cast<size_t>(s.windowHeight * s.windowWidth));
#pragma omp for schedule(static)
    for (int64_t row = 0; row < s.images * s.height; ++row) {
      const int64_t image = row / s.height, iy = row % s.height;
      const int64_t oy0 = firstOutput(iy, s.padTop, s.windowHeight, s.strideHeight),
                    oy1 = endOutput(iy, s.padTop, s.strideHeight, s.outHeight);
      for (int64_t ix = 0; ix < s.width; ++ix) {
        const int64_t ox0 = firstOutput(ix, s.padLeft, s.windowWidth, s.strideWidth),
                      ox1 = endOutput(ix, s.padLeft, s.strideWidth, s.outWidth);
        Tap* end = taps.data();
        for (int64_t oy = oy0; oy < oy1; ++oy)
          for (int64_t ox = ox0; ox < ox1; ++ox)
            *end++ = {((image * s.outHeight + oy) * s.outWidth + ox) * s.channels,
                      static_cast<int32_t>((iy + s.padTop - oy * s.strideHeight) * s.windowWidth + ix + s.padLeft -
                                           ox * s.strideWidth),
                      shares ? windowShare(s, oy, ox) : 1.0f};
        float* out = dx + (row * s.width + ix) * s.channels;
        forRuns(s.channels, [&](auto full, int64_t c0, int64_t lanes) {
          constexpr bool kFull = decltype(full)::value;
          Lanes sum = {};
          if (accumulate) sum = loadLanes<kFull, Lanes>(out + c0, lanes);
          for (const Tap* tap = taps.data(); tap != end; ++tap) sum += term(full, tap->offset + c0, *tap, lanes);
          storeLanes<kFull>(out + c0, sum, lanes);
        });
      }
    }
  }
}

void maxPoolGradient(const uint8_t* winner, const float* dy, float* dx, const PoolShape& s, bool accumulate) {
  poolGradient(dx, s, accumulate, false, [=](auto full, int64_t at, const Tap& tap, int64_t lanes) {
    constexpr bool kFull = decltype(full)::value;
    const IntLanes won = widen(loadLanes<kFull, ByteLanes>(winner + at, lanes)) == IntLanes{} + tap.position;
    return won ? loadLanes<kFull, Lanes>(dy + at, lanes) : Lanes{};
  });
}

// One over the window's positions that are not padding.
inline float windowShare(const PoolShape& s, int64_t oy, int64_t ox) {
  const int64_t top = oy * s.strideHeight - s.padTop, left = ox * s.strideWidth - s.padLeft;
  const int64_t rows = std::min(s.height, top + s.windowHeight) - std::max<int64_t>(0, top);
  const int64_t columns = std::min(s.width, left + s.windowWidth) - std::max<int64_t>(0, left);
  return rows > 0 && columns > 0 ? 1.0f / static_cast<float>(rows * columns) : 0.0f;
}

void averagePool(const float* x, float* y, const PoolShape& s) {
#pragma omp parallel for schedule(static) if (s.images * s.outHeight * s.outWidth * s.channels > kSmall)
  for (int64_t row = 0; row < s.images * s.outHeight; ++row) {
    const int64_t image = row / s.outHeight, oy = row % s.outHeight, top = oy * s.strideHeight - s.padTop;
    for (int64_t ox = 0; ox < s.outWidth; ++ox) {
      const int64_t left = ox * s.strideWidth - s.padLeft;
      float* out = y + (row * s.outWidth + ox) * s.channels;
      std::fill(out, out + s.channels, 0.0f);
      for (int64_t iy = std::max<int64_t>(0, top); iy < std::min(s.height, top + s.windowHeight); ++iy)
        for (int64_t ix = std::max<int64_t>(0, left); ix < std::min(s.width, left + s.windowWidth); ++ix) {
          const float* in = x + ((image * s.height + iy) * s.width + ix) * s.channels;
#pragma omp simd
          for (int64_t i = 0; i < s.channels; ++i) out[i] += in[i];
        }
      const float share = windowShare(s, oy, ox);
      for (int64_t i = 0; i < s.channels; ++i) out[i] *= share;
    }
  }
}

void averagePoolGradient(const float* dy, float* dx, const PoolShape& s) {
  poolGradient(dx, s, false, true, [=](auto full, int64_t at, const Tap& tap, int64_t lanes) {
    return loadLanes<decltype(full)::value, Lanes>(dy + at, lanes) * tap.share;
  });
}
