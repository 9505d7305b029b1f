// Vectors of the compiler, as wide as the instruction set that this file is compiled for: the one source of all
// kernels. The operators + - * / < > ?: work on whole vectors; a * b + c becomes a fused multiply-add where the
// processor has one. Part of kernels_table.h.
#if defined(__AVX512F__)
constexpr int64_t kLanes = 16, kRegisters = 32;
#elif defined(__AVX__)
constexpr int64_t kLanes = 8, kRegisters = 16;
#elif defined(__aarch64__)
constexpr int64_t kLanes = 4, kRegisters = 32;
#else
constexpr int64_t kLanes = 4, kRegisters = 16;
#endif
typedef float Lanes __attribute__((vector_size(kLanes * 4)));

inline Lanes loadAll(const float* from) {
  Lanes v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
inline void storeAll(float* to, const Lanes& v) { std::memcpy(to, &v, sizeof v); }

// Which lanes of a vector are channels that exist; the others are neither read nor written, and read as zero.
struct AllLanes {};
inline Lanes loadSome(const float* from, AllLanes) { return loadAll(from); }
inline void storeSome(float* to, const Lanes& v, AllLanes) { storeAll(to, v); }

#if defined(__AVX512F__)
struct SomeLanes {
  __mmask16 mask;
  explicit SomeLanes(int64_t count) : mask(static_cast<__mmask16>(count >= kLanes ? 0xffff : (1 << count) - 1)) {}
};
inline Lanes loadSome(const float* from, SomeLanes lanes) {
  return reinterpret_cast<Lanes>(_mm512_maskz_loadu_ps(lanes.mask, from));
}
inline void storeSome(float* to, const Lanes& v, SomeLanes lanes) {
  _mm512_mask_storeu_ps(to, lanes.mask, reinterpret_cast<__m512>(v));
}
#elif defined(__AVX__)
struct SomeLanes {
  __m256i mask;
  explicit SomeLanes(int64_t count) {
    alignas(32) static constexpr int32_t kMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    mask = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMasks + kLanes - std::min(kLanes, count)));
  }
};
inline Lanes loadSome(const float* from, const SomeLanes& lanes) {
  return reinterpret_cast<Lanes>(_mm256_maskload_ps(from, lanes.mask));
}
inline void storeSome(float* to, const Lanes& v, const SomeLanes& lanes) {
  _mm256_maskstore_ps(to, lanes.mask, reinterpret_cast<__m256>(v));
}
#else
struct SomeLanes {
  int64_t count;
  explicit SomeLanes(int64_t all) : count(std::min(kLanes, all)) {}
};
inline Lanes loadSome(const float* from, SomeLanes lanes) {
  Lanes v = {};
  for (int64_t i = 0; i < lanes.count; ++i) v[i] = from[i];
  return v;
}
inline void storeSome(float* to, const Lanes& v, SomeLanes lanes) {
  for (int64_t i = 0; i < lanes.count; ++i) to[i] = v[i];
}
#endif

// Calls f(first channel, lanes) for each vector of `channels` channels. Masks cost nothing with AVX-512; elsewhere
// whole vectors do without.
template <typename F>
inline void forVectors(int64_t channels, F f) {
#if defined(__AVX512F__)
  for (int64_t c = 0; c < channels; c += kLanes) f(c, SomeLanes(channels - c));
#else
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) f(c, AllLanes{});
  if (c < channels) f(c, SomeLanes(channels - c));
#endif
}
