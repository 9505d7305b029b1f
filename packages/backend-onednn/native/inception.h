// The plan of an Inception module: its convolutions, and where everything lies that the gradient wants back.
#pragma once
#include <cstdint>
#include <vector>

#include "call.h"
#include "convolution.h"
#include "kernels.h"

namespace googlenet {

// What the caller says of a module; UnitShape is what it says of each of its convolutions.
struct ModuleShape {
  int64_t batch, height, width, inputs, outputs;
  int64_t pooledChannel;  // the first channel of y that is the pooled input itself, or kNowhere
  int64_t relu, bf16;     // 0 or 1
};

struct Unit : UnitShape {
  bool joined = false;           // one of the 1x1 convolutions of the input, which run as one
  int64_t column = 0;            // its first channel in the joined convolution
  bool winograd = false;         // a convolution that the Winograd kernels run, in float
  bool bf16 = false;             // of its own convolution's tensors
  bool outBf16 = false;          // of its activation: what the reader wants
  size_t z = 0, activation = 0;  // byte offsets into the saved memory

  bool isRead() const { return outputChannel == kNowhere; }
};

struct InceptionPlan {
  // The arguments 0 and 1 of the call: the module and its units.
  explicit InceptionPlan(const Call& call);

  int64_t batch, height, width, inputs, outputs, joinedOutputs = 0, pooledChannel;
  bool relu, bf16;
  std::vector<Unit> units;
  size_t joined = 0, pooled = 0, winner = 0, compactInput = 0, savedBytes = 0;

  Extent extent(int64_t channels) const { return {positions(), channels}; }
  int64_t positions() const { return batch * height * width; }
  PoolShape pool() const { return {batch, height, width, inputs, 3, 3, 1, 1, 1, 1, height, width}; }
  ConvolutionShape convolution(int64_t kernel, int64_t in, int64_t out) const;
  size_t bytesOf(int64_t channels, bool compact) const;
  // A slice of a float NHWC tensor that has `all` channels.
  static View sliceOf(float* memory, int64_t all, int64_t from) { return {memory + from, all}; }
  // The unit's convolution output inside the joined or its own memory.
  View zView(const Unit& unit, char* base, char* joinedBase) const;

 private:
  void check(const Call& call) const;
  Unit planned(const UnitShape& shape) const;
  size_t reserve(size_t bytes);
};

}  // namespace googlenet
