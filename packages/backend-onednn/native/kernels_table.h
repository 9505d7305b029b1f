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
#include <type_traits>
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

#include "kernels_module.h"

KernelTable makeTable() {
  KernelTable t{};
  t.name = KERNEL_NAME;
  t.ownProducts = kRegisters == 16;
  t.ownModules = kRegisters == 16;
  t.channelStatistics = channelStatistics;
  t.scaleShift = scaleShift;
  t.gradientSums = gradientSums;
  t.gradientApply = gradientApply;
  t.convert = convert;
  t.maxPool = maxPool;
  t.maxPoolGradient = maxPoolGradient;
  t.averagePool = averagePool;
  t.averagePoolGradient = averagePoolGradient;
  t.binary = binary;
  t.unary = unary;
  t.reduce = reduce;
  t.softmax = softmax;
  t.winogradWeights = winogradWeights;
  t.winogradForward = winogradForward;
  t.winogradBackwardWeights = winogradBackwardWeights;
  t.pointwiseBackwardWeights = pointwiseBackwardWeights;
  t.modulePack = modulePack;
  t.moduleForward = moduleForward;
  t.adam = adam;
  t.sgd = sgd;
  t.average = average;
  t.depthwise = depthwise;
  t.depthwiseInput = depthwiseInput;
  t.depthwiseFilter = depthwiseFilter;
  t.lrn = lrn;
  t.lrnGradient = lrnGradient;
  t.resizeBilinear = resizeBilinear;
  t.resizeGradient = resizeGradient;
  return t;
}

}  // namespace

const KernelTable& table() {
  static const KernelTable instance = makeTable();
  return instance;
}

}  // namespace KERNEL_NAMESPACE
}  // namespace googlenet
