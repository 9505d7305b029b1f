// Memory-bound loops, compiled once for each instruction set (see kernels_*.cc and kernels_table.h).
#pragma once
#include <cstddef>
#include <cstdint>

namespace googlenet {

// Channels of an NHWC tensor: all of them, or a slice. `stride` leads, in values, from one position to the next.
struct View {
  void* data;
  int64_t stride;
  bool bf16 = false;
};

struct Extent {
  int64_t positions, channels;
};

struct PoolShape {
  int64_t images, height, width, channels, windowHeight, windowWidth, strideHeight, strideWidth, padTop, padLeft,
      outHeight, outWidth;
};

// A 3x3 or 5x5 convolution, stride 1, `same`, over NHWC, by Winograd's algorithm.
struct WinogradShape {
  int64_t images, height, width, inputs, outputs, kernel;
};
constexpr int64_t kBackwardTiles = 112;  // that one thread has in hand at a time, at most
inline int64_t winogradPadded(int64_t channels) { return (channels + 15) / 16 * 16; }
inline int64_t winogradPoints(const WinogradShape& s) { return (s.kernel + 3) * (s.kernel + 3); }
// Floats of the transformed weights, or of one thread's sums of their gradient.
inline int64_t winogradWeightSize(const WinogradShape& s) {
  return winogradPoints(s) * winogradPadded(s.inputs) * winogradPadded(s.outputs);
}
constexpr int64_t kMostForwardTiles = 28;
// Floats of scratch memory for each thread: of the forward pass alone, and of every pass.
inline int64_t winogradForwardScratch(const WinogradShape& s) {
  return winogradPoints(s) * (kMostForwardTiles * (winogradPadded(s.inputs) + 32) + 32);
}
inline int64_t winogradScratch(const WinogradShape& s) {
  return winogradPoints(s) * (kBackwardTiles * (winogradPadded(s.inputs) + winogradPadded(s.outputs)) + 32);
}

// A 1x1 convolution, stride 1: [positions, inputs] times [inputs, outputs].
struct ProductShape {
  int64_t positions, inputs, outputs;
};
constexpr int64_t kBlockPositions = 128;
inline int64_t productScratch(const ProductShape&) { return kBlockPositions * 32; }
inline int64_t productSums(const ProductShape& s) { return s.inputs * winogradPadded(s.outputs); }

// A convolution of an Inception module, as its caller says it: stride 1, `same`, over NHWC.
constexpr int64_t kFromInput = -1, kFromPool = -2, kNowhere = -1;
struct UnitShape {
  int64_t kernel, inputs, outputs;
  int64_t source;         // kFromInput, kFromPool, or the unit whose activation it reads
  int64_t outputChannel;  // the first channel of y that it writes, or kNowhere where another unit reads it
};

// The same in inference, with its bias and the module's ReLU.
constexpr int64_t kWidestBorder = 2;
struct ModuleUnit : UnitShape {
  bool winograd;
  int64_t border;       // zeros that the unit which reads it wants around each image
  const float* packed;  // what modulePack made
};
struct ModulePass {
  int64_t images, height, width, inputs, outputs;
  int64_t pooledChannel;  // the first channel of y that is the pooled input itself, or kNowhere
  bool relu;
  int64_t inputBorder, poolBorder;  // as of a unit
  int64_t imagesAtOnce;             // all of them where they are fewer than the threads
  // Scratch memory: of each thread, and of the images that are at hand, which belong to one thread or to all.
  int64_t ownFloats, keptFloats;
  const ModuleUnit* units;
  int64_t unitCount;
  const float* x;
  float* y;
};
// Floats of what is kept of a tensor while its imagesAtOnce images are at hand.
inline int64_t modulePaddedFloats(const ModulePass& p, int64_t channels, int64_t border) {
  return (p.imagesAtOnce * (p.height + 2 * border) * (p.width + 2 * border) * channels + 15) / 16 * 16;
}
// Floats of a unit's packed bias and weights.
inline int64_t modulePackedFloats(const ModuleUnit& u) {
  const int64_t outputs = winogradPadded(u.outputs);
  return outputs + (u.winograd ? winogradWeightSize({1, 1, 1, u.inputs, u.outputs, u.kernel})
                               : u.kernel * u.kernel * u.inputs * outputs);
}

enum class Binary { add, subtract, multiply, divide, maximum, minimum, squaredDifference, prelu, eluGradient, count };
enum class Unary {
  relu,
  relu6,
  exp,
  log,
  sqrt,
  rsqrt,
  square,
  negate,
  absolute,
  sigmoid,
  tanh,
  step,
  reciprocal,
  elu,
  clip,
  leakyRelu,
  floor,
  ceil,
  round,
  sign,
  selu,
  softplus,
  log1p,
  expm1,
  sin,
  cos,
  erf,
  count
};
enum class Reduction { sum, maximum, minimum, count };

constexpr int kMaxRank = 6;
struct Broadcast {
  int rank;
  int64_t size[kMaxRank], strideA[kMaxRank], strideB[kMaxRank];
};

// A depthwise convolution with one filter a channel, over NHWC.
struct DepthwiseShape {
  int64_t images, height, width, channels, kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight,
      dilationWidth, padTop, padLeft, outHeight, outWidth;
};
// y = x (bias + alpha sum of x^2 over `radius` channels on both sides)^-beta
struct LrnRule {
  int64_t radius;
  float bias, alpha, beta;
};
struct ResizeShape {
  int64_t images, height, width, channels, outHeight, outWidth, alignCorners, halfPixelCenters,
      nearest;  // the last three 0 or 1
};

struct AdamRule {
  float learningRate, weightDecay, beta1, beta2, epsilon, correction1, correction2;
  bool decoupled;
};
struct SgdRule {
  float learningRate, weightDecay, momentum;
  bool nesterov;
};

struct KernelTable {
  const char* name;
  bool ownProducts;  // pointwiseBackwardWeights beats oneDNN's, measured
  bool ownModules;   // moduleForward beats oneDNN's convolutions one by one, measured
  // Biased mean and variance of each channel.
  void (*channelStatistics)(const View& z, const Extent&, float* mean, float* variance);
  // y = z * scale + shift, then the ReLU.
  void (*scaleShift)(const View& z, const View& y, const Extent&, const float* scale, const float* shift, bool relu);
  // Sums over positions of g and of g * (z - mean) * inverseDeviation, g being dy where the ReLU let z through.
  void (*gradientSums)(const View& dy, const View& z, const Extent&, const float* scale, const float* shift, bool relu,
                       const float* mean, const float* inverseDeviation, float* sumG, float* sumGx);
  // dz = a * g + b * z + c.
  void (*gradientApply)(const View& dy, const View& z, const View& dz, const Extent&, const float* scale,
                        const float* shift, bool relu, const float* a, const float* b, const float* c);
  // Copies between views, converting where their types differ.
  void (*convert)(const View& from, const View& to, const Extent&);
  // `winner` is the index, inside the window, of the first largest value; y or winner may be null.
  void (*maxPool)(const float* x, float* y, uint8_t* winner, const PoolShape&);
  void (*maxPoolGradient)(const uint8_t* winner, const float* dy, float* dx, const PoolShape&, bool accumulate);
  void (*averagePool)(const float* x, float* y, const PoolShape&);
  void (*averagePoolGradient)(const float* dy, float* dx, const PoolShape&);
  void (*binary)(Binary, const float* a, const float* b, float* out, const Broadcast&);
  void (*unary)(Unary, const float* x, float* y, int64_t count, float low, float high);
  // x seen as [outer, length, inner], reduced over length.
  void (*reduce)(Reduction, const float* x, float* y, int64_t outer, int64_t length, int64_t inner);
  void (*softmax)(const float* x, float* y, int64_t rows, int64_t columns);
  // See kernels_winograd.h.
  void (*winogradWeights)(const float* weights, const WinogradShape&, float* transformed);
  // y = the convolution + shift (may be null), then the ReLU.
  void (*winogradForward)(const float* x, const float* transformed, const float* shift, bool relu, float* y,
                          const WinogradShape&, float* scratch);
  void (*winogradBackwardWeights)(const float* x, const float* dy, float* dweights, const WinogradShape&,
                                  float* scratch, float* sums, int threads);
  // See kernels_product.h; inputs are even in number.
  void (*pointwiseBackwardWeights)(const float* x, const float* dy, float* dweights, const ProductShape&,
                                   float* scratch, float* sums, int threads);
  // See kernels_module.h. A bias may be null. Scratch memory: threads * (ownFloats + keptFloats).
  void (*modulePack)(const ModuleUnit&, const float* weights, const float* bias, float* packed);
  void (*moduleForward)(const ModulePass&, float* scratch, int threads);
  // One stretch of a weight each; not threaded themselves.
  void (*adam)(float* parameter, const float* gradient, float* m, float* v, int64_t count, const AdamRule&);
  void (*sgd)(float* parameter, const float* gradient, float* velocity, int64_t count, const SgdRule&);
  void (*average)(const float* parameter, float* average, int64_t count, float decay);
  // See kernels_image.h.
  void (*depthwise)(const float* x, const float* filter, const float* bias, float* y, const DepthwiseShape&, float low,
                    float high);
  void (*depthwiseInput)(const float* dy, const float* filter, float* dx, const DepthwiseShape&);
  void (*depthwiseFilter)(const float* x, const float* dy, float* dfilter, const DepthwiseShape&, float* sums,
                          int threads);
  void (*lrn)(const float* x, float* y, const Extent&, const LrnRule&);
  void (*lrnGradient)(const float* x, const float* y, const float* dy, float* dx, const Extent&, const LrnRule&);
  void (*resizeBilinear)(const float* x, float* y, const ResizeShape&);
  void (*resizeGradient)(const float* dy, float* dx, const ResizeShape&);
};

namespace kernels_base {
const KernelTable& table();
}
namespace kernels_avx2 {
const KernelTable& table();
}
namespace kernels_avx512 {
const KernelTable& table();
}

}  // namespace googlenet
