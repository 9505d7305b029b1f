// Copies that change where values lie and nothing else: what transposing, slicing, padding, tiling and reversing are
// made of.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "call.h"
#include "runtime.h"

namespace googlenet {
namespace {

constexpr size_t kMostDimensions = 8;

// One row of the innermost dimension.
void copyLine(const float* from, int64_t strideFrom, float* to, int64_t strideTo, int64_t length) {
  if (strideTo == 1 && strideFrom == 1) {
    std::memcpy(to, from, static_cast<size_t>(length) * sizeof(float));
  } else if (strideTo == 1 && strideFrom == 0) {
    std::fill(to, to + length, *from);
  } else {
    for (int64_t i = 0; i < length; ++i) to[i * strideTo] = from[i * strideFrom];
  }
}

// Rows and columns that are copied at once where two dimensions change places: their cache lines are used up on both
// sides.
constexpr int64_t kBlock = 16;

// Up to kBlock rows, dense at the source, of columns that are dense at the target.
void copyCrossed(const float* from, int64_t strideFrom, float* to, int64_t strideTo, int64_t rows, int64_t columns) {
  for (int64_t column = 0; column < columns; column += kBlock) {
    const int64_t end = std::min(columns, column + kBlock);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = column; j < end; ++j) to[i * strideTo + j] = from[i + j * strideFrom];
  }
}

// copyStrided(from, to, [offsetFrom, offsetTo, size..., strideFrom..., strideTo...]): every index of `size` is copied
// once. The numbers may be negative strides; every position must lie inside both arrays.
void copyStrided(Call& call) {
  const PhaseTimer timer(Phase::copy);
  const Floats from = call.anyFloats(0, "from"), to = call.anyFloats(1, "to");
  const auto layout = call.anyNumbers(2, "layout");
  const size_t rank = layout.size() < 2 ? 0 : (layout.size() - 2) / 3;
  if (rank < 1 || rank > kMostDimensions || layout.size() != 2 + 3 * rank)
    call.failRange("expected two offsets and three numbers for each of 1 to 8 dimensions");
  std::vector<int64_t> v(layout.size());
  for (size_t i = 0; i < layout.size(); ++i) {
    if (!(std::fabs(layout[i]) <= 1e12) || layout[i] != std::floor(layout[i]))
      call.failRange("expected integers up to 10^12 in layout");
    v[i] = static_cast<int64_t>(layout[i]);
  }
  const int64_t *size = &v[2], *strideFrom = size + rank, *strideTo = strideFrom + rank;
  int64_t total = 1;
  const auto within = [&](int64_t offset, const int64_t* stride, size_t length) {
    double low = static_cast<double>(offset), high = low;
    for (size_t d = 0; d < rank; ++d) {
      const double reach = static_cast<double>(size[d] - 1) * static_cast<double>(stride[d]);
      (reach < 0 ? low : high) += reach;
    }
    return low >= 0 && high < static_cast<double>(length);
  };
  for (size_t d = 0; d < rank; ++d) total = checkedProduct(call, "sizes", {total, size[d]});
  if (!within(v[0], strideFrom, from.length) || !within(v[1], strideTo, to.length))
    call.failRange("expected positions inside both arrays");

  const size_t last = rank - 1;
  const bool crossed = rank > 1 && strideFrom[last - 1] == 1 && strideTo[last] == 1 && strideFrom[last] != 1;
  // Walked one by one: all dimensions but the last, or the last two, of which the first then goes in blocks.
  const size_t walked = crossed ? last - 1 : last;
  const int64_t rows = crossed ? size[last - 1] : 1, length = size[last], lines = total / (rows * length);
  const int64_t blocks = (rows + kBlock - 1) / kBlock;
#pragma omp parallel for schedule(static) if (total > 65536)
  for (int64_t unit = 0; unit < lines * blocks; ++unit) {
    const int64_t row = unit % blocks * kBlock;
    int64_t rest = unit / blocks, at = v[0], into = v[1];
    for (size_t d = walked; d-- > 0;) {
      const int64_t index = rest % size[d];
      rest /= size[d];
      at += index * strideFrom[d];
      into += index * strideTo[d];
    }
    if (crossed) {
      copyCrossed(from.data + at + row, strideFrom[last], to.data + into + row * strideTo[last - 1], strideTo[last - 1],
                  std::min(kBlock, rows - row), length);
    } else {
      copyLine(from.data + at, strideFrom[last], to.data + into, strideTo[last], length);
    }
  }
}

// fill(to, value)
void fill(Call& call) {
  const PhaseTimer timer(Phase::copy);
  const Floats to = call.anyFloats(0, "to");
  std::fill(to.data, to.data + to.length, static_cast<float>(call.number(1, "value")));
}

struct GatherShape {
  int64_t outer, axis, inner;
};

// gatherRows(from, indices, to, shape): to[outer][index][inner] = from[outer][indices[index]][inner]
void gatherRows(Call& call) {
  const PhaseTimer timer(Phase::copy);
  const auto indices = call.anyIntegers(1, "indices");
  const auto s = call.shape<GatherShape>(3, "shape", {&GatherShape::outer, &GatherShape::axis, &GatherShape::inner});
  const int64_t outer = s.outer, axis = s.axis, inner = s.inner, count = static_cast<int64_t>(indices.size());
  const float* from = call.floats(0, "from", checkedProduct(call, "shape", {outer, axis, inner}));
  float* to = call.floats(2, "to", checkedProduct(call, "output shape", {outer, count, inner}));
  for (const int32_t index : indices)
    if (index < 0 || index >= axis) call.failRange("expected indices inside the axis");
#pragma omp parallel for schedule(static) if (outer * count * inner > 65536)
  for (int64_t row = 0; row < outer * count; ++row)
    std::memcpy(to + row * inner, from + (row / count * axis + indices[static_cast<size_t>(row % count)]) * inner,
                static_cast<size_t>(inner) * sizeof(float));
}

}  // namespace

const std::vector<Export> kMoveExports = {{"copyStrided", copyStrided}, {"fill", fill}, {"gatherRows", gatherRows}};

}  // namespace googlenet
