// One stretch of one weight. Part of kernels_table.h.
void adam(float* parameter, const float* gradient, float* m, float* v, int64_t count, const AdamRule& r) {
  const float coupled = r.decoupled ? 0.0f : r.weightDecay,
              keep = r.decoupled ? 1.0f - r.learningRate * r.weightDecay : 1.0f;
  const float step = r.learningRate * std::sqrt(r.correction2) / r.correction1;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] + coupled * parameter[i];
    m[i] = r.beta1 * m[i] + (1.0f - r.beta1) * g;
    v[i] = r.beta2 * v[i] + (1.0f - r.beta2) * g * g;
    parameter[i] = parameter[i] * keep - step * m[i] / (std::sqrt(v[i]) + r.epsilon);
  }
}

void sgd(float* parameter, const float* gradient, float* velocity, int64_t count, const SgdRule& r) {
  if (velocity == nullptr) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) parameter[i] -= r.learningRate * (gradient[i] + r.weightDecay * parameter[i]);
    return;
  }
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] + r.weightDecay * parameter[i];
    const float u = r.momentum * velocity[i] - r.learningRate * g;
    velocity[i] = u;
    parameter[i] += r.nesterov ? r.momentum * u - r.learningRate * g : u;
  }
}

void average(const float* parameter, float* average, int64_t count, float decay) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) average[i] += (1.0f - decay) * (parameter[i] - average[i]);
}
