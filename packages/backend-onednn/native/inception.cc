// A whole Inception module of training as two calls: forward, and the gradients of everything.
#include "inception.h"

#include <cstring>

#include "normalization.h"
#include "runtime.h"
#include "winograd.h"

namespace googlenet {
namespace {

struct Weights {
  const float *kernel, *gamma, *beta;
};
struct Gradients {
  float *kernel, *gamma, *beta;
};

// Three arrays for each unit (a kernel and two of its output channels), their lengths checked.
template <typename T>
std::vector<T> readTriples(const Call& call, size_t index, const char* what, const InceptionPlan& plan) {
  const auto list = call.floatList(index, what);
  if (list.size() != plan.units.size() * 3) call.failRange(std::string("expected 3 arrays for each unit in ") + what);
  std::vector<T> result;
  for (size_t i = 0; i < plan.units.size(); ++i) {
    const Unit& u = plan.units[i];
    const auto kernel = static_cast<size_t>(u.kernel * u.kernel * u.inputs * u.outputs),
               channels = static_cast<size_t>(u.outputs);
    if (list[3 * i].length != kernel || list[3 * i + 1].length != channels || list[3 * i + 2].length != channels)
      call.failRange(std::string("expected arrays of the units' sizes in ") + what);
    result.push_back({list[3 * i].data, list[3 * i + 1].data, list[3 * i + 2].data});
  }
  return result;
}

std::vector<Floats> readStatistics(const Call& call, size_t index, const InceptionPlan& plan) {
  const auto list = call.floatList(index, "statistics");
  if (list.size() != plan.units.size() * 2) call.failRange("expected 2 arrays for each unit in statistics");
  for (size_t i = 0; i < list.size(); ++i)
    if (list[i].length != static_cast<size_t>(plan.units[i / 2].outputs))
      call.failRange("expected one value for each channel in statistics");
  return list;
}

char* readSaved(const Call& call, size_t index, const InceptionPlan& plan) {
  return reinterpret_cast<char*>(call.floats(index, "saved", static_cast<int64_t>(plan.savedBytes / sizeof(float))));
}

// The kernels of the joined units side by side: [inputs, joinedOutputs].
Scratch joinKernels(const InceptionPlan& plan, const std::vector<Weights>& weights) {
  Scratch all = scratchFloats(plan.inputs * plan.joinedOutputs);
  for (size_t i = 0; i < plan.units.size(); ++i) {
    const Unit& u = plan.units[i];
    if (!u.joined) continue;
    for (int64_t row = 0; row < plan.inputs; ++row)
      std::memcpy(all.floats() + row * plan.joinedOutputs + u.column, weights[i].kernel + row * u.outputs,
                  static_cast<size_t>(u.outputs) * sizeof(float));
  }
  return all;
}

void splitKernels(const InceptionPlan& plan, const float* all, const std::vector<Gradients>& gradients) {
  for (size_t i = 0; i < plan.units.size(); ++i) {
    const Unit& u = plan.units[i];
    if (!u.joined) continue;
    for (int64_t row = 0; row < plan.inputs; ++row)
      std::memcpy(gradients[i].kernel + row * u.outputs, all + row * plan.joinedOutputs + u.column,
                  static_cast<size_t>(u.outputs) * sizeof(float));
  }
}

ConvolutionShape shapeOf(const InceptionPlan& plan, const Unit& u) {
  return plan.convolution(u.kernel, u.inputs, u.outputs);
}

ConvolutionOptions optionsOf(bool bf16) {
  ConvolutionOptions options;
  options.bf16 = bf16;
  return options;
}

Convolution& convolutionOf(const InceptionPlan& plan, const Unit& u, Direction direction) {
  return Convolution::get(shapeOf(plan, u), direction, optionsOf(u.bf16));
}

void unitForward(const InceptionPlan& plan, const Unit& u, const void* x, const float* kernel, void* z) {
  if (u.winograd)
    return winogradForward(shapeOf(plan, u), static_cast<const float*>(x), kernel, nullptr, nullptr, false,
                           static_cast<float*>(z));
  convolutionOf(plan, u, Direction::forward).forward(x, kernel, nullptr, z);
}

void unitBackwardData(const InceptionPlan& plan, const Unit& u, const void* dz, const float* kernel, void* dx) {
  if (u.winograd)
    return winogradBackwardData(shapeOf(plan, u), static_cast<const float*>(dz), kernel, static_cast<float*>(dx));
  convolutionOf(plan, u, Direction::backwardData).backwardData(dz, kernel, dx);
}

void unitBackwardWeights(const InceptionPlan& plan, const Unit& u, const void* x, const void* dz, float* dkernel) {
  if (u.winograd)
    return winogradBackwardWeights(shapeOf(plan, u), static_cast<const float*>(x), static_cast<const float*>(dz),
                                   dkernel);
  convolutionOf(plan, u, Direction::backwardWeights).backwardWeights(x, dz, dkernel);
}

Convolution& joinedConvolution(const InceptionPlan& plan, Direction direction) {
  return Convolution::get(plan.convolution(1, plan.inputs, plan.joinedOutputs), direction, optionsOf(plan.bf16));
}

// What a unit's convolution reads. An input in bf16 is saved beside the float one.
const void* sourceOf(const InceptionPlan& plan, const Unit& u, const float* x, const char* saved) {
  if (u.source == kFromInput) return u.bf16 ? static_cast<const void*>(saved + plan.compactInput) : x;
  return saved + (u.source == kFromPool ? plan.pooled : plan.units[static_cast<size_t>(u.source)].activation);
}

void poolForward(const InceptionPlan& plan, const float* x, float* y, char* saved) {
  const PhaseTimer timer(Phase::pooling);
  auto* winner = reinterpret_cast<uint8_t*>(saved + plan.winner);
  if (plan.pooledChannel == kNowhere && !plan.bf16)
    return kernels().maxPool(x, reinterpret_cast<float*>(saved + plan.pooled), winner, plan.pool());
  const Scratch pooled = scratchFloats(plan.positions() * plan.inputs);
  kernels().maxPool(x, pooled.floats(), winner, plan.pool());
  const View from = View{pooled.floats(), plan.inputs};
  const View to = plan.pooledChannel == kNowhere ? View{saved + plan.pooled, plan.inputs, plan.bf16}
                                                 : plan.sliceOf(y, plan.outputs, plan.pooledChannel);
  kernels().convert(from, to, plan.extent(plan.inputs));
}

// inceptionSize(module, units): the floats of `saved`.
void inceptionSize(Call& call) {
  const InceptionPlan plan(call);
  napi_create_double(call.env, static_cast<double>(plan.savedBytes / sizeof(float)), &call.result);
}

// inceptionTrain(module, units, epsilon, x, weights, y, statistics, saved)
void inceptionTrain(Call& call) {
  const InceptionPlan plan(call);
  const double epsilon = call.number(2, "epsilon");
  float* x = call.floats(3, "x", plan.positions() * plan.inputs);
  const auto weights = readTriples<Weights>(call, 4, "weights", plan);
  float* y = call.floats(5, "y", plan.positions() * plan.outputs);
  const auto statistics = readStatistics(call, 6, plan);
  char* saved = readSaved(call, 7, plan);

  const void* source = x;
  if (plan.bf16) {
    const PhaseTimer timer(Phase::copy);
    kernels().convert(View{x, plan.inputs}, View{saved + plan.compactInput, plan.inputs, true},
                      plan.extent(plan.inputs));
    source = saved + plan.compactInput;
  }
  joinedConvolution(plan, Direction::forward)
      .forward(source, joinKernels(plan, weights).floats(), nullptr, saved + plan.joined);
  poolForward(plan, x, y, saved);
  for (size_t i = 0; i < plan.units.size(); ++i) {
    const Unit& u = plan.units[i];
    if (!u.joined) unitForward(plan, u, sourceOf(plan, u, x, saved), weights[i].kernel, saved + u.z);
    const View out =
        u.isRead() ? View{saved + u.activation, u.outputs, u.outBf16} : plan.sliceOf(y, plan.outputs, u.outputChannel);
    normalizeForward(plan.zView(u, saved, saved + plan.joined), out, plan.extent(u.outputs), weights[i].gamma,
                     weights[i].beta, epsilon, plan.relu, statistics[2 * i].data, statistics[2 * i + 1].data);
  }
}

// The state of one backward call.
struct Backward {
  const InceptionPlan& plan;
  const std::vector<Weights>& weights;
  const std::vector<Gradients>& gradients;
  const void* source;
  char* saved;
  float* dx;
  bool dxStarted = false;

  // Adds one convolution's gradient of its input to dx, or writes it there; reads bf16 where `compact`.
  template <typename Write>
  void addToInput(bool compact, Write write) {
    const int64_t size = plan.positions() * plan.inputs;
    if (!compact && !dxStarted) {
      write(dx);
    } else {
      const Scratch part(plan.bytesOf(plan.inputs, compact));
      write(part.data());
      const PhaseTimer timer(Phase::copy);
      const View from = View{part.data(), plan.inputs, compact}, to = View{dx, plan.inputs};
      if (!dxStarted)
        kernels().convert(from, to, plan.extent(plan.inputs));
      else if (!compact)
        addFloats(part.floats(), size);
      else {
        const Scratch wide = scratchFloats(size);
        kernels().convert(from, View{wide.floats(), plan.inputs}, plan.extent(plan.inputs));
        addFloats(wide.floats(), size);
      }
    }
    dxStarted = true;
  }

  void addFloats(const float* part, int64_t size) const {
    const Broadcast flat = {1, {size}, {1}, {1}};
    kernels().binary(Binary::add, dx, part, dx, flat);
  }

  // dx += what went through the pool.
  void addPool(const float* dpooled) const {
    const PhaseTimer timer(Phase::pooling);
    kernels().maxPoolGradient(reinterpret_cast<const uint8_t*>(saved + plan.winner), dpooled, dx, plan.pool(), true);
  }

  void projectionToPool(Convolution& convolution, const void* dz, const float* kernel) const {
    const Scratch part(plan.bytesOf(plan.inputs, plan.bf16));
    convolution.backwardData(dz, kernel, part.data());
    if (!plan.bf16) return addPool(part.floats());
    const Scratch wide = scratchFloats(plan.positions() * plan.inputs);
    kernels().convert(View{part.data(), plan.inputs, true}, View{wide.floats(), plan.inputs}, plan.extent(plan.inputs));
    addPool(wide.floats());
  }
};

// inceptionTrainGrad(module, units, epsilon, x, dy, weights, statistics, saved, dx, gradients)
void inceptionTrainGrad(Call& call) {
  const InceptionPlan plan(call);
  const double epsilon = call.number(2, "epsilon");
  float *x = call.floats(3, "x", plan.positions() * plan.inputs),
        *dy = call.floats(4, "dy", plan.positions() * plan.outputs);
  const auto weights = readTriples<Weights>(call, 5, "weights", plan);
  const auto statistics = readStatistics(call, 6, plan);
  char* saved = readSaved(call, 7, plan);
  float* dx = call.floats(8, "dx", plan.positions() * plan.inputs);
  const auto gradients = readTriples<Gradients>(call, 9, "gradients", plan);
  const void* source = plan.bf16 ? static_cast<const void*>(saved + plan.compactInput) : x;

  Backward backward{plan, weights, gradients, source, saved, dx};
  const Scratch dzJoined(plan.bytesOf(plan.joinedOutputs, plan.bf16));
  std::vector<Scratch> activationGradients;  // of the units that others read, in the order in which they are met
  std::vector<View> gradientViews(plan.units.size());
  const auto normBackward = [&](size_t i, char* dzOwn) {
    const Unit& u = plan.units[i];
    const View g = u.isRead() ? gradientViews[i] : plan.sliceOf(dy, plan.outputs, u.outputChannel);
    const View dz =
        u.joined ? plan.zView(u, nullptr, static_cast<char*>(dzJoined.data())) : View{dzOwn, u.outputs, u.bf16};
    normalizeBackward(g, plan.zView(u, saved, saved + plan.joined), dz, plan.extent(u.outputs), weights[i].gamma,
                      weights[i].beta, statistics[2 * i].data, statistics[2 * i + 1].data, epsilon, plan.relu,
                      gradients[i].gamma, gradients[i].beta);
  };

  size_t projection = plan.units.size();
  for (size_t i = plan.units.size(); i-- > 0;) {
    const Unit& u = plan.units[i];
    if (u.source == kFromPool) projection = i;
    if (u.joined || u.source == kFromPool) continue;
    const Scratch dz(plan.bytesOf(u.outputs, u.bf16));
    normBackward(i, static_cast<char*>(dz.data()));
    unitBackwardWeights(plan, u, sourceOf(plan, u, x, saved), dz.data(), gradients[i].kernel);
    if (u.source == kFromInput) {
      backward.addToInput(u.bf16, [&](void* part) { unitBackwardData(plan, u, dz.data(), weights[i].kernel, part); });
      continue;
    }
    activationGradients.emplace_back(plan.bytesOf(u.inputs, u.bf16));
    unitBackwardData(plan, u, dz.data(), weights[i].kernel, activationGradients.back().data());
    gradientViews[static_cast<size_t>(u.source)] = View{activationGradients.back().data(), u.inputs, u.bf16};
  }
  for (size_t i = 0; i < plan.units.size(); ++i)
    if (plan.units[i].joined) normBackward(i, nullptr);
  const Scratch joinedGradient = scratchFloats(plan.inputs * plan.joinedOutputs);
  joinedConvolution(plan, Direction::backwardWeights).backwardWeights(source, dzJoined.data(), joinedGradient.floats());
  splitKernels(plan, joinedGradient.floats(), gradients);
  const Scratch joinedKernel = joinKernels(plan, weights);
  backward.addToInput(plan.bf16, [&](void* part) {
    joinedConvolution(plan, Direction::backwardData).backwardData(dzJoined.data(), joinedKernel.floats(), part);
  });

  if (projection < plan.units.size()) {
    const Unit& u = plan.units[projection];
    const Scratch dz(plan.bytesOf(u.outputs, u.bf16));
    normBackward(projection, static_cast<char*>(dz.data()));
    convolutionOf(plan, u, Direction::backwardWeights)
        .backwardWeights(saved + plan.pooled, dz.data(), gradients[projection].kernel);
    backward.projectionToPool(convolutionOf(plan, u, Direction::backwardData), dz.data(), weights[projection].kernel);
  } else {
    const Scratch dpooled = scratchFloats(plan.positions() * plan.inputs);
    kernels().convert(plan.sliceOf(dy, plan.outputs, plan.pooledChannel), View{dpooled.floats(), plan.inputs},
                      plan.extent(plan.inputs));
    backward.addPool(dpooled.floats());
  }
}

}  // namespace

const std::vector<Export> kInceptionExports = {
    {"inceptionSize", inceptionSize}, {"inceptionTrain", inceptionTrain}, {"inceptionTrainGrad", inceptionTrainGrad}};

}  // namespace googlenet
