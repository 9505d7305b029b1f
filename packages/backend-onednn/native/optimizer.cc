// Optimizer steps over all weights in one call, in place.
#include <algorithm>
#include <cmath>

#include "call.h"
#include "runtime.h"

namespace googlenet {
namespace {

struct Stretch {
  size_t tensor;
  int64_t from, count;
};

// Cuts all weights into pieces that threads can share.
std::vector<Stretch> cut(const std::vector<Floats>& tensors) {
  constexpr int64_t kPiece = 16384;
  std::vector<Stretch> pieces;
  for (size_t t = 0; t < tensors.size(); ++t)
    for (int64_t from = 0; from < static_cast<int64_t>(tensors[t].length); from += kPiece)
      pieces.push_back({t, from, std::min(kPiece, static_cast<int64_t>(tensors[t].length) - from)});
  return pieces;
}

std::vector<Floats> readMatching(const Call& call, size_t index, const char* what, const std::vector<Floats>& like) {
  auto list = call.floatList(index, what);
  if (list.size() != like.size())
    call.failRange(std::string("expected ") + std::to_string(like.size()) + " arrays in " + what);
  for (size_t i = 0; i < list.size(); ++i)
    if (list[i].length != like[i].length)
      call.failRange(std::string("expected arrays of the parameters' sizes in ") + what);
  return list;
}

template <typename F>
void forPieces(const std::vector<Stretch>& pieces, F f) {
  const auto count = static_cast<int64_t>(pieces.size());
#pragma omp parallel for schedule(static) if (count > 1)
  for (int64_t i = 0; i < count; ++i) f(pieces[static_cast<size_t>(i)]);
}

struct AdamNumbers {
  double beta1, beta2, epsilon, step, decoupled;
};
struct SgdNumbers {
  double momentum, nesterov;
};

// adamStep(params, grads, ms, vs, learningRates, weightDecays, rule)
void adamStep(Call& call) {
  const PhaseTimer timer(Phase::optimizer);
  const auto parameters = call.floatList(0, "params");
  const auto gradients = readMatching(call, 1, "grads", parameters), ms = readMatching(call, 2, "ms", parameters),
             vs = readMatching(call, 3, "vs", parameters);
  const auto rates = call.numbers(4, "learningRates", parameters.size()),
             decays = call.numbers(5, "weightDecays", parameters.size());
  const auto n = call.rule<AdamNumbers>(
      6, "rule",
      {&AdamNumbers::beta1, &AdamNumbers::beta2, &AdamNumbers::epsilon, &AdamNumbers::step, &AdamNumbers::decoupled});
  const auto& kernel = kernels();
  const auto correction1 = static_cast<float>(1 - std::pow(n.beta1, n.step)),
             correction2 = static_cast<float>(1 - std::pow(n.beta2, n.step));
  forPieces(cut(parameters), [&](const Stretch& s) {
    const AdamRule rule = {static_cast<float>(rates[s.tensor]),
                           static_cast<float>(decays[s.tensor]),
                           static_cast<float>(n.beta1),
                           static_cast<float>(n.beta2),
                           static_cast<float>(n.epsilon),
                           correction1,
                           correction2,
                           n.decoupled != 0};
    kernel.adam(parameters[s.tensor].data + s.from, gradients[s.tensor].data + s.from, ms[s.tensor].data + s.from,
                vs[s.tensor].data + s.from, s.count, rule);
  });
}

// sgdStep(params, grads, velocities (empty without momentum), learningRates, weightDecays, rule)
void sgdStep(Call& call) {
  const PhaseTimer timer(Phase::optimizer);
  const auto parameters = call.floatList(0, "params");
  const auto gradients = readMatching(call, 1, "grads", parameters);
  const auto rates = call.numbers(3, "learningRates", parameters.size()),
             decays = call.numbers(4, "weightDecays", parameters.size());
  const auto n = call.rule<SgdNumbers>(5, "rule", {&SgdNumbers::momentum, &SgdNumbers::nesterov});
  std::vector<Floats> velocities;
  if (n.momentum != 0) velocities = readMatching(call, 2, "velocities", parameters);
  const auto& kernel = kernels();
  forPieces(cut(parameters), [&](const Stretch& s) {
    const SgdRule rule = {static_cast<float>(rates[s.tensor]), static_cast<float>(decays[s.tensor]),
                          static_cast<float>(n.momentum), n.nesterov != 0};
    kernel.sgd(parameters[s.tensor].data + s.from, gradients[s.tensor].data + s.from,
               velocities.empty() ? nullptr : velocities[s.tensor].data + s.from, s.count, rule);
  });
}

// emaStep(params, averages, decay)
void emaStep(Call& call) {
  const PhaseTimer timer(Phase::optimizer);
  const auto parameters = call.floatList(0, "params");
  const auto averages = readMatching(call, 1, "averages", parameters);
  const auto decay = static_cast<float>(call.number(2, "decay"));
  const auto& kernel = kernels();
  forPieces(cut(parameters), [&](const Stretch& s) {
    kernel.average(parameters[s.tensor].data + s.from, averages[s.tensor].data + s.from, s.count, decay);
  });
}

}  // namespace

const std::vector<Export> kOptimizerExports = {{"adamStep", adamStep}, {"sgdStep", sgdStep}, {"emaStep", emaStep}};

}  // namespace googlenet
