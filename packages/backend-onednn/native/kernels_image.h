// Depthwise convolution with its gradients, local response normalization, bilinear resizing: over NHWC, channels are
// the vector direction, rows of images the thread direction. Part of kernels_table.h.

// A position that a window reads, and the filter's row for it.
struct FilterTap {
  int64_t from, filter;
};

// NaN passes, as through Math.max and Math.min.
inline Lanes clampLanes(const Lanes& v, float low, float high) {
  const Lanes lows = Lanes{} + low, highs = Lanes{} + high, raised = v < lows ? lows : v;
  return raised > highs ? highs : raised;
}

// to[c] = clamp(bias[c] + sum over taps of from[c] * filter[c])
inline void depthwisePosition(const float* from, const float* filter, const float* bias, float* to, int64_t channels,
                              const FilterTap* first, const FilterTap* end, float low, float high) {
  forRuns(channels, [&](auto full, int64_t c0, int64_t lanes) {
    constexpr bool kFull = decltype(full)::value;
    Lanes sum = {};
    if (bias != nullptr) sum = loadLanes<kFull, Lanes>(bias + c0, lanes);
    for (const FilterTap* tap = first; tap != end; ++tap)
      sum += loadLanes<kFull, Lanes>(from + tap->from + c0, lanes) *
             loadLanes<kFull, Lanes>(filter + tap->filter + c0, lanes);
    storeLanes<kFull>(to + c0, clampLanes(sum, low, high), lanes);
  });
}

void depthwise(const float* x, const float* filter, const float* bias, float* y, const DepthwiseShape& s, float low,
               float high) {
#pragma omp parallel if (s.images * s.outHeight * s.outWidth * s.channels > kSmall)
  {
    std::vector<FilterTap> taps(static_cast<size_t>(s.kernelHeight * s.kernelWidth));
#pragma omp for schedule(static)
    for (int64_t row = 0; row < s.images * s.outHeight; ++row) {
      const int64_t image = row / s.outHeight, top = row % s.outHeight * s.strideHeight - s.padTop;
      for (int64_t column = 0; column < s.outWidth; ++column) {
        const int64_t left = column * s.strideWidth - s.padLeft;
        FilterTap* end = taps.data();
        for (int64_t ky = 0; ky < s.kernelHeight; ++ky) {
          const int64_t iy = top + ky * s.dilationHeight;
          if (iy < 0 || iy >= s.height) continue;
          for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
            const int64_t ix = left + kx * s.dilationWidth;
            if (ix >= 0 && ix < s.width)
              *end++ = {((image * s.height + iy) * s.width + ix) * s.channels, (ky * s.kernelWidth + kx) * s.channels};
          }
        }
        depthwisePosition(x, filter, bias, y + (row * s.outWidth + column) * s.channels, s.channels, taps.data(), end,
                          low, high);
      }
    }
  }
}

// The output whose window reads input `at` by kernel position `k`, or -1.
inline int64_t outputOf(int64_t at, int64_t k, int64_t dilation, int64_t stride, int64_t outputs) {
  const int64_t start = at - k * dilation;
  return start < 0 || start % stride != 0 || start / stride >= outputs ? -1 : start / stride;
}

void depthwiseInput(const float* dy, const float* filter, float* dx, const DepthwiseShape& s) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
#pragma omp parallel if (s.images * s.height * s.width * s.channels > kSmall)
  {
    std::vector<FilterTap> taps(static_cast<size_t>(s.kernelHeight * s.kernelWidth));
#pragma omp for schedule(static)
    for (int64_t row = 0; row < s.images * s.height; ++row) {
      const int64_t image = row / s.height, iy = row % s.height;
      for (int64_t ix = 0; ix < s.width; ++ix) {
        FilterTap* end = taps.data();
        for (int64_t ky = 0; ky < s.kernelHeight; ++ky) {
          const int64_t oy = outputOf(iy + s.padTop, ky, s.dilationHeight, s.strideHeight, s.outHeight);
          if (oy < 0) continue;
          for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
            const int64_t ox = outputOf(ix + s.padLeft, kx, s.dilationWidth, s.strideWidth, s.outWidth);
            if (ox >= 0)
              *end++ = {((image * s.outHeight + oy) * s.outWidth + ox) * s.channels,
                        (ky * s.kernelWidth + kx) * s.channels};
          }
        }
        depthwisePosition(dy, filter, nullptr, dx + (row * s.width + ix) * s.channels, s.channels, taps.data(), end,
                          -kInfinity, kInfinity);
      }
    }
  }
}

// Every thread sums its rows of dy for itself; `sums` holds threads x the filter's size.
void depthwiseFilter(const float* x, const float* dy, float* dfilter, const DepthwiseShape& s, float* sums,
                     int threads) {
  const int64_t size = s.kernelHeight * s.kernelWidth * s.channels, rows = s.images * s.outHeight;
  std::fill(sums, sums + threads * size, 0.0f);
#pragma omp parallel for schedule(static, 1) num_threads(threads)
  for (int thread = 0; thread < threads; ++thread) {
    float* own = sums + thread * size;
    for (int64_t row = rows * thread / threads; row < rows * (thread + 1) / threads; ++row) {
      const int64_t image = row / s.outHeight, top = row % s.outHeight * s.strideHeight - s.padTop;
      for (int64_t ky = 0; ky < s.kernelHeight; ++ky) {
        const int64_t iy = top + ky * s.dilationHeight;
        if (iy < 0 || iy >= s.height) continue;
        for (int64_t kx = 0; kx < s.kernelWidth; ++kx) {
          const float *in = x + (image * s.height + iy) * s.width * s.channels,
                      *gradient = dy + row * s.outWidth * s.channels;
          float* out = own + (ky * s.kernelWidth + kx) * s.channels;
          forRuns(s.channels, [&](auto full, int64_t c0, int64_t lanes) {
            constexpr bool kFull = decltype(full)::value;
            Lanes sum = {};
            for (int64_t ox = 0; ox < s.outWidth; ++ox) {
              const int64_t ix = ox * s.strideWidth - s.padLeft + kx * s.dilationWidth;
              if (ix < 0 || ix >= s.width) continue;
              sum += loadLanes<kFull, Lanes>(in + ix * s.channels + c0, lanes) *
                     loadLanes<kFull, Lanes>(gradient + ox * s.channels + c0, lanes);
            }
            storeLanes<kFull>(out + c0, loadLanes<kFull, Lanes>(out + c0, lanes) + sum, lanes);
          });
        }
      }
    }
  }
  for (int64_t i = 0; i < size; ++i) {
    double total = 0;
    for (int thread = 0; thread < threads; ++thread) total += sums[thread * size + i];
    dfilter[i] = static_cast<float>(total);
  }
}

// base^-beta; the betas that networks use go by square roots.
inline void negativePower(const float* base, float* power, int64_t count, float beta) {
  if (beta == 0.75f) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) power[i] = 1.0f / (std::sqrt(base[i]) * std::sqrt(std::sqrt(base[i])));
  } else if (beta == 0.5f) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) power[i] = 1.0f / std::sqrt(base[i]);
  } else if (beta == 1.0f) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) power[i] = 1.0f / base[i];
  } else {
    for (int64_t i = 0; i < count; ++i) power[i] = std::pow(base[i], -beta);
  }
}

// to[c] = sum of from[c - radius .. c + radius]; `from` is preceded and followed by `radius` zeros.
inline void windowSums(const float* from, float* to, int64_t channels, int64_t radius) {
  std::copy(from, from + channels, to);
  for (int64_t d = 1; d <= radius; ++d) {
#pragma omp simd
    for (int64_t i = 0; i < channels; ++i) to[i] += from[i - d] + from[i + d];
  }
}

void lrn(const float* x, float* y, const Extent& e, const LrnRule& rule) {
  const int64_t c = e.channels, radius = std::min(rule.radius, c);
#pragma omp parallel if (e.positions * c > kSmall)
  {
    std::vector<float> squares(static_cast<size_t>(c + 2 * radius)), norms(static_cast<size_t>(c)),
        powers(static_cast<size_t>(c));
    float *square = squares.data() + radius, *norm = norms.data(), *power = powers.data();
#pragma omp for schedule(static)
    for (int64_t p = 0; p < e.positions; ++p) {
      const float* in = x + p * c;
      float* out = y + p * c;
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) square[i] = in[i] * in[i];
      windowSums(square, norm, c, radius);
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) norm[i] = rule.bias + rule.alpha * norm[i];
      negativePower(norm, power, c, rule.beta);
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) out[i] = in[i] * power[i];
    }
  }
}

// dx = dy norm^-beta - 2 alpha beta x sum over the window of dy y / norm
void lrnGradient(const float* x, const float* y, const float* dy, float* dx, const Extent& e, const LrnRule& rule) {
  const int64_t c = e.channels, radius = std::min(rule.radius, c);
  const float factor = 2 * rule.alpha * rule.beta;
#pragma omp parallel if (e.positions * c > kSmall)
  {
    std::vector<float> terms(static_cast<size_t>(c + 2 * radius)), norms(static_cast<size_t>(c)),
        powers(static_cast<size_t>(c)), sums(static_cast<size_t>(c));
    float *term = terms.data() + radius, *norm = norms.data(), *power = powers.data(), *sum = sums.data();
#pragma omp for schedule(static)
    for (int64_t p = 0; p < e.positions; ++p) {
      const float *in = x + p * c, *out = y + p * c, *gradient = dy + p * c;
      float* to = dx + p * c;
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) term[i] = in[i] * in[i];
      windowSums(term, norm, c, radius);
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) norm[i] = rule.bias + rule.alpha * norm[i];
      negativePower(norm, power, c, rule.beta);
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) term[i] = gradient[i] * out[i] / norm[i];
      windowSums(term, sum, c, radius);
#pragma omp simd
      for (int64_t i = 0; i < c; ++i) to[i] = gradient[i] * power[i] - factor * in[i] * sum[i];
    }
  }
}

// Where an output position lies between two of the input.
struct Between {
  int64_t first, second;
  float share;
};

inline double resizeRatio(int64_t from, int64_t to, const ResizeShape& s) {
  const int64_t inner = s.alignCorners != 0 && to > 1 ? 1 : 0;
  return static_cast<double>(from - inner) / static_cast<double>(to - inner);
}

inline std::vector<Between> positionsBetween(int64_t from, int64_t to, const ResizeShape& s) {
  std::vector<Between> all(static_cast<size_t>(to));
  const double ratio = resizeRatio(from, to, s);
  for (int64_t i = 0; i < to; ++i) {
    const double at =
        s.halfPixelCenters != 0 ? ratio * (static_cast<double>(i) + 0.5) - 0.5 : ratio * static_cast<double>(i);
    const int64_t first = std::max<int64_t>(0, static_cast<int64_t>(std::floor(at)));
    all[static_cast<size_t>(i)] = {std::min(first, from - 1), std::min(from - 1, static_cast<int64_t>(std::ceil(at))),
                                   static_cast<float>(at - static_cast<double>(first))};
  }
  return all;
}

void resizeBilinear(const float* x, float* y, const ResizeShape& s) {
  const auto rows = positionsBetween(s.height, s.outHeight, s), columns = positionsBetween(s.width, s.outWidth, s);
#pragma omp parallel for schedule(static) if (s.images * s.outHeight * s.outWidth * s.channels > kSmall)
  for (int64_t row = 0; row < s.images * s.outHeight; ++row) {
    const Between& vertical = rows[static_cast<size_t>(row % s.outHeight)];
    const float* image = x + row / s.outHeight * s.height * s.width * s.channels;
    const float *top = image + vertical.first * s.width * s.channels,
                *bottom = image + vertical.second * s.width * s.channels;
    for (int64_t column = 0; column < s.outWidth; ++column) {
      const Between& across = columns[static_cast<size_t>(column)];
      const int64_t left = across.first * s.channels, right = across.second * s.channels;
      float* out = y + (row * s.outWidth + column) * s.channels;
#pragma omp simd
      for (int64_t i = 0; i < s.channels; ++i) {
        const float upper = top[left + i] + (top[right + i] - top[left + i]) * across.share;
        const float lower = bottom[left + i] + (bottom[right + i] - bottom[left + i]) * across.share;
        out[i] = upper + (lower - upper) * vertical.share;
      }
    }
  }
}

// For every position of the output the one that it takes from the input, in the form of two.
inline std::vector<Between> positionsNearest(int64_t from, int64_t to, const ResizeShape& s) {
  std::vector<Between> all(static_cast<size_t>(to));
  const double ratio = resizeRatio(from, to, s);
  for (int64_t i = 0; i < to; ++i) {
    const double at = ratio * (static_cast<double>(i) + (s.halfPixelCenters != 0 ? 0.5 : 0));
    const auto whole = static_cast<int64_t>(std::floor(s.alignCorners != 0 ? at + 0.5 : at));
    const int64_t position = std::max<int64_t>(0, std::min(from - 1, whole));
    all[static_cast<size_t>(i)] = {position, position, 0};
  }
  return all;
}

// The transpose of resizing: every position of dy goes to those of dx that it was made of, by their weights.
void resizeGradient(const float* dy, float* dx, const ResizeShape& s) {
  const auto positions = s.nearest != 0 ? positionsNearest : positionsBetween;
  const auto rows = positions(s.height, s.outHeight, s), columns = positions(s.width, s.outWidth, s);
  const int64_t line = s.width * s.channels;
#pragma omp parallel for schedule(static) if (s.images * s.outHeight * s.outWidth * s.channels > kSmall)
  for (int64_t image = 0; image < s.images; ++image) {
    float* to = dx + image * s.height * line;
    std::fill(to, to + s.height * line, 0.0f);
    const float* from = dy + image * s.outHeight * s.outWidth * s.channels;
    const auto spread = [&](int64_t at, float weight) {
      if (weight == 0) return;
#pragma omp simd
      for (int64_t i = 0; i < s.channels; ++i) to[at + i] += from[i] * weight;
    };
    for (const Between& down : rows) {
      const int64_t top = down.first * line, bottom = down.second * line;
      for (const Between& across : columns) {
        const int64_t left = across.first * s.channels, right = across.second * s.channels;
        spread(top + left, (1 - down.share) * (1 - across.share));
        spread(top + right, (1 - down.share) * across.share);
        spread(bottom + left, down.share * (1 - across.share));
        spread(bottom + right, down.share * across.share);
        from += s.channels;
      }
    }
  }
}
