#include "inception.h"

#include <algorithm>

#include "runtime.h"
#include "winograd.h"

namespace googlenet {
namespace {

// With fewer channels bfloat16 instructions beat Winograd's algorithm for 5x5, measured; for 3x3 they always do.
constexpr int64_t kFewestChannelsBesideBf16 = 24;

}  // namespace

// config: batch, height, width, inputs, the six filters of the paper's table, naive, kernel of the 5x5 branch, its
// convolutions, relu, bf16.
InceptionPlan::InceptionPlan(const Call& call, const std::vector<int32_t>& c) {
  if (c.size() != 15) call.failRange("expected 15 integers in config");
  batch = c[0];
  height = c[1];
  width = c[2];
  inputs = c[3];
  checkedProduct(call, "shape", {batch, height, width, inputs});
  const int64_t conv1 = c[4], reduce3 = c[5], conv3 = c[6], reduce5 = c[7], conv5 = c[8], projection = c[9];
  const bool naive = c[10] == 1;
  const int64_t kernel5 = c[11], convolutions5 = c[12];
  relu = c[13] == 1, bf16 = c[14] == 1;
  checkedProduct(call, "filters", {conv1, conv3, conv5});
  if (!naive) checkedProduct(call, "filters", {reduce3, reduce5, projection});
  if ((kernel5 != 3 && kernel5 != 5) || (convolutions5 != 1 && convolutions5 != 2))
    call.failRange("expected one or two convolutions of 3x3 or 5x5");
  for (const size_t flag : {10, 13, 14})
    if (c[flag] != 0 && c[flag] != 1) call.failRange("expected flags of 0 or 1 in config");
  outputs = conv1 + conv3 + conv5 + (naive ? inputs : projection);
  checkedProduct(call, "output shape", {batch, height, width, outputs});
  checkedProduct(call, "kernels",
                 {25, std::max({inputs, reduce3, reduce5, conv5}), std::max({conv1, conv3, conv5, projection})});

  addUnit(1, inputs, conv1, kFromInput, 0, false);
  if (!naive) addUnit(1, inputs, reduce3, kFromInput, -1, true);
  addUnit(3, naive ? inputs : reduce3, conv3, naive ? kFromInput : 1, conv1, false);
  if (!naive) addUnit(1, inputs, reduce5, kFromInput, -1, true);
  const bool two = convolutions5 == 2;
  addUnit(kernel5, naive ? inputs : reduce5, conv5, naive ? kFromInput : 3, two ? -1 : conv1 + conv3, two);
  if (two) addUnit(kernel5, conv5, conv5, static_cast<int>(units.size()) - 1, conv1 + conv3, false);
  if (!naive) addUnit(1, inputs, projection, kFromPool, conv1 + conv3 + conv5, false);

  for (const Unit& unit : units)
    if (unit.source >= 0) units[static_cast<size_t>(unit.source)].outBf16 = unit.bf16;
  for (Unit& unit : units) {
    if (unit.joined)
      unit.column = joinedOutputs, joinedOutputs += unit.outputs;
    else
      unit.z = reserve(bytesOf(unit.outputs, unit.bf16));
    if (unit.slice < 0) unit.activation = reserve(bytesOf(unit.outputs, unit.outBf16));
  }
  joined = reserve(bytesOf(joinedOutputs, bf16));
  winner = reserve(static_cast<size_t>(positions() * inputs));
  if (naive)
    poolSlice = conv1 + conv3 + conv5;
  else
    pooled = reserve(bytesOf(inputs, bf16));
  if (bf16) compactInput = reserve(bytesOf(inputs, bf16));
}

void InceptionPlan::addUnit(int64_t kernel, int64_t in, int64_t out, int source, int64_t slice, bool read) {
  const bool joins = source == kFromInput && kernel == 1;
  const bool compactWins = bf16 && (kernel == 3 || std::min(in, out) < kFewestChannelsBesideBf16);
  const bool winograd = !compactWins && winogradFits(convolution(kernel, in, out));
  units.push_back({kernel, in, out, source, read ? -1 : slice, joins, 0, winograd, bf16 && !winograd, false, 0, 0});
}

size_t InceptionPlan::reserve(size_t bytes) {
  const size_t offset = savedBytes;
  savedBytes += (bytes + 255) / 256 * 256;
  return offset;
}

ConvolutionShape InceptionPlan::convolution(int64_t kernel, int64_t in, int64_t out) const {
  return {batch, height, width, in, kernel, kernel, out, 1, 1, 1, 1, kernel / 2, kernel / 2, height, width};
}

size_t InceptionPlan::bytesOf(int64_t channels, bool compact) const {
  return static_cast<size_t>(positions() * channels) * (compact ? 2 : 4);
}

View InceptionPlan::zView(const Unit& unit, char* base, char* joinedBase) const {
  if (!unit.joined) return {base + unit.z, unit.outputs, unit.bf16};
  return {joinedBase + unit.column * (bf16 ? 2 : 4), joinedOutputs, bf16};
}

}  // namespace googlenet
