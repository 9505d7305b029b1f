// Batch norm of training over views.
#pragma once
#include <vector>

#include "runtime.h"

namespace googlenet {

class Call;

// The positions and channels that an argument names.
Extent readExtent(const Call& call, size_t index);

// What both passes derive from a channel's statistics.
struct Normalization {
  std::vector<float> scale, shift, inverseDeviation;
  Normalization(int64_t channels, const float* gamma, const float* beta, const float* mean, const float* variance,
                double epsilon);
};

// Fills mean and variance from z, then y = relu?(gamma (z - mean) / sqrt(variance + epsilon) + beta).
void normalizeForward(const View& z, const View& y, const Extent&, const float* gamma, const float* beta,
                      double epsilon, bool relu, float* mean, float* variance);

// dz may be where z or dy is, if it has their layout.
void normalizeBackward(const View& dy, const View& z, const View& dz, const Extent&, const float* gamma,
                       const float* beta, const float* mean, const float* variance, double epsilon, bool relu,
                       float* dgamma, float* dbeta);

}  // namespace googlenet
