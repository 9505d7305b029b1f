// A whole Inception module of inference as one call, where the processor has a kernel for it.
#include <algorithm>

#include "inception.h"
#include "runtime.h"
#include "winograd.h"

namespace googlenet {
namespace {

// Measured on AVX2: with fewer channels Winograd's transforms cost more than the products that they save.
constexpr int64_t kFewestChannels = 24;
// What a few images read of the module's input should stay in a core's own cache.
constexpr int64_t kCachedFloats = 96 * 1024, kEnoughPositions = 196;

bool isWinograd(const UnitShape& u) {
  return winogradEnabled() && u.kernel > 1 && std::min(u.inputs, u.outputs) >= kFewestChannels;
}

int64_t borderFor(const UnitShape& reader) { return isWinograd(reader) ? 0 : reader.kernel / 2; }

int64_t imagesAtOnce(const InceptionPlan& plan) {
  if (plan.batch < threadCount()) return plan.batch;
  const int64_t positions = plan.height * plan.width;
  const int64_t enough = (kEnoughPositions + positions - 1) / positions,
                cached = std::max<int64_t>(1, kCachedFloats / (positions * plan.inputs));
  return std::min({enough, cached, plan.batch / threadCount()});
}

std::vector<ModuleUnit> unitsOf(const InceptionPlan& plan) {
  std::vector<ModuleUnit> units;
  for (const UnitShape& u : plan.units) units.push_back({u, isWinograd(u), 0, nullptr});
  for (const UnitShape& u : plan.units)
    if (u.source >= 0) units[static_cast<size_t>(u.source)].border = borderFor(u);
  return units;
}

int64_t packedFloats(const std::vector<ModuleUnit>& units) {
  int64_t all = 0;
  for (const ModuleUnit& u : units) all += modulePackedFloats(u);
  return all;
}

int64_t keptFloats(const ModulePass& pass) {
  int64_t all =
      modulePaddedFloats(pass, pass.inputs, pass.inputBorder) + modulePaddedFloats(pass, pass.inputs, pass.poolBorder);
  for (int64_t i = 0; i < pass.unitCount; ++i)
    all += modulePaddedFloats(pass, pass.units[i].outputs, pass.units[i].border);
  return all;
}

int64_t ownFloats(const ModulePass& pass) {
  int64_t most = (pass.width * pass.inputs + 15) / 16 * 16;
  for (int64_t i = 0; i < pass.unitCount; ++i) {
    const ModuleUnit& u = pass.units[i];
    if (u.winograd) most = std::max(most, winogradForwardScratch({1, 1, 1, u.inputs, u.outputs, u.kernel}));
  }
  return most;
}

// inferenceSize(module, units): the floats of the packed weights; 0 where the module is faster as single convolutions.
void inferenceSize(Call& call) {
  const InceptionPlan plan(call);
  const bool has = kernels().ownModules && !plan.bf16;
  napi_create_double(call.env, has ? static_cast<double>(packedFloats(unitsOf(plan))) : 0, &call.result);
}

// inferencePack(module, units, kernels, biases or an empty list, packed)
void inferencePack(Call& call) {
  const PhaseTimer timer(Phase::weightReorder);
  const InceptionPlan plan(call);
  const auto units = unitsOf(plan);
  const auto weights = call.floatList(2, "kernels"), biases = call.floatList(3, "biases");
  float* packed = call.floats(4, "packed", packedFloats(units));
  if (weights.size() != units.size() || (!biases.empty() && biases.size() != units.size()))
    call.failRange("expected a kernel, and a bias or none, for each unit");
  for (size_t i = 0; i < units.size(); ++i) {
    const ModuleUnit& u = units[i];
    if (weights[i].length != static_cast<size_t>(u.kernel * u.kernel * u.inputs * u.outputs) ||
        (!biases.empty() && biases[i].length != static_cast<size_t>(u.outputs)))
      call.failRange("expected arrays of the units' sizes in kernels and biases");
  }
  for (size_t i = 0; i < units.size(); ++i) {
    kernels().modulePack(units[i], weights[i].data, biases.empty() ? nullptr : biases[i].data, packed);
    packed += modulePackedFloats(units[i]);
  }
}

// inference(module, units, x, packed, y)
void inference(Call& call) {
  const PhaseTimer timer(Phase::convolution);
  const InceptionPlan plan(call);
  auto units = unitsOf(plan);
  const float *x = call.floats(2, "x", plan.positions() * plan.inputs),
              *packed = call.floats(3, "packed", packedFloats(units));
  float* y = call.floats(4, "y", plan.positions() * plan.outputs);
  ModulePass pass{};
  pass.images = plan.batch;
  pass.height = plan.height;
  pass.width = plan.width;
  pass.inputs = plan.inputs;
  pass.outputs = plan.outputs;
  pass.pooledChannel = plan.pooledChannel;
  pass.relu = plan.relu;
  pass.imagesAtOnce = imagesAtOnce(plan);
  for (size_t i = 0; i < units.size(); ++i) {
    units[i].packed = packed;
    packed += modulePackedFloats(units[i]);
    const int64_t border = borderFor(units[i]);
    if (units[i].source == kFromInput) pass.inputBorder = std::max(pass.inputBorder, border);
    if (units[i].source == kFromPool) pass.poolBorder = border;
  }
  pass.units = units.data();
  pass.unitCount = static_cast<int64_t>(units.size());
  pass.x = x;
  pass.y = y;
  pass.ownFloats = ownFloats(pass);
  pass.keptFloats = keptFloats(pass);
  const int threads = threadCount();
  const Scratch scratch = scratchFloats(threads * (pass.ownFloats + pass.keptFloats));
  kernels().moduleForward(pass, scratch.floats(), threads);
}

}  // namespace

const std::vector<Export> kInceptionInferenceExports = {
    {"inferenceSize", inferenceSize}, {"inferencePack", inferencePack}, {"inference", inference}};

}  // namespace googlenet
