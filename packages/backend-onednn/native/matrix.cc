// Matrix products, batched, with either side transposed.
#include "call.h"
#include "runtime.h"

namespace googlenet {
namespace {

struct MatrixShape {
  int64_t batchA, batchB, m, k, n;
};

// matMul(shape, a, b, c, transposeA, transposeB): a batch of 1 meets every matrix of the other side.
void matMul(Call& call) {
  const PhaseTimer timer(Phase::matrix);
  const auto [batchA, batchB, m, k, n] = call.shape<MatrixShape>(
      0, "shape", {&MatrixShape::batchA, &MatrixShape::batchB, &MatrixShape::m, &MatrixShape::k, &MatrixShape::n});
  const int64_t batch = std::max(batchA, batchB);
  const float* a = call.floats(1, "a", checkedProduct(call, "a", {batchA, m, k}));
  const float* b = call.floats(2, "b", checkedProduct(call, "b", {batchB, k, n}));
  float* c = call.floats(3, "c", checkedProduct(call, "c", {batch, m, n}));
  if (batchA != batchB && batchA != 1 && batchB != 1) call.failRange("expected equal batches, or one of 1");
  const bool transposeA = call.integer(4, "transposeA", 0, 1) == 1,
             transposeB = call.integer(5, "transposeB", 0, 1) == 1;
  for (int64_t i = 0; i < batch; ++i) {
    const auto status =
        dnnl_sgemm(transposeA ? 'T' : 'N', transposeB ? 'T' : 'N', m, n, k, 1.0f, a + (batchA == 1 ? 0 : i * m * k),
                   transposeA ? m : k, b + (batchB == 1 ? 0 : i * k * n), transposeB ? k : n, 0.0f, c + i * m * n, n);
    if (status != dnnl_success) throw dnnl::error(status, "sgemm");
  }
}

}  // namespace

const std::vector<Export> kMatrixExports = {{"matMul", matMul}};

}  // namespace googlenet
