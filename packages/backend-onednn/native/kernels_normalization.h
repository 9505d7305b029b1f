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

template <typename F>
inline void withType(const View& view, F f) {
  if (view.bf16)
    f(static_cast<BFloat*>(view.data));
  else
    f(static_cast<float*>(view.data));
}

constexpr int64_t kChunk = 128;  // positions that are summed in float before the sums meet in double

inline int64_t chunksOf(int64_t positions, int64_t size) { return (positions + size - 1) / size; }

void channelStatistics(const View& z, const Extent& e, float* mean, float* variance) {
  const int64_t c = e.channels, chunks = chunksOf(e.positions, kChunk);
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
          pivot[i] = load(data + first * z.stride + i);
          sum[i] = square[i] = 0;
        }
        for (int64_t p = first; p < last; ++p) {
          const auto* row = data + p * z.stride;
#pragma omp simd
          for (int64_t i = 0; i < c; ++i) {
            const float d = load(row + i) - pivot[i];
            sum[i] += d;
            square[i] += d * d;
          }
        }
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

void scaleShift(const View& z, const View& y, const Extent& e, const float* scale, const float* shift, bool relu) {
  const float floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
  withType(z, [&](auto* from) {
    withType(y, [&](auto* to) {
#pragma omp parallel for schedule(static) if (e.positions * e.channels > kSmall)
      for (int64_t p = 0; p < e.positions; ++p) {
        const auto* in = from + p * z.stride;
        auto* out = to + p * y.stride;
#pragma omp simd
        for (int64_t i = 0; i < e.channels; ++i) {
          const float value = load(in + i) * scale[i] + shift[i];
          store(out + i, value < floor ? floor : value);
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
  const int64_t c = e.channels, chunks = chunksOf(e.positions, kChunk);
  const float always = relu ? 0.0f : std::numeric_limits<float>::infinity();
  std::vector<float> partial(static_cast<size_t>(chunks * 2 * c));
  withType(z, [&](auto* zData) {
    withType(dy, [&](auto* dyData) {
#pragma omp parallel for schedule(static) if (e.positions * c > kSmall)
      for (int64_t k = 0; k < chunks; ++k) {
        const int64_t last = std::min(e.positions, (k + 1) * kChunk);
        float *sum = &partial[(k * 2) * c], *sumX = &partial[(k * 2 + 1) * c];
        for (int64_t p = k * kChunk; p < last; ++p) {
          const auto* g = dyData + p * dy.stride;
          const auto* x = zData + p * z.stride;
#pragma omp simd
          for (int64_t i = 0; i < c; ++i) {
            const float value = load(x + i), incoming = load(g + i);
            const float gradient = value * scale[i] + shift[i] + always > 0 ? incoming : 0.0f;
            sum[i] += gradient;
            sumX[i] += gradient * ((value - mean[i]) * inverseDeviation[i]);
          }
        }
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

void gradientApply(const View& dy, const View& z, const View& dz, const Extent& e, const float* scale,
                   const float* shift, bool relu, const float* a, const float* b, const float* c) {
  const float always = relu ? 0.0f : std::numeric_limits<float>::infinity();
  withType(z, [&](auto* zData) {
    withType(dy, [&](auto* dyData) {
      withType(dz, [&](auto* dzData) {
#pragma omp parallel for schedule(static) if (e.positions * e.channels > kSmall)
        for (int64_t p = 0; p < e.positions; ++p) {
          const auto* g = dyData + p * dy.stride;
          const auto* x = zData + p * z.stride;
          auto* out = dzData + p * dz.stride;
#pragma omp simd
          for (int64_t i = 0; i < e.channels; ++i) {
            const float value = load(x + i), incoming = load(g + i);
            const float gradient = value * scale[i] + shift[i] + always > 0 ? incoming : 0.0f;
            store(out + i, a[i] * gradient + (b[i] * value + c[i]));
          }
        }
      });
    });
  });
}
