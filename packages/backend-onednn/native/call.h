// The arguments of one call from JavaScript, checked before anything is read.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

namespace googlenet {

// Becomes a JavaScript TypeError; a std::range_error becomes a RangeError and any other exception an Error.
struct ArgumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Floats {
  float* data = nullptr;
  size_t length = 0;
};

class Call {
 public:
  static constexpr size_t kMaxArguments = 12;
  Call(napi_env env, napi_callback_info info, const char* name);

  // A Float32Array of exactly `length` values.
  float* floats(size_t index, const char* what, int64_t length) const;
  // As floats(), but null and undefined give nullptr.
  float* optionalFloats(size_t index, const char* what, int64_t length) const;
  // A Float32Array of any length.
  Floats anyFloats(size_t index, const char* what) const;
  // A JavaScript array of Float32Arrays.
  std::vector<Floats> floatList(size_t index, const char* what) const;
  // An Int32Array of exactly `count` integers.
  std::vector<int32_t> integers(size_t index, const char* what, size_t count) const;
  std::vector<int32_t> anyIntegers(size_t index, const char* what) const;
  // An Int32Array of one integer for each of these fields of a shape, in this order. src/contract.ts has the same
  // fields.
  template <typename Shape>
  Shape shape(size_t index, const char* what, std::initializer_list<int64_t Shape::*> fields) const {
    return filled(integers(index, what, fields.size()).data(), fields);
  }
  // The same of any number of shapes, one behind the other.
  template <typename Shape>
  std::vector<Shape> shapes(size_t index, const char* what, std::initializer_list<int64_t Shape::*> fields) const {
    const auto values = anyIntegers(index, what);
    if (values.size() % fields.size() != 0)
      failRange("expected " + std::to_string(fields.size()) + " integers for each of " + what);
    std::vector<Shape> read;
    for (size_t i = 0; i < values.size(); i += fields.size()) read.push_back(filled(&values[i], fields));
    return read;
  }
  // A Float64Array of one number for each of these fields of a rule, likewise.
  template <typename Rule>
  Rule rule(size_t index, const char* what, std::initializer_list<double Rule::*> fields) const {
    return filled(numbers(index, what, fields.size()).data(), fields);
  }
  // A Float64Array of exactly `count` numbers.
  std::vector<double> numbers(size_t index, const char* what, size_t count) const;
  std::vector<double> anyNumbers(size_t index, const char* what) const;
  double number(size_t index, const char* what) const;
  int64_t integer(size_t index, const char* what, int64_t low, int64_t high) const;
  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void failRange(const std::string& message) const;

  napi_env env;
  const char* name;
  napi_value result = nullptr;

 private:
  template <typename Structure, typename Value, typename Field>
  static Structure filled(const Value* values, std::initializer_list<Field Structure::*> fields) {
    Structure structure{};
    for (const auto field : fields) structure.*field = *values++;
    return structure;
  }
  napi_value argument(size_t index, const char* what) const;
  Floats readFloats(napi_value value, const char* what) const;
  napi_value arguments_[kMaxArguments];
  size_t count_ = kMaxArguments;
};

// The product of `sizes`, each at least `low`; throws where one is smaller or the product leaves 2^40.
int64_t checkedProduct(const Call& call, const char* what, std::initializer_list<int64_t> sizes, int64_t low = 1);

using Function = void (*)(Call&);
struct Export {
  const char* name;
  Function function;
};
// Tables filled by the files that implement them.
extern const std::vector<Export> kRuntimeExports, kConvolutionExports, kPointwiseExports, kPoolingExports,
    kNormalizationExports, kOptimizerExports, kMatrixExports, kInceptionExports, kInceptionInferenceExports,
    kImageExports, kMoveExports;

}  // namespace googlenet
