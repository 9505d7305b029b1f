// The plan of an Inception module: its convolutions, and where everything lies that the gradient wants back.
#pragma once
#include <cstdint>
#include <vector>

#include "call.h"
#include "convolution.h"
#include "kernels.h"

namespace googlenet {

constexpr int kFromInput = -1, kFromPool = -2;

struct Unit {
  int64_t kernel, inputs, outputs;
  int source;            // kFromInput, kFromPool, or the unit whose activation it reads
  int64_t slice;         // the first channel of y that it writes, or -1 where another unit reads it
  bool joined;           // one of the 1x1 convolutions of the input, which run as one
  int64_t column;        // its first channel in the joined convolution
  bool winograd;         // a convolution that the Winograd kernels run, in float
  bool bf16;             // of its own convolution's tensors
  bool outBf16;          // of its activation: what the reader wants
  size_t z, activation;  // byte offsets into the saved memory
};

struct InceptionPlan {
  InceptionPlan(const Call& call, const std::vector<int32_t>& config);

  int64_t batch, height, width, inputs, outputs, joinedOutputs = 0, poolSlice = -1;
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
  void addUnit(int64_t kernel, int64_t in, int64_t out, int source, int64_t slice, bool read);
  size_t reserve(size_t bytes);
};

}  // namespace googlenet
