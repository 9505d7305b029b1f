#include "inception.h"

#include <algorithm>

#include "runtime.h"
#include "winograd.h"

namespace googlenet {
namespace {

// With fewer channels bfloat16 instructions beat Winograd's algorithm for 5x5, measured; for 3x3 they always do.
constexpr int64_t kFewestChannelsBesideBf16 = 24;
constexpr size_t kMostUnits = 64;

}  // namespace

InceptionPlan::InceptionPlan(const Call& call) {
  const auto module = call.shape<ModuleShape>(
      0, "module",
      {&ModuleShape::batch, &ModuleShape::height, &ModuleShape::width, &ModuleShape::inputs, &ModuleShape::outputs,
       &ModuleShape::pooledChannel, &ModuleShape::relu, &ModuleShape::bf16});
  for (const int64_t flag : {module.relu, module.bf16})
    if (flag != 0 && flag != 1) call.failRange("expected flags of 0 or 1 in module");
  batch = module.batch;
  height = module.height;
  width = module.width;
  inputs = module.inputs;
  outputs = module.outputs;
  pooledChannel = module.pooledChannel;
  relu = module.relu == 1;
  bf16 = module.bf16 == 1;
  checkedProduct(call, "shape", {batch, height, width, inputs});
  checkedProduct(call, "output shape", {batch, height, width, outputs});
  const auto shapes = call.shapes<UnitShape>(
      1, "units",
      {&UnitShape::kernel, &UnitShape::inputs, &UnitShape::outputs, &UnitShape::source, &UnitShape::outputChannel});
  if (shapes.size() > kMostUnits) call.failRange("expected at most " + std::to_string(kMostUnits) + " units");
  for (const UnitShape& shape : shapes) {
    if (shape.kernel != 1 && shape.kernel != 3 && shape.kernel != 5)
      call.failRange("expected kernels of 1x1, 3x3 or 5x5");
    checkedProduct(call, "kernels", {shape.kernel, shape.kernel, shape.inputs, shape.outputs});
    checkedProduct(call, "a unit's output", {batch, height, width, shape.outputs});
    units.push_back(planned(shape));
  }
  check(call);

  for (const Unit& unit : units)
    if (unit.source >= 0) units[static_cast<size_t>(unit.source)].outBf16 = unit.bf16;
  for (Unit& unit : units) {
    if (unit.joined) {
      unit.column = joinedOutputs;
      joinedOutputs += unit.outputs;
    } else {
      unit.z = reserve(bytesOf(unit.outputs, unit.bf16));
    }
    if (unit.isRead()) unit.activation = reserve(bytesOf(unit.outputs, unit.outBf16));
  }
  joined = reserve(bytesOf(joinedOutputs, bf16));
  winner = reserve(static_cast<size_t>(positions() * inputs));
  if (pooledChannel == kNowhere) pooled = reserve(bytesOf(inputs, bf16));
  if (bf16) compactInput = reserve(bytesOf(inputs, bf16));
}

// Every unit writes inside y, or is read by one unit behind it; one reads the pool, or y has it; at least one is
// joined.
void InceptionPlan::check(const Call& call) const {
  const auto inside = [&](int64_t channel, int64_t count) { return channel >= 0 && count <= outputs - channel; };
  std::vector<int> readers(units.size(), 0);
  int poolReaders = pooledChannel == kNowhere ? 0 : 1, joinedUnits = 0;
  if (poolReaders == 1 && !inside(pooledChannel, inputs)) call.failRange("expected the pooled input inside y");
  for (size_t i = 0; i < units.size(); ++i) {
    const Unit& unit = units[i];
    if (unit.source < kFromPool || unit.source >= static_cast<int64_t>(i))
      call.failRange("expected units that read the input, the pool or a unit before them");
    if (unit.source == kFromPool) ++poolReaders;
    if (unit.source >= 0) ++readers[static_cast<size_t>(unit.source)];
    if (unit.joined) ++joinedUnits;
    if (unit.inputs != (unit.source < 0 ? inputs : units[static_cast<size_t>(unit.source)].outputs))
      call.failRange("expected units of as many inputs as what they read has channels");
    if (!unit.isRead() && !inside(unit.outputChannel, unit.outputs))
      call.failRange("expected the units' outputs inside y");
  }
  for (size_t i = 0; i < units.size(); ++i)
    if (readers[i] != (units[i].isRead() ? 1 : 0))
      call.failRange("expected units that write to y or are read by one other");
  if (poolReaders != 1) call.failRange("expected the pooled input to be read or written once");
  if (joinedUnits == 0) call.failRange("expected a 1x1 unit of the input");
}

Unit InceptionPlan::planned(const UnitShape& shape) const {
  const bool compactWins =
      bf16 && (shape.kernel == 3 || std::min(shape.inputs, shape.outputs) < kFewestChannelsBesideBf16);
  Unit unit{shape};
  unit.joined = shape.source == kFromInput && shape.kernel == 1;
  unit.winograd = !compactWins && winogradFits(convolution(shape.kernel, shape.inputs, shape.outputs));
  unit.bf16 = bf16 && !unit.winograd;
  return unit;
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
