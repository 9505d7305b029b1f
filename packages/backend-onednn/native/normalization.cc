#include "normalization.h"

#include <cmath>

#include "call.h"

namespace googlenet {

Normalization::Normalization(int64_t channels, const float* gamma, const float* beta, const float* mean,
                             const float* variance, double epsilon)
    : scale(static_cast<size_t>(channels)), shift(scale.size()), inverseDeviation(scale.size()) {
  for (size_t i = 0; i < scale.size(); ++i) {
    const double inverse = 1.0 / std::sqrt(static_cast<double>(variance[i]) + epsilon), factor = gamma[i] * inverse;
    inverseDeviation[i] = static_cast<float>(inverse);
    scale[i] = static_cast<float>(factor);
    shift[i] = static_cast<float>(beta[i] - mean[i] * factor);
  }
}

void normalizeForward(const View& z, const View& y, const Extent& e, const float* gamma, const float* beta,
                      double epsilon, bool relu, float* mean, float* variance) {
  const PhaseTimer timer(Phase::normalization);
  kernels().channelStatistics(z, e, mean, variance);
  const Normalization n(e.channels, gamma, beta, mean, variance, epsilon);
  kernels().scaleShift(z, y, e, n.scale.data(), n.shift.data(), relu);
}

void normalizeBackward(const View& dy, const View& z, const View& dz, const Extent& e, const float* gamma,
                       const float* beta, const float* mean, const float* variance, double epsilon, bool relu,
                       float* dgamma, float* dbeta) {
  const PhaseTimer timer(Phase::normalization);
  const Normalization n(e.channels, gamma, beta, mean, variance, epsilon);
  kernels().gradientSums(dy, z, e, n.scale.data(), n.shift.data(), relu, mean, n.inverseDeviation.data(), dbeta,
                         dgamma);
  const auto count = static_cast<double>(e.positions);
  std::vector<float> b(n.scale.size()), c(n.scale.size());
  for (size_t i = 0; i < b.size(); ++i) {
    const double slope = -n.scale[i] * (dgamma[i] / count) * n.inverseDeviation[i];
    b[i] = static_cast<float>(slope);
    c[i] = static_cast<float>(-n.scale[i] * (dbeta[i] / count) - slope * mean[i]);
  }
  kernels().gradientApply(dy, z, dz, e, n.scale.data(), n.shift.data(), relu, n.scale.data(), b.data(), c.data());
}

Extent readExtent(const Call& call, size_t index) {
  const auto e = call.shape<Extent>(index, "extent", {&Extent::positions, &Extent::channels});
  checkedProduct(call, "extent", {e.positions, e.channels});
  return e;
}

namespace {

// batchNormTrain(extent, x, gamma, beta, y, mean, variance, epsilon, relu)
void batchNormTrain(Call& call) {
  const Extent e = readExtent(call, 0);
  const int64_t c = e.channels, size = e.positions * c;
  float *x = call.floats(1, "x", size), *y = call.floats(4, "y", size), *mean = call.floats(5, "mean", c),
        *variance = call.floats(6, "variance", c);
  const float *gamma = call.floats(2, "gamma", c), *beta = call.floats(3, "beta", c);
  normalizeForward(View{x, c}, View{y, c}, e, gamma, beta, call.number(7, "epsilon"),
                   call.integer(8, "relu", 0, 1) == 1, mean, variance);
}

// batchNormTrainGrad(extent, dy, x, [gamma, beta, mean, variance], dx, dgamma, dbeta, epsilon, relu)
void batchNormTrainGrad(Call& call) {
  const Extent e = readExtent(call, 0);
  const int64_t c = e.channels, size = e.positions * c;
  float *dy = call.floats(1, "dy", size), *x = call.floats(2, "x", size), *dx = call.floats(4, "dx", size);
  const auto channels = call.floatList(3, "channels");
  if (channels.size() != 4) call.failRange("expected gamma, beta, mean and variance in channels");
  for (const Floats& f : channels)
    if (static_cast<int64_t>(f.length) != c) call.failRange("expected one value for each channel in channels");
  normalizeBackward(View{dy, c}, View{x, c}, View{dx, c}, e, channels[0].data, channels[1].data, channels[2].data,
                    channels[3].data, call.number(7, "epsilon"), call.integer(8, "relu", 0, 1) == 1,
                    call.floats(5, "dgamma", c), call.floats(6, "dbeta", c));
}

// scaleShift(extent, x, scale, shift, y, relu): batch norm of inference, and bias with activation.
void scaleShift(Call& call) {
  const Extent e = readExtent(call, 0);
  const int64_t c = e.channels, size = e.positions * c;
  float *x = call.floats(1, "x", size), *y = call.floats(4, "y", size);
  kernels().scaleShift(View{x, c}, View{y, c}, e, call.floats(2, "scale", c), call.floats(3, "shift", c),
                       call.integer(5, "relu", 0, 1) == 1);
}

}  // namespace

const std::vector<Export> kNormalizationExports = {
    {"batchNormTrain", batchNormTrain}, {"batchNormTrainGrad", batchNormTrainGrad}, {"scaleShift", scaleShift}};

}  // namespace googlenet
