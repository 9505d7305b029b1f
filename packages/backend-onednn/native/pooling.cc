// Pooling calls: shapes checked, then the vector kernels.
#include "call.h"
#include "runtime.h"

namespace googlenet {
namespace {

PoolShape readShape(const Call& call, size_t index) {
  const auto s = call.shape<PoolShape>(
      index, "shape",
      {&PoolShape::images, &PoolShape::height, &PoolShape::width, &PoolShape::channels, &PoolShape::windowHeight,
       &PoolShape::windowWidth, &PoolShape::strideHeight, &PoolShape::strideWidth, &PoolShape::padTop,
       &PoolShape::padLeft, &PoolShape::outHeight, &PoolShape::outWidth});
  checkedProduct(call, "shape", {s.images, s.height, s.width, s.channels});
  checkedProduct(call, "output shape", {s.images, s.outHeight, s.outWidth, s.channels});
  checkedProduct(call, "window and strides", {s.windowHeight, s.windowWidth, s.strideHeight, s.strideWidth});
  if (s.windowHeight * s.windowWidth > 65536) call.failRange("expected a window of at most 65536 positions");
  checkedProduct(call, "padding", {s.padTop, s.padLeft}, 0);
  if (s.padTop > (1 << 20) || s.padLeft > (1 << 20)) call.failRange("expected a padding below 2^20");
  return s;
}

int64_t inputSize(const PoolShape& s) { return s.images * s.height * s.width * s.channels; }
int64_t outputSize(const PoolShape& s) { return s.images * s.outHeight * s.outWidth * s.channels; }

// maxPool(shape, x, y)
void maxPool(Call& call) {
  const PhaseTimer timer(Phase::pooling);
  const auto s = readShape(call, 0);
  kernels().maxPool(call.floats(1, "x", inputSize(s)), call.floats(2, "y", outputSize(s)), nullptr, s);
}

// maxPoolGrad(shape, x, dy, dx)
void maxPoolGrad(Call& call) {
  const PhaseTimer timer(Phase::pooling);
  const auto s = readShape(call, 0);
  if (s.windowHeight * s.windowWidth > 256) call.failRange("expected a window of at most 256 positions");
  const float *x = call.floats(1, "x", inputSize(s)), *dy = call.floats(2, "dy", outputSize(s));
  float* dx = call.floats(3, "dx", inputSize(s));
  const Scratch winner(static_cast<size_t>(outputSize(s)));
  auto* winners = static_cast<uint8_t*>(winner.data());
  kernels().maxPool(x, nullptr, winners, s);
  kernels().maxPoolGradient(winners, dy, dx, s, false);
}

// avgPool(shape, x, y)
void avgPool(Call& call) {
  const PhaseTimer timer(Phase::pooling);
  const auto s = readShape(call, 0);
  kernels().averagePool(call.floats(1, "x", inputSize(s)), call.floats(2, "y", outputSize(s)), s);
}

// avgPoolGrad(shape, dy, dx)
void avgPoolGrad(Call& call) {
  const PhaseTimer timer(Phase::pooling);
  const auto s = readShape(call, 0);
  kernels().averagePoolGradient(call.floats(1, "dy", outputSize(s)), call.floats(2, "dx", inputSize(s)), s);
}

}  // namespace

const std::vector<Export> kPoolingExports = {
    {"maxPool", maxPool}, {"maxPoolGrad", maxPoolGrad}, {"avgPool", avgPool}, {"avgPoolGrad", avgPoolGrad}};

}  // namespace googlenet
