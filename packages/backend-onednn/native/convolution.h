// One convolution primitive for one shape, kept with everything that is needed to run it again.
#pragma once
#include <dnnl.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace googlenet {

struct ConvolutionShape {
  int64_t batch, height, width, inputs, kernelHeight, kernelWidth, outputs, strideHeight, strideWidth, dilationHeight,
      dilationWidth, padTop, padLeft, outHeight, outWidth;
};

enum class Direction { forward, backwardData, backwardWeights };
enum class Fused { none, relu };

struct ConvolutionOptions {
  bool bf16 = false;  // activations (and the weights inside) in bf16; weights come and go in float
  bool bias = false;
  Fused fused = Fused::none;
};

class Convolution {
 public:
  Convolution(const ConvolutionShape&, Direction, const ConvolutionOptions&);
  // The one for this shape, made on first use. Throws dnnl::error where oneDNN has none.
  static Convolution& get(const ConvolutionShape&, Direction, const ConvolutionOptions&);
  // Weights are HWIO floats. The names say which side is written.
  void forward(const void* x, const float* weights, const float* bias, void* y) { run(x, weights, nullptr, bias, y); }
  // The same with weights that pack() has made.
  void forwardPacked(const void* x, const void* packed, const float* bias, void* y) {
    run(x, nullptr, packed, bias, y);
  }
  // The bytes of packed weights; 0 where the primitive takes them as they are.
  size_t packedBytes() const { return reordersWeights_ ? weights_.get_size() : 0; }
  void pack(const float* weights, void* packed);
  void backwardData(const void* dy, const float* weights, void* dx);
  void backwardWeights(const void* x, const void* dy, float* dweights);

 private:
  void run(const void* x, const float* weights, const void* packed, const float* bias, void* y);
  void execute(std::unordered_map<int, dnnl::memory>& arguments);
  dnnl::memory wrap(const dnnl::memory::desc&, const void* data) const;

  dnnl::primitive primitive_;
  dnnl::reorder reorder_;
  dnnl::memory::desc source_, destination_, weights_, plainWeights_, bias_, scratchpad_;
  bool reordersWeights_ = false;
  bool ownProducts_ = false;  // the gradient of the weights is pointwiseBackwardWeights
  ConvolutionShape shape_;
};

}  // namespace googlenet
