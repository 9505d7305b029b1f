// 5x5 convolutions, stride 1, `same`, over contiguous float NHWC, by the Winograd kernels of kernels_winograd.h.
#pragma once
#include "convolution.h"

namespace googlenet {

// Whether there are such kernels for this processor and shape.
bool winograd5Fits(const ConvolutionShape&);
void winograd5Forward(const ConvolutionShape&, const float* x, const float* weights, float* y);
void winograd5BackwardData(const ConvolutionShape&, const float* dy, const float* weights, float* dx);
void winograd5BackwardWeights(const ConvolutionShape&, const float* x, const float* dy, float* dweights);

}  // namespace googlenet
