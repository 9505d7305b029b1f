#include "runtime.h"

#include <omp.h>
#if defined(__linux__)
#include <sys/mman.h>
#elif defined(_WIN32)
#include <malloc.h>
#endif
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "call.h"
#include "contention.h"

namespace googlenet {
namespace {

int gThreads = 0;  // 0: as many as OpenMP gives
bool gWinograd = true;
std::atomic<int64_t> gAllocatedBytes{0};

double gPhaseSeconds[static_cast<size_t>(Phase::count)] = {};

constexpr unsigned kFlushDenormals = 0x8040;  // FTZ and DAZ of the MXCSR register

unsigned flushDenormals() {
#if defined(__x86_64__)
  const unsigned control = _mm_getcsr();
  if ((control & kFlushDenormals) != kFlushDenormals) _mm_setcsr(control | kFlushDenormals);
  return control;
#else
  return 0;
#endif
}

std::multimap<size_t, void*>& freeScratch() {
  static std::multimap<size_t, void*> list;
  return list;
}

}  // namespace

dnnl::engine& dnnlEngine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& dnnlStream() {
  static dnnl::stream stream(dnnlEngine());
  return stream;
}

namespace {

#if defined(__x86_64__)
const KernelTable& (*const kLevels[])() = {kernels_base::table, kernels_avx2::table, kernels_avx512::table};

size_t highestLevel() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq"))
    return 2;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}

// The level that a name of ours (base, avx2, avx512) or of oneDNN's (SSE41, AVX, AVX2, AVX2_VNNI, AVX512_CORE, ...)
// allows; the highest for any other.
size_t levelNamed(const char* value) {
  std::string name = value == nullptr ? "" : value;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name == "base" || name == "sse41" || name == "avx") return 0;
  return name.rfind("avx2", 0) == 0 ? 1 : 2;
}
#endif

const KernelTable& chooseKernels() {
#if defined(__x86_64__)
  size_t level = highestLevel();
  for (const char* variable : {"GOOGLENET_ONEDNN_LEVEL", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"})
    level = std::min(level, levelNamed(std::getenv(variable)));
  return kLevels[level]();
#else
  return kernels_base::table();
#endif
}

// GOOGLENET_ONEDNN_LEVEL holds oneDNN back as well; its own variables do so by themselves. Called before oneDNN makes
// anything.
void holdOneDnnBack() {
#if defined(__x86_64__)
  const size_t level = levelNamed(std::getenv("GOOGLENET_ONEDNN_LEVEL"));
  if (level < 2) dnnl_set_max_cpu_isa(level == 0 ? dnnl_cpu_isa_sse41 : dnnl_cpu_isa_avx2);
#endif
}

}  // namespace

const KernelTable& kernels() {
  static const KernelTable& table = chooseKernels();
  return table;
}

#if defined(_WIN32)
SignalScope::SignalScope() {}
SignalScope::~SignalScope() {}
#else
namespace {

// All but those that an instruction of this thread's own raises.
sigset_t foreignSignals() {
  sigset_t set;
  sigfillset(&set);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&set, own);
  return set;
}

}  // namespace

SignalScope::SignalScope() {
  static const sigset_t set = foreignSignals();
  pthread_sigmask(SIG_BLOCK, &set, &saved_);
}
SignalScope::~SignalScope() { pthread_sigmask(SIG_SETMASK, &saved_, nullptr); }
#endif

CallScope::CallScope() : savedControl_(flushDenormals()) {
  static thread_local int preparedThreads = -1;
  static const bool held = (holdOneDnnBack(), true);
  static_cast<void>(held);
  omp_set_dynamic(0);
  watchContention(threadCount());
  if (preparedThreads == gThreads) return;
  if (gThreads > 0) omp_set_num_threads(gThreads);
  preparedThreads = gThreads;
  // The threads of the team begin here, and keep signals away as the one that begins them does.
#pragma omp parallel
  flushDenormals();
}

CallScope::~CallScope() {
#if defined(__x86_64__)
  _mm_setcsr(savedControl_);
#endif
}

DenormalScope::DenormalScope() {
#if defined(__x86_64__)
  savedControl_ = _mm_getcsr();
  _mm_setcsr(savedControl_ & ~kFlushDenormals);
#endif
}

DenormalScope::~DenormalScope() {
#if defined(__x86_64__)
  _mm_setcsr(savedControl_);
#endif
}

int threadCount() { return gThreads > 0 ? gThreads : omp_get_max_threads(); }
bool winogradEnabled() { return gWinograd; }

namespace {

// On a busy machine processor time says more than the clock: build with CXXFLAGS=-DGOOGLENET_PROFILE_CPU_TIME.
double phaseClock() {
#if defined(GOOGLENET_PROFILE_CPU_TIME)
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
#else
  return omp_get_wtime();
#endif
}

}  // namespace

PhaseTimer::PhaseTimer(Phase phase) : phase_(phase), start_(phaseClock()) {}
PhaseTimer::~PhaseTimer() { gPhaseSeconds[static_cast<size_t>(phase_)] += phaseClock() - start_; }

void* alignedAllocate(size_t bytes) {
  constexpr size_t kHugePage = size_t{2} << 20;
  const bool large = bytes >= kHugePage;
  const size_t alignment = large ? kHugePage : 64;
#if defined(_WIN32)
  void* memory = _aligned_malloc(bytes, alignment);
#else
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
#endif
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  if (large) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  gAllocatedBytes += static_cast<int64_t>(bytes);
  return memory;
}

void alignedFree(void* memory, size_t bytes) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
  gAllocatedBytes -= static_cast<int64_t>(bytes);
}

Scratch::Scratch(size_t bytes) {
  const size_t wanted = std::max<size_t>(64, bytes);
  auto& list = freeScratch();
  const auto found = list.lower_bound(wanted);
  if (found != list.end() && found->first <= wanted + wanted / 2 + 65536) {
    capacity_ = found->first;
    memory_ = found->second;
    list.erase(found);
    return;
  }
  capacity_ = (wanted + 4095) / 4096 * 4096;
  memory_ = alignedAllocate(capacity_);
}

Scratch::Scratch(Scratch&& other) noexcept : memory_(other.memory_), capacity_(other.capacity_) {
  other.memory_ = nullptr;
}

Scratch::~Scratch() {
  if (memory_ != nullptr) freeScratch().emplace(capacity_, memory_);
}

namespace {

// setThreads(count): 0 means all.
void setThreads(Call& call) { gThreads = static_cast<int>(call.integer(0, "threads", 0, 1024)); }

void setWinograd(Call& call) { gWinograd = call.integer(0, "on", 0, 1) == 1; }

void releaseExternal(napi_env, void* data, void* hint) { alignedFree(data, reinterpret_cast<size_t>(hint)); }

// allocate(bytes): an aligned ArrayBuffer. Where JavaScript has none of that size (Node 20: above 4 GiB), Node has an
// exception pending and frees the memory by releaseExternal itself.
void allocate(Call& call) {
  constexpr int64_t kMost = int64_t{1} << 40;
  const int64_t wanted = call.integer(0, "bytes", 1, int64_t{1} << 53);
  if (wanted > kMost) throw std::bad_alloc();
  const auto bytes = static_cast<size_t>(wanted);
  void* memory = alignedAllocate(bytes);
  if (napi_create_external_arraybuffer(call.env, memory, bytes, releaseExternal, reinterpret_cast<void*>(bytes),
                                       &call.result) == napi_ok)
    return;
  bool pending = false;
  napi_is_exception_pending(call.env, &pending);
  if (pending) {
    napi_value exception = nullptr;
    napi_get_and_clear_last_exception(call.env, &exception);
  } else {
    alignedFree(memory, bytes);
  }
  throw std::bad_alloc();
}

void trimScratch(Call&) {
  for (const auto& [capacity, memory] : freeScratch()) alignedFree(memory, capacity);
  freeScratch().clear();
}

napi_value text(napi_env env, const char* value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value numeric(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

// info(): versions, instruction set, threads, memory.
void info(Call& call) {
  const napi_env env = call.env;
  napi_create_object(env, &call.result);
  const dnnl_version_t* version = dnnl_version();
  const auto versionText =
      std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
  bool bf16 = false;
#if defined(__x86_64__)
  bf16 = __builtin_cpu_supports("avx512bf16");
#endif
  napi_value flag = nullptr, spins = nullptr;
  napi_get_boolean(env, bf16, &flag);
  napi_get_boolean(env, isSpinning(), &spins);
  napi_set_named_property(env, call.result, "oneDnnVersion", text(env, versionText.c_str()));
  napi_set_named_property(env, call.result, "instructionSet", text(env, kernels().name));
  napi_set_named_property(env, call.result, "threads", numeric(env, threadCount()));
  napi_set_named_property(env, call.result, "allocatedBytes",
                          numeric(env, static_cast<double>(gAllocatedBytes.load())));
  napi_set_named_property(env, call.result, "bf16", flag);
  napi_set_named_property(env, call.result, "spins", spins);
}

// profile(): milliseconds by phase since the last call.
void profile(Call& call) {
  constexpr const char* kNames[] = {"convolution", "weightReorder", "normalization", "pooling",
                                    "matrix",      "pointwise",     "optimizer",     "copy"};
  napi_create_object(call.env, &call.result);
  for (size_t i = 0; i < static_cast<size_t>(Phase::count); ++i) {
    napi_set_named_property(call.env, call.result, kNames[i], numeric(call.env, gPhaseSeconds[i] * 1e3));
    gPhaseSeconds[i] = 0;
  }
}

}  // namespace

const std::vector<Export> kRuntimeExports = {{"setThreads", setThreads},
                                             {"setWinograd", setWinograd},
                                             {"allocate", allocate},
                                             {"trimScratch", trimScratch},
                                             {"info", info},
                                             {"profile", profile}};

}  // namespace googlenet
