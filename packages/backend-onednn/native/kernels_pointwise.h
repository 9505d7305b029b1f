// Elementwise operations with broadcasting, reductions, softmax. Part of kernels_table.h.
template <typename Op>
inline void binaryRow(const float* a, const float* b, float* out, int64_t count, int64_t strideA, int64_t strideB,
                      Op op) {
  if (strideA == 1 && strideB == 1) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) out[i] = op(a[i], b[i]);
  } else if (strideA == 1 && strideB == 0) {
    const float right = *b;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) out[i] = op(a[i], right);
  } else if (strideA == 0 && strideB == 1) {
    const float left = *a;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) out[i] = op(left, b[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] = op(a[i * strideA], b[i * strideB]);
  }
}

template <typename Op>
inline void binaryAll(const float* a, const float* b, float* out, const Broadcast& s, Op op) {
  const int last = s.rank - 1;
  int64_t rows = 1;
  for (int d = 0; d < last; ++d) rows *= s.size[d];
  const int64_t length = s.size[last], piece = rows > 1 ? length : 4096;
  const int64_t pieces = (length + piece - 1) / piece;
#pragma omp parallel for schedule(static) if (rows * length > kSmall)
  for (int64_t task = 0; task < rows * pieces; ++task) {
    const int64_t row = task / pieces, from = task % pieces * piece;
    int64_t rest = row, offsetA = 0, offsetB = 0;
    for (int d = last - 1; d >= 0; --d) {
      offsetA += rest % s.size[d] * s.strideA[d];
      offsetB += rest % s.size[d] * s.strideB[d];
      rest /= s.size[d];
    }
    binaryRow(a + offsetA + from * s.strideA[last], b + offsetB + from * s.strideB[last], out + row * length + from,
              std::min(piece, length - from), s.strideA[last], s.strideB[last], op);
  }
}

void binary(Binary kind, const float* a, const float* b, float* out, const Broadcast& s) {
  switch (kind) {
    case Binary::add:
      return binaryAll(a, b, out, s, [](float x, float y) { return x + y; });
    case Binary::subtract:
      return binaryAll(a, b, out, s, [](float x, float y) { return x - y; });
    case Binary::multiply:
      return binaryAll(a, b, out, s, [](float x, float y) { return x * y; });
    case Binary::divide:
      return binaryAll(a, b, out, s, [](float x, float y) { return x / y; });
    // Like Math.max and Math.min: a NaN on either side wins.
    case Binary::maximum:
      return binaryAll(a, b, out, s, [](float x, float y) { return x > y || x != x ? x : y; });
    case Binary::minimum:
      return binaryAll(a, b, out, s, [](float x, float y) { return x < y || x != x ? x : y; });
    case Binary::squaredDifference:
      return binaryAll(a, b, out, s, [](float x, float y) { return (x - y) * (x - y); });
    case Binary::prelu:
      return binaryAll(a, b, out, s, [](float x, float y) { return x < 0 ? x * y : x; });
    case Binary::eluGradient:
      return binaryAll(a, b, out, s, [](float dy, float y) { return y >= 0 ? dy : dy * (y + 1); });
    case Binary::count:
      return;
  }
}

template <typename Op>
inline void unaryAll(const float* x, float* y, int64_t count, Op op) {
#pragma omp parallel for simd schedule(static) if (count > kSmall)
  for (int64_t i = 0; i < count; ++i) y[i] = op(x[i]);
}

void unary(Unary kind, const float* x, float* y, int64_t count, float low, float high) {
  switch (kind) {
    case Unary::relu:
      return unaryAll(x, y, count, [](float v) { return v < 0 ? 0.0f : v; });
    case Unary::relu6:
      return unaryAll(x, y, count, [](float v) { return v < 0 ? 0.0f : v > 6 ? 6.0f : v; });
    case Unary::exp:
      return unaryAll(x, y, count, [](float v) { return std::exp(v); });
    case Unary::log:
      return unaryAll(x, y, count, [](float v) { return std::log(v); });
    case Unary::sqrt:
      return unaryAll(x, y, count, [](float v) { return std::sqrt(v); });
    case Unary::rsqrt:
      return unaryAll(x, y, count, [](float v) { return 1.0f / std::sqrt(v); });
    case Unary::square:
      return unaryAll(x, y, count, [](float v) { return v * v; });
    case Unary::negate:
      return unaryAll(x, y, count, [](float v) { return -v; });
    case Unary::absolute:
      return unaryAll(x, y, count, [](float v) { return std::fabs(v); });
    case Unary::sigmoid:
      return unaryAll(x, y, count, [](float v) { return 1.0f / (1.0f + std::exp(-v)); });
    case Unary::tanh:
      return unaryAll(x, y, count, [](float v) { return std::tanh(v); });
    case Unary::step:
      return unaryAll(x, y, count, [low](float v) { return v != v ? v : v > 0 ? 1.0f : low; });
    case Unary::reciprocal:
      return unaryAll(x, y, count, [](float v) { return 1.0f / v; });
    case Unary::elu:
      return unaryAll(x, y, count, [](float v) { return v >= 0 ? v : std::expm1(v); });
    case Unary::clip:
      return unaryAll(x, y, count, [low, high](float v) { return v > high ? high : v < low ? low : v; });
    case Unary::leakyRelu:
      return unaryAll(x, y, count, [low](float v) { return v < 0 ? low * v : v; });
    case Unary::floor:
      return unaryAll(x, y, count, [](float v) { return std::floor(v); });
    case Unary::ceil:
      return unaryAll(x, y, count, [](float v) { return std::ceil(v); });
    case Unary::round:
      return unaryAll(x, y, count, [](float v) { return std::nearbyint(v); });  // half to even
    case Unary::sign:
      return unaryAll(x, y, count, [](float v) { return v < 0 ? -1.0f : v > 0 ? 1.0f : 0.0f; });
    case Unary::selu:
      return unaryAll(x, y, count,
                      [](float v) { return v >= 0 ? 1.0507009873554805f * v : 1.7580993408473766f * std::expm1(v); });
    case Unary::softplus:
      return unaryAll(x, y, count,
                      [](float v) { return v > 0 ? v + std::log1p(std::exp(-v)) : std::log1p(std::exp(v)); });
    case Unary::log1p:
      return unaryAll(x, y, count, [](float v) { return std::log1p(v); });
    case Unary::expm1:
      return unaryAll(x, y, count, [](float v) { return std::expm1(v); });
    case Unary::sin:
      return unaryAll(x, y, count, [](float v) { return std::sin(v); });
    case Unary::cos:
      return unaryAll(x, y, count, [](float v) { return std::cos(v); });
    case Unary::erf:
      return unaryAll(x, y, count, [](float v) { return std::erf(v); });
    case Unary::count:
      return;
  }
}

// Rows are summed in float over at most kChunk terms, and the partial sums in double.
inline float sumRow(const float* x, int64_t length) {
  double total = 0;
  for (int64_t from = 0; from < length; from += kChunk) {
    const int64_t end = std::min(length, from + kChunk);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = from; i < end; ++i) sum += x[i];
    total += sum;
  }
  return static_cast<float>(total);
}

// A NaN in the row is the result, as with Math.max.
template <bool Largest>
inline float extremeRow(const float* x, int64_t length) {
  float best = x[0];
  for (int64_t i = 1; i < length; ++i) best = (Largest ? x[i] > best : x[i] < best) || x[i] != x[i] ? x[i] : best;
  return best;
}

void reduceRows(Reduction kind, const float* x, float* y, int64_t outer, int64_t length) {
#pragma omp parallel for schedule(static) if (outer * length > kSmall)
  for (int64_t row = 0; row < outer; ++row) {
    const float* in = x + row * length;
    y[row] = kind == Reduction::sum       ? sumRow(in, length)
             : kind == Reduction::maximum ? extremeRow<true>(in, length)
                                          : extremeRow<false>(in, length);
  }
}

void reduceColumns(Reduction kind, const float* x, float* y, int64_t length, int64_t inner, int64_t from,
                   int64_t count) {
  std::vector<double> totals(static_cast<size_t>(count));
  std::vector<float> sums(static_cast<size_t>(count));
  const bool largest = kind == Reduction::maximum;
  const auto better = [largest](float candidate, double best) {
    return (largest ? candidate > best : candidate < best) || candidate != candidate;
  };
  for (int64_t start = 0; start < length; start += kChunk) {
    const int64_t end = std::min(length, start + kChunk);
    const float* in = x + start * inner + from;
    std::copy(in, in + count, sums.begin());
    for (int64_t k = start + 1; k < end; ++k) {
      in = x + k * inner + from;
      if (kind == Reduction::sum) {
#pragma omp simd
        for (int64_t i = 0; i < count; ++i) sums[i] += in[i];
      } else {
        for (int64_t i = 0; i < count; ++i) sums[i] = better(in[i], sums[i]) ? in[i] : sums[i];
      }
    }
    for (int64_t i = 0; i < count; ++i) {
      if (kind == Reduction::sum)
        totals[i] += sums[i];
      else if (start == 0 || better(sums[i], totals[i]))
        totals[i] = sums[i];
    }
  }
  for (int64_t i = 0; i < count; ++i) y[from + i] = static_cast<float>(totals[i]);
}

void reduce(Reduction kind, const float* x, float* y, int64_t outer, int64_t length, int64_t inner) {
  if (inner == 1) return reduceRows(kind, x, y, outer, length);
  constexpr int64_t kWidth = 256;
  const int64_t strips = (inner + kWidth - 1) / kWidth;
#pragma omp parallel for schedule(static) if (outer * length * inner > kSmall)
  for (int64_t task = 0; task < outer * strips; ++task) {
    const int64_t o = task / strips, from = task % strips * kWidth;
    reduceColumns(kind, x + o * length * inner, y + o * inner, length, inner, from, std::min(kWidth, inner - from));
  }
}

void softmax(const float* x, float* y, int64_t rows, int64_t columns) {
#pragma omp parallel for schedule(static) if (rows * columns > kSmall)
  for (int64_t row = 0; row < rows; ++row) {
    const float* in = x + row * columns;
    float* out = y + row * columns;
    const float largest = extremeRow<true>(in, columns);
    double total = 0;
    for (int64_t i = 0; i < columns; ++i) total += out[i] = std::exp(in[i] - largest);
    const auto inverse = static_cast<float>(1.0 / total);
    for (int64_t i = 0; i < columns; ++i) out[i] *= inverse;
  }
}
