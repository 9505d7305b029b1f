// Depthwise convolution, local response normalization and resizing: shapes checked, then the vector kernels.
#include "call.h"
#include "normalization.h"
#include "runtime.h"

namespace googlenet {
namespace {

DepthwiseShape readShape(const Call& call, size_t index) {
  const auto s = call.shape<DepthwiseShape>(
      index, "shape",
      {&DepthwiseShape::images, &DepthwiseShape::height, &DepthwiseShape::width, &DepthwiseShape::channels,
       &DepthwiseShape::kernelHeight, &DepthwiseShape::kernelWidth, &DepthwiseShape::strideHeight,
       &DepthwiseShape::strideWidth, &DepthwiseShape::dilationHeight, &DepthwiseShape::dilationWidth,
       &DepthwiseShape::padTop, &DepthwiseShape::padLeft, &DepthwiseShape::outHeight, &DepthwiseShape::outWidth});
  checkedProduct(call, "shape", {s.images, s.height, s.width, s.channels});
  checkedProduct(call, "kernel", {s.kernelHeight, s.kernelWidth, s.channels});
  checkedProduct(call, "output shape", {s.images, s.outHeight, s.outWidth, s.channels});
  checkedProduct(call, "strides and dilations", {s.strideHeight, s.strideWidth, s.dilationHeight, s.dilationWidth});
  checkedProduct(call, "padding", {s.padTop, s.padLeft}, 0);
  if (s.kernelHeight * s.kernelWidth > 65536) call.failRange("expected a kernel of at most 65536 positions");
  return s;
}

int64_t inputSize(const DepthwiseShape& s) { return s.images * s.height * s.width * s.channels; }
int64_t outputSize(const DepthwiseShape& s) { return s.images * s.outHeight * s.outWidth * s.channels; }
int64_t kernelSize(const DepthwiseShape& s) { return s.kernelHeight * s.kernelWidth * s.channels; }

// depthwise(shape, x, filter, bias or null, y, low, high): values are clamped to low..high; NaN passes.
void depthwise(Call& call) {
  const PhaseTimer timer(Phase::convolution);
  const auto s = readShape(call, 0);
  const float *x = call.floats(1, "x", inputSize(s)), *filter = call.floats(2, "filter", kernelSize(s)),
              *bias = call.optionalFloats(3, "bias", s.channels);
  kernels().depthwise(x, filter, bias, call.floats(4, "y", outputSize(s)), s, static_cast<float>(call.number(5, "low")),
                      static_cast<float>(call.number(6, "high")));
}

// depthwiseInput(shape, dy, filter, dx)
void depthwiseInput(Call& call) {
  const PhaseTimer timer(Phase::convolution);
  const auto s = readShape(call, 0);
  kernels().depthwiseInput(call.floats(1, "dy", outputSize(s)), call.floats(2, "filter", kernelSize(s)),
                           call.floats(3, "dx", inputSize(s)), s);
}

// depthwiseFilter(shape, x, dy, dfilter)
void depthwiseFilter(Call& call) {
  const PhaseTimer timer(Phase::convolution);
  const auto s = readShape(call, 0);
  const float *x = call.floats(1, "x", inputSize(s)), *dy = call.floats(2, "dy", outputSize(s));
  const int threads = threadCount();
  const Scratch sums = scratchFloats(threads * kernelSize(s));
  kernels().depthwiseFilter(x, dy, call.floats(3, "dfilter", kernelSize(s)), s, sums.floats(), threads);
}

struct LrnNumbers {
  double radius, bias, alpha, beta;
};

LrnRule readRule(const Call& call, size_t index) {
  const auto n = call.rule<LrnNumbers>(index, "rule",
                                       {&LrnNumbers::radius, &LrnNumbers::bias, &LrnNumbers::alpha, &LrnNumbers::beta});
  if (!(n.radius >= 0 && n.radius <= 1e6)) call.failRange("expected a radius from 0 to 10^6");
  return {static_cast<int64_t>(n.radius), static_cast<float>(n.bias), static_cast<float>(n.alpha),
          static_cast<float>(n.beta)};
}

// lrn(extent, x, y, rule)
void lrn(Call& call) {
  const PhaseTimer timer(Phase::normalization);
  const Extent e = readExtent(call, 0);
  const int64_t size = e.positions * e.channels;
  kernels().lrn(call.floats(1, "x", size), call.floats(2, "y", size), e, readRule(call, 3));
}

// lrnGrad(extent, x, y, dy, dx, rule)
void lrnGrad(Call& call) {
  const PhaseTimer timer(Phase::normalization);
  const Extent e = readExtent(call, 0);
  const int64_t size = e.positions * e.channels;
  kernels().lrnGradient(call.floats(1, "x", size), call.floats(2, "y", size), call.floats(3, "dy", size),
                        call.floats(4, "dx", size), e, readRule(call, 5));
}

ResizeShape readResize(const Call& call, size_t index) {
  return call.shape<ResizeShape>(
      index, "shape",
      {&ResizeShape::images, &ResizeShape::height, &ResizeShape::width, &ResizeShape::channels, &ResizeShape::outHeight,
       &ResizeShape::outWidth, &ResizeShape::alignCorners, &ResizeShape::halfPixelCenters, &ResizeShape::nearest});
}

int64_t sourceSize(const Call& call, const ResizeShape& s) {
  return checkedProduct(call, "shape", {s.images, s.height, s.width, s.channels});
}
int64_t targetSize(const Call& call, const ResizeShape& s) {
  return checkedProduct(call, "output shape", {s.images, s.outHeight, s.outWidth, s.channels});
}

// resizeBilinear(shape, x, y)
void resizeBilinear(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const auto s = readResize(call, 0);
  kernels().resizeBilinear(call.floats(1, "x", sourceSize(call, s)), call.floats(2, "y", targetSize(call, s)), s);
}

// resizeGradient(shape, dy, dx)
void resizeGradient(Call& call) {
  const PhaseTimer timer(Phase::pointwise);
  const auto s = readResize(call, 0);
  kernels().resizeGradient(call.floats(1, "dy", targetSize(call, s)), call.floats(2, "dx", sourceSize(call, s)), s);
}

}  // namespace

const std::vector<Export> kImageExports = {
    {"depthwise", depthwise}, {"depthwiseInput", depthwiseInput}, {"depthwiseFilter", depthwiseFilter}, {"lrn", lrn},
    {"lrnGrad", lrnGrad},     {"resizeBilinear", resizeBilinear}, {"resizeGradient", resizeGradient}};

}  // namespace googlenet
