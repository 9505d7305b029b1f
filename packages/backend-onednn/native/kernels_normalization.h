// Batch norm over views: statistics, application, and both passes of its gradient. Part of kernels_table.h.
struct BFloat {
  uint16_t bits;
};
inline float load(const float* p) { return *p; }
inline float load(const BFloat* p) {
  const uint32_t bits = static_cast<uint32_t>(p->bits) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline void store(float* p, float value) { *p = value; }
inline void store(BFloat* p, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  p->bits = static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// Calls f with a value that is 16 at compile time where it can be.
template <typename F>
inline void withLength(int64_t length, F f) {
  if (length == 16)
    f(std::integral_constant<int64_t, 16>{});
  else
    f(length);
}

template <typename F>
inline void withType(const View& view, F f) {
  if (view.bf16)
    f(static_cast<BFloat*>(view.data));
  else
    f(static_cast<float*>(view.data));
}

constexpr int64_t kChunk = 128;  // positions that are summed in float before the sums meet in double

struct Chunks {
  int64_t perImage, count, pixels;
  explicit Chunks(const Extent& e, int64_t size) : perImage((e.pixels + size - 1) / size), count(e.images * perImage), pixels(e.pixels) {}
  int64_t image(int64_t chunk) const { return chunk / perImage; }
  int64_t begin(int64_t chunk, int64_t size) const { return chunk % perImage * size; }
  int64_t end(int64_t chunk, int64_t size) const { return std::min(pixels, begin(chunk, size) + size); }
};

inline bool packed(const View& view) { return view.block == 16; }

void channelStatistics(const View& z, const Extent& e, float* mean, float* variance) {
  const Chunks chunks(e, kChunk);
  const int64_t c = e.channels, run = packed(z) ? c : 16;
  std::vector<float> partial(static_cast<size_t>(chunks.count * 2 * c));
  withType(z, [&](auto* data) {
#pragma omp parallel if (e.positions() * c > kSmall)
    {
      std::vector<float> pivots(static_cast<size_t>(c)), sums(static_cast<size_t>(c)), squares(static_cast<size_t>(c));
#pragma omp for schedule(static)
      for (int64_t k = 0; k < chunks.count; ++k) {
        const int64_t first = chunks.begin(k, kChunk), last = chunks.end(k, kChunk);
        const float inverse = 1.0f / static_cast<float>(last - first);
        for (int64_t c0 = 0; c0 < c; c0 += run) {
          withLength(std::min(run, c - c0), [&](auto length) {
            const auto* base = data + chunks.image(k) * z.image + c0 / 16 * z.block;
            float *pivot = &pivots[c0], *sum = &sums[c0], *square = &squares[c0];
            for (int64_t i = 0; i < length; ++i) {
              pivot[i] = load(base + first * z.pixel + i);
              sum[i] = square[i] = 0;
            }
            for (int64_t p = first; p < last; ++p) {
              const auto* row = base + p * z.pixel;
#pragma omp simd
              for (int64_t i = 0; i < length; ++i) {
                const float d = load(row + i) - pivot[i];
                sum[i] += d;
                square[i] += d * d;
              }
            }
            float *outMean = &partial[(k * 2) * c + c0], *outSquare = &partial[(k * 2 + 1) * c + c0];
            for (int64_t i = 0; i < length; ++i) {
              outMean[i] = pivot[i] + sum[i] * inverse;
              outSquare[i] = square[i] - sum[i] * sum[i] * inverse;
            }
          });
        }
      }
    }
  });
#pragma omp parallel for schedule(static) if (chunks.count * c > kSmall)
  for (int64_t i = 0; i < c; ++i) {
    double total = 0, average = 0, square = 0;
    for (int64_t k = 0; k < chunks.count; ++k) {
      const double count = static_cast<double>(chunks.end(k, kChunk) - chunks.begin(k, kChunk));
      const double delta = partial[(k * 2) * c + i] - average, merged = total + count;
      average += delta * count / merged;
      square += partial[(k * 2 + 1) * c + i] + delta * delta * total * count / merged;
      total = merged;
    }
    mean[i] = static_cast<float>(average);
    variance[i] = static_cast<float>(square < 0 ? 0 : square / total);
  }
}

// The tile of positions over which one run of channels is worked on before the next run.
inline int64_t tileOf(bool onePass) { return onePass ? 64 : 32; }

void scaleShift(const View& z, const View& y, const Extent& e, const float* scale, const float* shift, bool relu) {
  const bool onePass = packed(z) && packed(y);
  const int64_t c = e.channels, run = onePass ? c : 16, tile = tileOf(onePass);
  const Chunks chunks(e, tile);
  const float floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  withType(z, [&](auto* from) {
    withType(y, [&](auto* to) {
#pragma omp parallel for schedule(static) if (e.positions() * c > kSmall)
      for (int64_t k = 0; k < chunks.count; ++k) {
        const int64_t first = chunks.begin(k, tile), last = chunks.end(k, tile), image = chunks.image(k);
        for (int64_t c0 = 0; c0 < c; c0 += run) {
          withLength(std::min(run, c - c0), [&](auto length) {
            const float *a = scale + c0, *b = shift + c0;
            for (int64_t p = first; p < last; ++p) {
              const auto* in = from + image * z.image + c0 / 16 * z.block + p * z.pixel;
              auto* out = to + image * y.image + c0 / 16 * y.block + p * y.pixel;
#pragma omp simd
              for (int64_t i = 0; i < length; ++i) {
                const float value = load(in + i) * a[i] + b[i];
                store(out + i, value < floor ? floor : value);
              }
              if (!packed(y))
                for (int64_t i = length; i < 16; ++i) store(out + i, 0.0f);
            }
          });
        }
      }
    });
  });
}

void convert(const View& from, const View& to, const Extent& e) {
  const std::vector<float> scale(static_cast<size_t>(e.channels), 1.0f), shift(static_cast<size_t>(e.channels), -0.0f);
  scaleShift(from, to, e, scale.data(), shift.data(), false);
}

void gradientSums(const View& dy, const View& z, const Extent& e, const float* scale, const float* shift, bool relu,
                  const float* mean, const float* inverseDeviation, float* sumG, float* sumGx) {
  const Chunks chunks(e, kChunk);
  const int64_t c = e.channels, run = packed(z) && packed(dy) ? c : 16;
  const float always = relu ? 0.0f : std::numeric_limits<float>::infinity();
  std::vector<float> partial(static_cast<size_t>(chunks.count * 2 * c));
  withType(z, [&](auto* zData) {
    withType(dy, [&](auto* dyData) {
#pragma omp parallel for schedule(static) if (e.positions() * c > kSmall)
      for (int64_t k = 0; k < chunks.count; ++k) {
        const int64_t first = chunks.begin(k, kChunk), last = chunks.end(k, kChunk), image = chunks.image(k);
        for (int64_t c0 = 0; c0 < c; c0 += run) {
          withLength(std::min(run, c - c0), [&](auto length) {
            float *sum = &partial[(k * 2) * c + c0], *sumX = &partial[(k * 2 + 1) * c + c0];
            const float *a = scale + c0, *b = shift + c0, *m = mean + c0, *d = inverseDeviation + c0;
            for (int64_t p = first; p < last; ++p) {
              const auto* g = dyData + image * dy.image + c0 / 16 * dy.block + p * dy.pixel;
              const auto* x = zData + image * z.image + c0 / 16 * z.block + p * z.pixel;
#pragma omp simd
              for (int64_t i = 0; i < length; ++i) {
                const float value = load(x + i), incoming = load(g + i);
                const float gradient = value * a[i] + b[i] + always > 0 ? incoming : 0.0f;
                sum[i] += gradient;
                sumX[i] += gradient * ((value - m[i]) * d[i]);
              }
            }
          });
        }
      }
    });
  });
#pragma omp parallel for schedule(static) if (chunks.count * c > kSmall)
  for (int64_t i = 0; i < c; ++i) {
    double total = 0, totalX = 0;
    for (int64_t k = 0; k < chunks.count; ++k) {
      total += partial[(k * 2) * c + i];
      totalX += partial[(k * 2 + 1) * c + i];
    }
    sumG[i] = static_cast<float>(total);
    sumGx[i] = static_cast<float>(totalX);
  }
}

void gradientApply(const View& dy, const View& z, const View& dz, const Extent& e, const float* scale, const float* shift,
                   bool relu, const float* a, const float* b, const float* c) {
  const bool onePass = packed(z) && packed(dy) && packed(dz);
  const int64_t channels = e.channels, run = onePass ? channels : 16, tile = tileOf(onePass);
  const Chunks chunks(e, tile);
  const float always = relu ? 0.0f : std::numeric_limits<float>::infinity();
  withType(z, [&](auto* zData) {
    withType(dy, [&](auto* dyData) {
      withType(dz, [&](auto* dzData) {
#pragma omp parallel for schedule(static) if (e.positions() * channels > kSmall)
        for (int64_t k = 0; k < chunks.count; ++k) {
          const int64_t first = chunks.begin(k, tile), last = chunks.end(k, tile), image = chunks.image(k);
          for (int64_t c0 = 0; c0 < channels; c0 += run) {
            withLength(std::min(run, channels - c0), [&](auto length) {
              const float *s = scale + c0, *h = shift + c0, *ka = a + c0, *kb = b + c0, *kc = c + c0;
              for (int64_t p = first; p < last; ++p) {
                const auto* g = dyData + image * dy.image + c0 / 16 * dy.block + p * dy.pixel;
                const auto* x = zData + image * z.image + c0 / 16 * z.block + p * z.pixel;
                auto* out = dzData + image * dz.image + c0 / 16 * dz.block + p * dz.pixel;
#pragma omp simd
                for (int64_t i = 0; i < length; ++i) {
                  const float value = load(x + i), incoming = load(g + i);
                  const float gradient = value * s[i] + h[i] + always > 0 ? incoming : 0.0f;
                  store(out + i, ka[i] * gradient + (kb[i] * value + kc[i]));
                }
                if (!packed(dz))
                  for (int64_t i = length; i < 16; ++i) store(out + i, 0.0f);
              }
            });
          }
        }
      });
    });
  });
}
