// The table of one instruction set. KERNEL_NAMESPACE and KERNEL_NAME come from the including file.
// Everything here has internal linkage, so that no copy is shared between instruction sets.
#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels.h"

namespace googlenet {
namespace KERNEL_NAMESPACE {
namespace {

constexpr int64_t kSmall = 16384;  // below this many values a second thread costs more than it gives

#include "simd.h"

#include "kernels_normalization.h"
#include "kernels_optimizer.h"
#include "kernels_pointwise.h"
#include "kernels_pooling.h"
#include "kernels_image.h"
#include "kernels_product.h"

#include "kernels_winograd.h"

}  // namespace

const KernelTable& table() {
  static const KernelTable instance = {KERNEL_NAME, kRegisters == 16, channelStatistics, scaleShift,  gradientSums,        gradientApply, convert,
                                       maxPool,     maxPoolGradient,   averagePool, averagePoolGradient, binary,        unary,
                                       reduce,      softmax,           winogradWeights, winogradForward, winogradBackwardWeights, pointwiseBackwardWeights,
                                       adam,        sgd,               average,
                                       depthwise,   depthwiseInput,    depthwiseFilter, lrn,             lrnGradient,   resizeBilinear};
  return instance;
}

}  // namespace KERNEL_NAMESPACE
}  // namespace googlenet
