// The oneDNN engine, its threads, and memory that is taken once and used again.
#pragma once
#include <dnnl.hpp>
#if !defined(_WIN32)
#include <signal.h>
#endif

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels.h"

namespace googlenet {

dnnl::engine& dnnlEngine();
dnnl::stream& dnnlStream();

// The vector kernels for this processor.
const KernelTable& kernels();

// Keeps signals from the calling thread until it ends. oneDNN's products of matrices (2.6.3, AVX2) point the stack
// register into memory of their own: the frame of a signal, such as Ctrl-C or a profiler's, would overwrite the heap.
class SignalScope {
 public:
  SignalScope();
  ~SignalScope();
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;

 private:
#if !defined(_WIN32)
  sigset_t saved_;
#endif
};

// Prepares the calling thread for one native call: thread count, and until it ends no signals, and denormals flushed to
// zero.
class CallScope {
 public:
  CallScope();
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  const SignalScope signals_;
  unsigned savedControl_;
};

// Lets denormal numbers be what they are on the calling thread until it ends.
class DenormalScope {
 public:
  DenormalScope();
  ~DenormalScope();
  DenormalScope(const DenormalScope&) = delete;
  DenormalScope& operator=(const DenormalScope&) = delete;

 private:
  unsigned savedControl_ = 0;
};

int threadCount();
bool winogradEnabled();

// Where the time goes; `profile()` reports it.
enum class Phase { convolution, weightReorder, normalization, pooling, matrix, pointwise, optimizer, copy, count };
class PhaseTimer {
 public:
  explicit PhaseTimer(Phase phase);
  ~PhaseTimer();
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

 private:
  Phase phase_;
  double start_;
};

// 64-byte aligned memory; large blocks ask for huge pages. Throws std::bad_alloc.
void* alignedAllocate(size_t bytes);
void alignedFree(void* memory, size_t bytes);

// Scratch memory of one call, given back to a list when it goes out of scope and handed out again by the next one.
class Scratch {
 public:
  explicit Scratch(size_t bytes);
  ~Scratch();
  Scratch(Scratch&& other) noexcept;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void* data() const { return memory_; }
  float* floats() const { return static_cast<float*>(memory_); }

 private:
  void* memory_ = nullptr;
  size_t capacity_ = 0;
};
inline Scratch scratchFloats(int64_t count) { return Scratch(static_cast<size_t>(count) * sizeof(float)); }

}  // namespace googlenet
