#include "convolution.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "call.h"
#include "runtime.h"
#include "winograd.h"

namespace googlenet {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;

memory::desc activations(int64_t n, int64_t c, int64_t h, int64_t w, const ConvolutionOptions& options) {
  return memory::desc({n, c, h, w}, options.bf16 ? Type::bf16 : Type::f32, Tag::nhwc);
}

// The padding after the last row that makes oneDNN compute exactly `out` rows.
int64_t trailingPad(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation, int64_t before) {
  return std::max<int64_t>(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - in - before);
}

dnnl::primitive_attr attributes(const ConvolutionOptions& options) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (options.fused == Fused::none) return attr;
  dnnl::post_ops post;
  // oneDNN's ReLU of slope 0 is a maximum, which turns NaN into 0. With another slope it multiplies what is negative:
  // the smallest slope there is, zero where denormal numbers count as zero, lets NaN pass. (An infinite negative sum
  // becomes NaN, too.)
#if DNNL_VERSION_MAJOR >= 3
  post.append_eltwise(dnnl::algorithm::eltwise_relu, std::numeric_limits<float>::denorm_min(), 0.0f);
#else
  post.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, std::numeric_limits<float>::denorm_min(), 0.0f);
#endif
  attr.set_post_ops(post);
  return attr;
}

template <typename T>
std::string bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

// Whether the engine's own product takes the gradient of these weights; with AVX-512 oneDNN's is at the processor's
// peak.
bool ownProducts(const ConvolutionShape& s, const ConvolutionOptions& o) {
  return !o.bf16 && kernels().ownProducts && s.kernelHeight == 1 && s.kernelWidth == 1 && s.strideHeight == 1 &&
         s.strideWidth == 1 && s.padTop == 0 && s.padLeft == 0 && s.outHeight == s.height && s.outWidth == s.width &&
         s.inputs % 2 == 0;
}

Convolution::Convolution(const ConvolutionShape& s, Direction direction, const ConvolutionOptions& o) : shape_(s) {
  ownProducts_ = direction == Direction::backwardWeights && ownProducts(s, o);
  if (ownProducts_) return;
  const DenormalScope denormals;  // oneDNN must not take the slope of its ReLU for zero
  const auto& engine = dnnlEngine();
  const auto x = activations(s.batch, s.inputs, s.height, s.width, o),
             y = activations(s.batch, s.outputs, s.outHeight, s.outWidth, o);
  const memory::dims shape = {s.outputs, s.inputs, s.kernelHeight, s.kernelWidth},
                     strides = {s.strideHeight, s.strideWidth}, dilates = {s.dilationHeight - 1, s.dilationWidth - 1},
                     before = {s.padTop, s.padLeft},
                     after = {
                         trailingPad(s.height, s.outHeight, s.kernelHeight, s.strideHeight, s.dilationHeight, s.padTop),
                         trailingPad(s.width, s.outWidth, s.kernelWidth, s.strideWidth, s.dilationWidth, s.padLeft)};
  const bool floatWeights = !o.bf16 || direction == Direction::backwardWeights;
  const memory::desc w(shape, floatWeights ? Type::f32 : Type::bf16, Tag::any), b({s.outputs}, Type::f32, Tag::x);
  const memory::desc forwardWeights(shape, o.bf16 ? Type::bf16 : Type::f32, Tag::any);
  const auto attr = attributes(o);
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto kind =
      direction == Direction::forward ? dnnl::prop_kind::forward_inference : dnnl::prop_kind::forward_training;

  using Forward = dnnl::convolution_forward;
  std::optional<Forward::primitive_desc> forward;
#if DNNL_VERSION_MAJOR >= 3
  if (o.bias && direction == Direction::forward)
    forward.emplace(engine, kind, algorithm, x, forwardWeights, b, y, strides, dilates, before, after, attr);
  else
    forward.emplace(engine, kind, algorithm, x, forwardWeights, y, strides, dilates, before, after, attr);
#else
  if (o.bias && direction == Direction::forward)
    forward.emplace(Forward::desc(kind, algorithm, x, forwardWeights, b, y, strides, dilates, before, after), attr,
                    engine);
  else
    forward.emplace(Forward::desc(kind, algorithm, x, forwardWeights, y, strides, dilates, before, after), attr,
                    engine);
#endif

  source_ = x;
  destination_ = y;
  bias_ = b;
  plainWeights_ = memory::desc(shape, Type::f32, Tag::hwio);
  if (direction == Direction::forward) {
    weights_ = forward->weights_desc();
    scratchpad_ = forward->scratchpad_desc();
    primitive_ = Forward(*forward);
  } else if (direction == Direction::backwardData) {
    using Backward = dnnl::convolution_backward_data;
#if DNNL_VERSION_MAJOR >= 3
    const Backward::primitive_desc desc(engine, algorithm, x, w, y, strides, dilates, before, after, *forward, attr);
#else
    const Backward::primitive_desc desc({algorithm, x, w, y, strides, dilates, before, after}, attr, engine, *forward);
#endif
    weights_ = desc.weights_desc();
    scratchpad_ = desc.scratchpad_desc();
    primitive_ = Backward(desc);
  } else {
    using Backward = dnnl::convolution_backward_weights;
#if DNNL_VERSION_MAJOR >= 3
    const Backward::primitive_desc desc(engine, algorithm, x, w, y, strides, dilates, before, after, *forward, attr);
#else
    const Backward::primitive_desc desc({algorithm, x, w, y, strides, dilates, before, after}, attr, engine, *forward);
#endif
    weights_ = desc.diff_weights_desc();
    scratchpad_ = desc.scratchpad_desc();
    primitive_ = Backward(desc);
  }
  reordersWeights_ = weights_ != plainWeights_;
  if (reordersWeights_) {
    const bool outward = direction == Direction::backwardWeights;
    reorder_ = dnnl::reorder(dnnl::reorder::primitive_desc(engine, outward ? weights_ : plainWeights_, engine,
                                                           outward ? plainWeights_ : weights_));
  }
}

Convolution& Convolution::get(const ConvolutionShape& shape, Direction direction, const ConvolutionOptions& o) {
  constexpr size_t kMostKept = 2048;
  static std::unordered_map<std::string, std::unique_ptr<Convolution>> cache;
  const int flags[] = {static_cast<int>(direction), o.bf16, o.bias, static_cast<int>(o.fused), threadCount()};
  const std::string key = bytes(shape) + bytes(flags);
  const auto found = cache.find(key);
  if (found != cache.end()) return *found->second;
  if (cache.size() >= kMostKept) cache.clear();
  return *cache.emplace(key, std::make_unique<Convolution>(shape, direction, o)).first->second;
}

memory Convolution::wrap(const memory::desc& desc, const void* data) const {
  return memory(desc, dnnlEngine(), const_cast<void*>(data));
}

void Convolution::execute(std::unordered_map<int, memory>& arguments) {
  const PhaseTimer timer(Phase::convolution);
  const Scratch scratch(scratchpad_.get_size());
  arguments.emplace(DNNL_ARG_SCRATCHPAD, wrap(scratchpad_, scratch.data()));
  primitive_.execute(dnnlStream(), arguments);
  dnnlStream().wait();
}

void Convolution::pack(const float* weights, void* packed) {
  const PhaseTimer timer(Phase::weightReorder);
  auto from = wrap(plainWeights_, weights), to = wrap(weights_, packed);
  reorder_.execute(dnnlStream(), from, to);
  dnnlStream().wait();
}

void Convolution::run(const void* x, const float* weights, const void* packed, const float* bias, void* y) {
  const Scratch own(packed == nullptr ? packedBytes() : 0);
  if (packed == nullptr && reordersWeights_) pack(weights, own.data());
  const void* w = packed != nullptr ? packed : reordersWeights_ ? own.data() : weights;
  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, wrap(source_, x)}, {DNNL_ARG_WEIGHTS, wrap(weights_, w)}, {DNNL_ARG_DST, wrap(destination_, y)}};
  if (bias != nullptr) arguments.emplace(DNNL_ARG_BIAS, wrap(bias_, bias));
  execute(arguments);
}

void Convolution::backwardData(const void* dy, const float* weights, void* dx) {
  const Scratch packed(packedBytes());
  if (reordersWeights_) pack(weights, packed.data());
  const void* w = reordersWeights_ ? packed.data() : weights;
  std::unordered_map<int, memory> arguments = {{DNNL_ARG_DIFF_DST, wrap(destination_, dy)},
                                               {DNNL_ARG_WEIGHTS, wrap(weights_, w)},
                                               {DNNL_ARG_DIFF_SRC, wrap(source_, dx)}};
  execute(arguments);
}

void Convolution::backwardWeights(const void* x, const void* dy, float* dweights) {
  if (ownProducts_) {
    const PhaseTimer timer(Phase::convolution);
    const ProductShape shape = {shape_.batch * shape_.height * shape_.width, shape_.inputs, shape_.outputs};
    const int threads = threadCount();
    const Scratch scratch = scratchFloats(threads * productScratch(shape)),
                  sums = scratchFloats(threads * productSums(shape));
    return kernels().pointwiseBackwardWeights(static_cast<const float*>(x), static_cast<const float*>(dy), dweights,
                                              shape, scratch.floats(), sums.floats(), threads);
  }
  const Scratch packed(packedBytes());
  auto w = wrap(weights_, reordersWeights_ ? packed.data() : dweights);
  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, wrap(source_, x)}, {DNNL_ARG_DIFF_DST, wrap(destination_, dy)}, {DNNL_ARG_DIFF_WEIGHTS, w}};
  execute(arguments);
  if (!reordersWeights_) return;
  const PhaseTimer timer(Phase::weightReorder);
  auto plain = wrap(plainWeights_, dweights);
  reorder_.execute(dnnlStream(), w, plain);
  dnnlStream().wait();
}

namespace {

// The integers of a convolution, checked against each other, so that no primitive reads outside of its tensors.
ConvolutionShape readShape(const Call& call, size_t index) {
  const auto s = call.shape<ConvolutionShape>(
      index, "shape",
      {&ConvolutionShape::batch, &ConvolutionShape::height, &ConvolutionShape::width, &ConvolutionShape::inputs,
       &ConvolutionShape::kernelHeight, &ConvolutionShape::kernelWidth, &ConvolutionShape::outputs,
       &ConvolutionShape::strideHeight, &ConvolutionShape::strideWidth, &ConvolutionShape::dilationHeight,
       &ConvolutionShape::dilationWidth, &ConvolutionShape::padTop, &ConvolutionShape::padLeft,
       &ConvolutionShape::outHeight, &ConvolutionShape::outWidth});
  checkedProduct(call, "shape", {s.batch, s.height, s.width, s.inputs});
  checkedProduct(call, "kernel", {s.kernelHeight, s.kernelWidth, s.inputs, s.outputs});
  checkedProduct(call, "output shape", {s.batch, s.outHeight, s.outWidth, s.outputs});
  checkedProduct(call, "strides and dilations", {s.strideHeight, s.strideWidth, s.dilationHeight, s.dilationWidth});
  checkedProduct(call, "padding", {s.padTop, s.padLeft}, 0);
  const auto reach = [](int64_t kernel, int64_t dilation) { return (kernel - 1) * dilation; };
  // oneDNN 3 counts in 32 bits and divides by what overflowed.
  constexpr int64_t kMost = 1 << 24;
  if (std::max({s.strideHeight, s.strideWidth, reach(s.kernelHeight, s.dilationHeight),
                reach(s.kernelWidth, s.dilationWidth)}) > kMost)
    call.failRange("expected strides and a kernel's reach of at most 2^24");
  if (s.padTop > reach(s.kernelHeight, s.dilationHeight) || s.padLeft > reach(s.kernelWidth, s.dilationWidth))
    call.failRange("expected a padding smaller than the kernel's reach");
  const auto fits = [](int64_t in, int64_t out, int64_t kernelReach, int64_t stride, int64_t pad) {
    const int64_t after = std::max<int64_t>(0, (out - 1) * stride + kernelReach + 1 - in - pad),
                  room = in + pad + after - kernelReach - 1;
    return after <= kernelReach && room >= 0 && room / stride + 1 == out;
  };
  if (!fits(s.height, s.outHeight, reach(s.kernelHeight, s.dilationHeight), s.strideHeight, s.padTop) ||
      !fits(s.width, s.outWidth, reach(s.kernelWidth, s.dilationWidth), s.strideWidth, s.padLeft))
    call.failRange("expected an output shape that the input, strides and padding can give");
  return s;
}

int64_t inputSize(const ConvolutionShape& s) { return s.batch * s.height * s.width * s.inputs; }
int64_t outputSize(const ConvolutionShape& s) { return s.batch * s.outHeight * s.outWidth * s.outputs; }
int64_t kernelSize(const ConvolutionShape& s) { return s.kernelHeight * s.kernelWidth * s.inputs * s.outputs; }

// How conv2d runs a shape with or without a bias; the call's argument at `fusedIndex` is the activation.
struct ForwardPath {
  ForwardPath(const Call& call, const ConvolutionShape& s, bool bias, size_t fusedIndex) {
    options.bias = bias;
    options.fused = static_cast<Fused>(call.integer(fusedIndex, "fused", 0, 1));
    if (winogradFits(s)) {
      packedFloats = winogradPackedFloats(s);
    } else {
      primitive = &Convolution::get(s, Direction::forward, options);
      packedFloats = static_cast<int64_t>(primitive->packedBytes() / sizeof(float));
    }
  }

  ConvolutionOptions options;
  Convolution* primitive = nullptr;  // null where the Winograd kernels run
  int64_t packedFloats;
};

// packedSize(shape, bias, fused): the floats that packFilter writes for conv2d; 0 where packing brings nothing.
void packedSize(Call& call) {
  const auto s = readShape(call, 0);
  const ForwardPath path(call, s, call.integer(1, "bias", 0, 1) == 1, 2);
  napi_create_double(call.env, static_cast<double>(path.packedFloats), &call.result);
}

// packFilter(shape, bias, fused, filter, packed)
void packFilter(Call& call) {
  const auto s = readShape(call, 0);
  const ForwardPath path(call, s, call.integer(1, "bias", 0, 1) == 1, 2);
  const float* filter = call.floats(3, "filter", kernelSize(s));
  float* packed = call.floats(4, "packed", path.packedFloats);
  if (path.primitive == nullptr) return winogradPack(s, filter, packed);
  if (path.packedFloats > 0) path.primitive->pack(filter, packed);
}

// conv2d(shape, x, filter, bias or null, y, fused, packed or null)
void conv2d(Call& call) {
  const auto s = readShape(call, 0);
  const float *x = call.floats(1, "x", inputSize(s)), *filter = call.floats(2, "filter", kernelSize(s)),
              *bias = call.optionalFloats(3, "bias", s.outputs);
  float* y = call.floats(4, "y", outputSize(s));
  const ForwardPath path(call, s, bias != nullptr, 5);
  const float* packed = call.optionalFloats(6, "packed", path.packedFloats);
  if (path.primitive == nullptr)
    return winogradForward(s, x, filter, packed, bias, path.options.fused == Fused::relu, y);
  if (packed != nullptr && path.packedFloats > 0) return path.primitive->forwardPacked(x, packed, bias, y);
  path.primitive->forward(x, filter, bias, y);
}

// conv2dBackpropInput(shape, dy, filter, dx)
void conv2dBackpropInput(Call& call) {
  const auto s = readShape(call, 0);
  const float *dy = call.floats(1, "dy", outputSize(s)), *filter = call.floats(2, "filter", kernelSize(s));
  float* dx = call.floats(3, "dx", inputSize(s));
  if (winogradFits(s)) return winogradBackwardData(s, dy, filter, dx);
  Convolution::get(s, Direction::backwardData, {}).backwardData(dy, filter, dx);
}

// oneDNN 2.6.3's AVX2 kernel gives wrong weights for strided 1x1 convolutions of fewer than 8 channels whose last
// positions no window starts at.
bool stridedPoints(const ConvolutionShape& s) {
  return s.kernelHeight == 1 && s.kernelWidth == 1 && (s.strideHeight > 1 || s.strideWidth > 1) && s.inputs < 8;
}

// The positions that a strided 1x1 convolution reads, side by side; zeros where they lie outside.
void gatherPoints(const ConvolutionShape& s, const float* x, float* to) {
  for (int64_t image = 0; image < s.batch; ++image)
    for (int64_t row = 0; row < s.outHeight; ++row)
      for (int64_t column = 0; column < s.outWidth; ++column, to += s.inputs) {
        const int64_t y = row * s.strideHeight - s.padTop, at = column * s.strideWidth - s.padLeft;
        if (y < 0 || y >= s.height || at < 0 || at >= s.width)
          std::fill(to, to + s.inputs, 0.0f);
        else
          std::copy_n(x + ((image * s.height + y) * s.width + at) * s.inputs, s.inputs, to);
      }
}

// conv2dBackpropFilter(shape, x, dy, dfilter)
void conv2dBackpropFilter(Call& call) {
  const auto s = readShape(call, 0);
  const float *x = call.floats(1, "x", inputSize(s)), *dy = call.floats(2, "dy", outputSize(s));
  float* dfilter = call.floats(3, "dfilter", kernelSize(s));
  if (winogradFits(s)) return winogradBackwardWeights(s, x, dy, dfilter);
  if (!stridedPoints(s)) return Convolution::get(s, Direction::backwardWeights, {}).backwardWeights(x, dy, dfilter);
  ConvolutionShape dense = s;
  dense.height = s.outHeight;
  dense.width = s.outWidth;
  dense.strideHeight = dense.strideWidth = 1;
  dense.padTop = dense.padLeft = 0;
  const Scratch points = scratchFloats(inputSize(dense));
  gatherPoints(s, x, points.floats());
  Convolution::get(dense, Direction::backwardWeights, {}).backwardWeights(points.floats(), dy, dfilter);
}

}  // namespace

const std::vector<Export> kConvolutionExports = {{"packedSize", packedSize},
                                                 {"packFilter", packFilter},
                                                 {"conv2d", conv2d},
                                                 {"conv2dBackpropInput", conv2dBackpropInput},
                                                 {"conv2dBackpropFilter", conv2dBackpropFilter}};

}  // namespace googlenet
