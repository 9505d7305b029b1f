// Convolutions of plain NHWC floats that are worth a Winograd algorithm: 5x5 by this engine's kernels, 3x3 by oneDNN's,
// whose blocked layout costs a copy on either side.
#pragma once
#include "convolution.h"

namespace googlenet {

enum class FastPath { none, winograd3, winograd5 };

// The path for a convolution on its own; none where the plain primitive is at least as fast.
FastPath fastPath(const ConvolutionShape&);
// `shift` (one value a channel) and the ReLU are applied to y on its last way through memory; shift may be null.
void fastForward(FastPath, const ConvolutionShape&, const float* x, const float* weights, const float* shift, bool relu, float* y);
void fastBackwardData(FastPath, const ConvolutionShape&, const float* dy, const float* weights, float* dx);
void fastBackwardWeights(FastPath, const ConvolutionShape&, const float* x, const float* dy, float* dweights);

}  // namespace googlenet
