// Products of matrices whose sums stay in registers, and the gradient of the weights of 1x1 convolutions. Part of
// kernels_table.h. Of a product's block: 28 accumulators where there are 32 registers, 12 where there are 16.
constexpr int64_t kRows = kRegisters == 32 ? 14 : 6, kColumns = 2 * kLanes;
inline int64_t padded(int64_t channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

// c[row][column] (+)= sum over k (summed by itself first, which keeps long sums exact) of a(row, k) b[k][column], a
// block of Rows x (kLanes Vectors); a(row, k) is a[row * ra + k * ka].
template <int Rows, int Vectors, bool Accumulate>
inline void productBlock(const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t depth, float* c,
                         int64_t rc) {
  Lanes sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sum[r][v] = Lanes{};
  for (int64_t k = 0; k < depth; ++k) {
    Lanes row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = loadAll(b + k * kb + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const float left = a[r * ra + k * ka];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[r][v] += left * row[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v)
      storeAll(c + r * rc + v * kLanes, Accumulate ? loadAll(c + r * rc + v * kLanes) + sum[r][v] : sum[r][v]);
}

template <int Rows, bool Accumulate>
inline void productStrip(const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width,
                         int64_t depth, float* c, int64_t rc) {
  if (width == kColumns)
    productBlock<Rows, 2, Accumulate>(a, ra, ka, b, kb, depth, c, rc);
  else
    productBlock<Rows, 1, Accumulate>(a, ra, ka, b, kb, depth, c, rc);
}

// The last rows, fewer than kRows.
template <int Most, bool Accumulate>
inline void productRest(int64_t rows, const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width,
                        int64_t depth, float* c, int64_t rc) {
  if constexpr (Most > 0) {
    if (rows == Most) return productStrip<Most, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
    productRest<Most - 2, Accumulate>(rows, a, ra, ka, b, kb, width, depth, c, rc);
  }
}

// An even number of rows.
template <bool Accumulate>
inline void productRows(int64_t rows, const float* a, int64_t ra, int64_t ka, const float* b, int64_t kb, int64_t width,
                        int64_t depth, float* c, int64_t rc) {
  for (; rows >= kRows; rows -= kRows, a += kRows * ra, c += kRows * rc)
    productStrip<kRows, Accumulate>(a, ra, ka, b, kb, width, depth, c, rc);
  productRest<kRows - 2, Accumulate>(rows, a, ra, ka, b, kb, width, depth, c, rc);
}

// Tiles of a block: at most `most`, a multiple of `multiple`, so that every thread gets as many blocks as the others.
inline int64_t tilesOfBlock(int64_t count, int64_t threads, int64_t most, int64_t multiple) {
  const int64_t share = (count + threads - 1) / threads, blocks = (share + most - 1) / most;
  return (share + blocks * multiple - 1) / (blocks * multiple) * multiple;
}

// dweights[input][output] = the sum over positions of x[position][input] dy[position][output]. oneDNN's own runs at
// half of an AVX2 processor's peak and sums all positions in one go. Inputs are even in number: the products take rows
// by two.
void pointwiseBackwardWeights(const float* x, const float* dy, float* dweights, const ProductShape& s, float* scratch,
                              float* sums, int threads) {
  const int64_t columns = padded(s.outputs), size = s.inputs * columns;
  const int64_t length = tilesOfBlock(s.positions, threads, kBlockPositions, 1),
                blocks = (s.positions + length - 1) / length;
#pragma omp parallel num_threads(threads)
  {
    float* packed = scratch + omp_get_thread_num() * productScratch(s);
    float* sum = sums + omp_get_thread_num() * productSums(s);
    std::memset(sum, 0, static_cast<size_t>(size) * sizeof(float));
#pragma omp for schedule(static)
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * length, depth = std::min(length, s.positions - first);
      for (int64_t o = 0; o < columns; o += kColumns) {
        const int64_t width = std::min(kColumns, columns - o);
        for (int64_t k = 0; k < depth; ++k)
          forVectors(std::min(width, s.outputs - o), [&](int64_t c, auto lanes) {
            storeAll(packed + k * width + c, loadSome(dy + (first + k) * s.outputs + o + c, lanes));
          });
        productRows<true>(s.inputs, x + first * s.inputs, 1, s.inputs, packed, width, width, depth, sum + o * s.inputs,
                          width);
      }
    }
#pragma omp for schedule(static)
    for (int64_t i = 0; i < s.inputs; ++i)
      forVectors(s.outputs, [&](int64_t o, auto lanes) {
        const int64_t panel = o / kColumns * kColumns,
                      at = panel * s.inputs + i * std::min(kColumns, columns - panel) + o - panel;
        Lanes all = {};
        for (int t = 0; t < threads; ++t) all += loadAll(sums + t * productSums(s) + at);
        storeSome(dweights + i * s.outputs + o, all, lanes);
      });
  }
}
