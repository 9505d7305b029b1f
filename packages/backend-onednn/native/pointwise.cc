// Elementwise operations, reductions, softmax and block copies.
#include <cmath>
#include <cstring>

#include "call.h"
#include "runtime.h"

namespace googlenet {
namespace {

// binary(op, layout, a, b, out): the layout is [size..., strideA..., strideB...].
void binary(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const auto op = static_cast<Binary>(call.integer(0, "op", 0, static_cast<int64_t>(Binary::count) - 1));
  const auto layout = call.anyIntegers(1, "layout");
  const size_t rank = layout.size() / 3;
  if (layout.size() != rank * 3 || rank < 1 || rank > kMaxRank)
    call.failRange("expected 3 integers for each of 1 to 6 dimensions");
  Broadcast s{static_cast<int>(rank), {}, {}, {}};
  int64_t total = 1, lengthA = 1, lengthB = 1;
  for (size_t d = 0; d < rank; ++d) {
    s.size[d] = layout[d];
    s.strideA[d] = layout[rank + d];
    s.strideB[d] = layout[2 * rank + d];
    if (s.strideA[d] < 0 || s.strideB[d] < 0) call.failRange("expected strides of at least 0");
    total = checkedProduct(call, "sizes", {total, s.size[d]});
    lengthA += (s.size[d] - 1) * s.strideA[d];
    lengthB += (s.size[d] - 1) * s.strideB[d];
  }
  const float *a = call.floats(2, "a", lengthA), *b = call.floats(3, "b", lengthB);
  kernels().binary(op, a, b, call.floats(4, "out", total), s);
}

// unary(op, x, y, low, high)
void unary(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const auto op = static_cast<Unary>(call.integer(0, "op", 0, static_cast<int64_t>(Unary::count) - 1));
  const Floats x = call.anyFloats(1, "x");
  const auto length = static_cast<int64_t>(x.length);
  kernels().unary(op, x.data, call.floats(2, "y", length), length, static_cast<float>(call.number(3, "low")),
                  static_cast<float>(call.number(4, "high")));
}

// reduce(op, x, y, outer, length, inner)
void reduce(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const auto op = static_cast<Reduction>(call.integer(0, "op", 0, static_cast<int64_t>(Reduction::count) - 1));
  constexpr int64_t kMost = int64_t{1} << 40;
  const int64_t outer = call.integer(3, "outer", 1, kMost), length = call.integer(4, "length", 1, kMost),
                inner = call.integer(5, "inner", 1, kMost);
  const float* x = call.floats(1, "x", checkedProduct(call, "sizes", {outer, length, inner}));
  kernels().reduce(op, x, call.floats(2, "y", checkedProduct(call, "sizes", {outer, inner})), outer, length, inner);
}

// softmax(x, y, rows, columns)
void softmax(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const int64_t rows = call.integer(2, "rows", 1, INT32_MAX), columns = call.integer(3, "columns", 1, INT32_MAX);
  const int64_t size = checkedProduct(call, "sizes", {rows, columns});
  kernels().softmax(call.floats(0, "x", size), call.floats(1, "y", size), rows, columns);
}

struct RowsLayout {
  double rows, length, fromOffset, fromStride, toOffset, toStride;
};

// copyRows(from, to, layout): what Concat and Slice are made of.
void copyRows(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const auto layout = call.rule<RowsLayout>(2, "layout",
                                            {&RowsLayout::rows, &RowsLayout::length, &RowsLayout::fromOffset,
                                             &RowsLayout::fromStride, &RowsLayout::toOffset, &RowsLayout::toStride});
  const auto integer = [&](double value) {
    if (!(value >= 0 && value <= 1e12) || value != std::floor(value))
      call.failRange("expected integers from 0 to 10^12 in layout");
    return static_cast<int64_t>(value);
  };
  const int64_t rows = integer(layout.rows), length = integer(layout.length), fromOffset = integer(layout.fromOffset),
                fromStride = integer(layout.fromStride), toOffset = integer(layout.toOffset),
                toStride = integer(layout.toStride);
  if (rows == 0 || length == 0) return;
  checkedProduct(call, "rows", {rows, length});
  const Floats from = call.anyFloats(0, "from"), to = call.anyFloats(1, "to");
  const auto within = [&](const Floats& floats, int64_t offset, int64_t stride) {
    if (stride > 0 && rows > (int64_t{1} << 40) / stride) return false;
    return offset + (rows - 1) * stride + length <= static_cast<int64_t>(floats.length);
  };
  if (!within(from, fromOffset, fromStride) || !within(to, toOffset, toStride))
    call.failRange("expected rows inside both arrays");
#pragma omp parallel for schedule(static) if (rows * length > 65536)
  for (int64_t row = 0; row < rows; ++row)
    std::memmove(to.data + toOffset + row * toStride, from.data + fromOffset + row * fromStride,
                 static_cast<size_t>(length) * sizeof(float));
}

}  // namespace

const std::vector<Export> kPointwiseExports = {
    {"binary", binary}, {"unary", unary}, {"reduce", reduce}, {"softmax", softmax}, {"copyRows", copyRows}};

}  // namespace googlenet
