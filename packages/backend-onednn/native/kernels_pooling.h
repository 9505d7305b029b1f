// Pooling over NHWC; channels are the vector direction, rows of images the thread direction. Part of kernels_table.h.
constexpr int64_t kLanes = 64;

void maxPool(const float* x, float* y, uint8_t* winner, const PoolShape& s) {
#pragma omp parallel for schedule(static) if (s.images * s.outHeight * s.outWidth * s.channels > kSmall)
  for (int64_t row = 0; row < s.images * s.outHeight; ++row) {
    const int64_t image = row / s.outHeight, top = row % s.outHeight * s.strideHeight - s.padTop;
    float best[kLanes];
    int32_t index[kLanes];
    for (int64_t column = 0; column < s.outWidth; ++column) {
      const int64_t left = column * s.strideWidth - s.padLeft;
      const int64_t y0 = std::max<int64_t>(0, top), y1 = std::min(s.height, top + s.windowHeight);
      const int64_t x0 = std::max<int64_t>(0, left), x1 = std::min(s.width, left + s.windowWidth);
      for (int64_t c0 = 0; c0 < s.channels; c0 += kLanes) {
        const int64_t lanes = std::min(kLanes, s.channels - c0);
        for (int64_t i = 0; i < kLanes; ++i) {
          best[i] = -std::numeric_limits<float>::infinity();
          index[i] = 0;
        }
        for (int64_t iy = y0; iy < y1; ++iy) {
          for (int64_t ix = x0; ix < x1; ++ix) {
            const float* in = x + ((image * s.height + iy) * s.width + ix) * s.channels + c0;
            const auto position = static_cast<int32_t>((iy - top) * s.windowWidth + ix - left);
#pragma omp simd
            for (int64_t i = 0; i < lanes; ++i) {
              const float value = in[i];
              const bool larger = value > best[i];
              best[i] = larger ? value : best[i];
              index[i] = larger ? position : index[i];
            }
          }
        }
        const int64_t at = (row * s.outWidth + column) * s.channels + c0;
        if (y != nullptr) std::memcpy(y + at, best, static_cast<size_t>(lanes) * sizeof(float));
        if (winner != nullptr)
          for (int64_t i = 0; i < lanes; ++i) winner[at + i] = static_cast<uint8_t>(index[i]);
      }
    }
  }
}

// The first and one past the last output whose window covers input position `at`.
inline int64_t firstOutput(int64_t at, int64_t pad, int64_t window, int64_t stride) {
  return at + pad < window ? 0 : (at + pad - window + stride) / stride;
}
inline int64_t endOutput(int64_t at, int64_t pad, int64_t stride, int64_t outputs) { return std::min(outputs, (at + pad) / stride + 1); }

// Each input position gathers from the windows that cover it, so that no two threads write one value.
template <typename Term>
inline void poolGradient(float* dx, const PoolShape& s, bool accumulate, Term term) {
#pragma omp parallel for schedule(static) if (s.images * s.height * s.width * s.channels > kSmall)
  for (int64_t row = 0; row < s.images * s.height; ++row) {
    const int64_t image = row / s.height, iy = row % s.height;
    const int64_t oy0 = firstOutput(iy, s.padTop, s.windowHeight, s.strideHeight), oy1 = endOutput(iy, s.padTop, s.strideHeight, s.outHeight);
    for (int64_t ix = 0; ix < s.width; ++ix) {
      const int64_t ox0 = firstOutput(ix, s.padLeft, s.windowWidth, s.strideWidth), ox1 = endOutput(ix, s.padLeft, s.strideWidth, s.outWidth);
      float* out = dx + (row * s.width + ix) * s.channels;
      for (int64_t c0 = 0; c0 < s.channels; c0 += kLanes) {
        const int64_t lanes = std::min(kLanes, s.channels - c0);
        float sum[kLanes] = {};
        if (accumulate) std::memcpy(sum, out + c0, static_cast<size_t>(lanes) * sizeof(float));
        for (int64_t oy = oy0; oy < oy1; ++oy)
          for (int64_t ox = ox0; ox < ox1; ++ox) term(image, iy, ix, oy, ox, c0, lanes, sum);
        std::memcpy(out + c0, sum, static_cast<size_t>(lanes) * sizeof(float));
      }
    }
  }
}

void maxPoolGradient(const uint8_t* winner, const float* dy, float* dx, const PoolShape& s, bool accumulate) {
  poolGradient(dx, s, accumulate, [&](int64_t image, int64_t iy, int64_t ix, int64_t oy, int64_t ox, int64_t c0, int64_t lanes, float* sum) {
    const int64_t at = ((image * s.outHeight + oy) * s.outWidth + ox) * s.channels + c0;
    const auto position = static_cast<uint8_t>((iy + s.padTop - oy * s.strideHeight) * s.windowWidth + ix + s.padLeft - ox * s.strideWidth);
    const uint8_t* w = winner + at;
    const float* g = dy + at;
#pragma omp simd
    for (int64_t i = 0; i < lanes; ++i) {
      const float gradient = g[i];
      sum[i] += w[i] == position ? gradient : 0.0f;
    }
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
  poolGradient(dx, s, false, [&](int64_t image, int64_t, int64_t, int64_t oy, int64_t ox, int64_t c0, int64_t lanes, float* sum) {
    const float share = windowShare(s, oy, ox);
    const float* g = dy + ((image * s.outHeight + oy) * s.outWidth + ox) * s.channels + c0;
#pragma omp simd
    for (int64_t i = 0; i < lanes; ++i) sum[i] += g[i] * share;
  });
}
