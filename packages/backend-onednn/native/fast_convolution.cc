#include "fast_convolution.h"

#include <vector>

#include "runtime.h"
#include "winograd.h"

namespace googlenet {
namespace {

constexpr int64_t kFewestPositions = 512, kFewestChannels = 32;

Extent extentOf(const ConvolutionShape& s, int64_t channels) { return {s.batch, s.height * s.width, channels}; }
View plainView(const float* data, const ConvolutionShape& s, int64_t channels) { return nhwcView(const_cast<float*>(data), s.height * s.width, channels); }
View blockedView(void* data, const ConvolutionShape& s, int64_t channels) { return {data, s.height * s.width * channels, 16, s.height * s.width * 16, false}; }

Convolution& winograd3(const ConvolutionShape& s, Direction direction) {
  ConvolutionOptions options;
  options.layout = Layout::blocked;
  options.winograd = true;
  return Convolution::get(s, direction, options);
}

// A copy in nChw16c; channels are a multiple of 16.
Scratch blocked(const float* data, const ConvolutionShape& s, int64_t channels) {
  const PhaseTimer timer(Phase::copy);
  Scratch copy = scratchFloats(s.batch * s.height * s.width * channels);
  kernels().convert(plainView(data, s, channels), blockedView(copy.data(), s, channels), extentOf(s, channels));
  return copy;
}

}  // namespace

FastPath fastPath(const ConvolutionShape& s) {
  if (s.batch * s.height * s.width < kFewestPositions || s.inputs < kFewestChannels || s.outputs < kFewestChannels) return FastPath::none;
  if (winograd5Fits(s)) return FastPath::winograd5;
  return winogradFits(s) ? FastPath::winograd3 : FastPath::none;
}

void fastForward(FastPath path, const ConvolutionShape& s, const float* x, const float* weights, const float* shift, bool relu, float* y) {
  const std::vector<float> ones(static_cast<size_t>(s.outputs), 1.0f), zeros(shift ? 0 : static_cast<size_t>(s.outputs), 0.0f);
  const float* shifts = shift ? shift : zeros.data();
  const View out = plainView(y, s, s.outputs);
  if (path == FastPath::winograd5) {
    winograd5Forward(s, x, weights, y);
    if (shift != nullptr || relu) kernels().scaleShift(out, out, extentOf(s, s.outputs), ones.data(), shifts, relu);
    return;
  }
  const Scratch result = scratchFloats(s.batch * s.height * s.width * s.outputs), source = blocked(x, s, s.inputs);
  winograd3(s, Direction::forward).forward(source.data(), weights, nullptr, result.data());
  const PhaseTimer timer(Phase::copy);
  kernels().scaleShift(blockedView(result.data(), s, s.outputs), out, extentOf(s, s.outputs), ones.data(), shifts, relu);
}

void fastBackwardData(FastPath path, const ConvolutionShape& s, const float* dy, const float* weights, float* dx) {
  if (path == FastPath::winograd5) return winograd5BackwardData(s, dy, weights, dx);
  const Scratch result = scratchFloats(s.batch * s.height * s.width * s.inputs), gradient = blocked(dy, s, s.outputs);
  winograd3(s, Direction::backwardData).backwardData(gradient.data(), weights, result.data());
  const PhaseTimer timer(Phase::copy);
  kernels().convert(blockedView(result.data(), s, s.inputs), plainView(dx, s, s.inputs), extentOf(s, s.inputs));
}

void fastBackwardWeights(FastPath path, const ConvolutionShape& s, const float* x, const float* dy, float* dweights) {
  if (path == FastPath::winograd5) return winograd5BackwardWeights(s, x, dy, dweights);
  const Scratch source = blocked(x, s, s.inputs), gradient = blocked(dy, s, s.outputs);
  winograd3(s, Direction::backwardWeights).backwardWeights(source.data(), gradient.data(), dweights);
}

}  // namespace googlenet
