#include "winograd.h"

#include <vector>

#include "runtime.h"

namespace googlenet {
namespace {

// Measured: below these the transforms cost more than the products that they save.
constexpr int64_t kFewestTiles = 64, kFewestChannels3 = 16, kFewestChannels5 = 8;

WinogradShape shapeOf(const ConvolutionShape& s) {
  return {s.batch, s.height, s.width, s.inputs, s.outputs, s.kernelHeight};
}

void convolve(const WinogradShape& s, const float* x, const float* weights, const float* packed, const float* shift,
              bool relu, float* y) {
  const Scratch scratch = scratchFloats(threadCount() * winogradScratch(s)),
                transformed = scratchFloats(packed ? 0 : winogradWeightSize(s));
  if (packed == nullptr) kernels().winogradWeights(weights, s, transformed.floats());
  kernels().winogradForward(x, packed ? packed : transformed.floats(), shift, relu, y, s, scratch.floats());
}

}  // namespace

bool winogradFits(const ConvolutionShape& s) {
  const int64_t size = s.kernelHeight, tiles = s.batch * ((s.height + 3) / 4) * ((s.width + 3) / 4),
                fewest = size == 3 ? kFewestChannels3 : kFewestChannels5;
  return winogradEnabled() && (size == 3 || size == 5) && s.kernelWidth == size && s.strideHeight == 1 &&
         s.strideWidth == 1 && s.dilationHeight == 1 && s.dilationWidth == 1 && s.padTop == size / 2 &&
         s.padLeft == size / 2 && s.outHeight == s.height && s.outWidth == s.width && s.inputs >= fewest &&
         s.outputs >= fewest && tiles >= kFewestTiles;
}

int64_t winogradPackedFloats(const ConvolutionShape& s) { return winogradWeightSize(shapeOf(s)); }

void winogradPack(const ConvolutionShape& s, const float* weights, float* packed) {
  const PhaseTimer timer(Phase::weightReorder);
  kernels().winogradWeights(weights, shapeOf(s), packed);
}

void winogradForward(const ConvolutionShape& s, const float* x, const float* weights, const float* packed,
                     const float* shift, bool relu, float* y) {
  const PhaseTimer timer(Phase::convolution);
  convolve(shapeOf(s), x, weights, packed, shift, relu, y);
}

// The convolution of dy with the weights turned by half a circle, inputs and outputs exchanged.
void winogradBackwardData(const ConvolutionShape& s, const float* dy, const float* weights, float* dx) {
  const PhaseTimer timer(Phase::convolution);
  const int64_t positions = s.kernelHeight * s.kernelWidth;
  const Scratch turned = scratchFloats(positions * s.inputs * s.outputs);
  float* to = turned.floats();
#pragma omp parallel for schedule(static)
  for (int64_t k = 0; k < positions; ++k)
    for (int64_t o = 0; o < s.outputs; ++o)
      for (int64_t i = 0; i < s.inputs; ++i)
        to[(k * s.outputs + o) * s.inputs + i] = weights[((positions - 1 - k) * s.inputs + i) * s.outputs + o];
  convolve({s.batch, s.height, s.width, s.outputs, s.inputs, s.kernelHeight}, dy, to, nullptr, nullptr, false, dx);
}

void winogradBackwardWeights(const ConvolutionShape& s, const float* x, const float* dy, float* dweights) {
  const PhaseTimer timer(Phase::convolution);
  const WinogradShape shape = shapeOf(s);
  const int threads = threadCount();
  const Scratch scratch = scratchFloats(threads * winogradScratch(shape)),
                sums = scratchFloats(threads * winogradWeightSize(shape));
  kernels().winogradBackwardWeights(x, dy, dweights, shape, scratch.floats(), sums.floats(), threads);
}

}  // namespace googlenet
