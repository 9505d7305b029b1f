#include "winograd.h"

#include "runtime.h"

namespace googlenet {
namespace {

WinogradShape shapeOf(const ConvolutionShape& s) { return {s.batch, s.height, s.width, s.inputs, s.outputs}; }

void convolve(const WinogradShape& s, const float* x, const float* weights, float* y) {
  const Scratch transformed = scratchFloats(kWinogradPoints * s.inputs * s.outputs), scratch = scratchFloats(threadCount() * winogradScratch(s));
  kernels().winogradWeights(weights, s.inputs, s.outputs, transformed.floats());
  kernels().winogradForward(x, transformed.floats(), y, s, scratch.floats());
}

}  // namespace

bool winograd5Fits(const ConvolutionShape& s) {
  return winogradEnabled() && kernels().winogradForward != nullptr && s.kernelHeight == 5 && s.kernelWidth == 5 && s.strideHeight == 1 && s.strideWidth == 1 &&
         s.dilationHeight == 1 && s.dilationWidth == 1 && s.padTop == 2 && s.padLeft == 2 && s.outHeight == s.height && s.outWidth == s.width &&
         s.inputs % 16 == 0 && s.outputs % 16 == 0;
}

void winograd5Forward(const ConvolutionShape& s, const float* x, const float* weights, float* y) {
  const PhaseTimer timer(Phase::convolution);
  convolve(shapeOf(s), x, weights, y);
}

// The convolution of dy with the weights turned by half a circle, inputs and outputs exchanged.
void winograd5BackwardData(const ConvolutionShape& s, const float* dy, const float* weights, float* dx) {
  const PhaseTimer timer(Phase::convolution);
  const Scratch turned = scratchFloats(25 * s.inputs * s.outputs);
  float* to = turned.floats();
#pragma omp parallel for schedule(static)
  for (int64_t k = 0; k < 25; ++k)
    for (int64_t o = 0; o < s.outputs; ++o)
      for (int64_t i = 0; i < s.inputs; ++i) to[(k * s.outputs + o) * s.inputs + i] = weights[((24 - k) * s.inputs + i) * s.outputs + o];
  convolve({s.batch, s.height, s.width, s.outputs, s.inputs}, dy, to, dx);
}

void winograd5BackwardWeights(const ConvolutionShape& s, const float* x, const float* dy, float* dweights) {
  const PhaseTimer timer(Phase::convolution);
  const WinogradShape shape = shapeOf(s);
  const int threads = threadCount();
  const Scratch scratch = scratchFloats(threads * winogradScratch(shape)), sums = scratchFloats(threads * kWinogradPoints * s.inputs * s.outputs);
  kernels().winogradBackwardWeights(x, dy, dweights, shape, scratch.floats(), sums.floats(), threads);
}

}  // namespace googlenet
