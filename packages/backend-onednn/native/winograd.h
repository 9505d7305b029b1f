// 3x3 and 5x5 convolutions, stride 1, `same`, over contiguous float NHWC, by the Winograd kernels of
// kernels_winograd.h.
#pragma once
#include "convolution.h"

namespace googlenet {

// Whether there are such kernels for this processor and shape, and they win.
bool winogradFits(const ConvolutionShape&);
// Weights transformed once, for winogradForward.
int64_t winogradPackedFloats(const ConvolutionShape&);
void winogradPack(const ConvolutionShape&, const float* weights, float* packed);
// `packed` may be null; then `weights` are transformed first. `shift` (one value a channel) and the ReLU are applied to
// y at the end; shift may be null.
void winogradForward(const ConvolutionShape&, const float* x, const float* weights, const float* packed,
                     const float* shift, bool relu, float* y);
void winogradBackwardData(const ConvolutionShape&, const float* dy, const float* weights, float* dx);
void winogradBackwardWeights(const ConvolutionShape&, const float* x, const float* dy, float* dweights);

}  // namespace googlenet
