#include "call.h"

namespace googlenet {

Call::Call(napi_env e, napi_callback_info info, const char* n) : env(e), name(n) {
  if (napi_get_cb_info(env, info, &count_, arguments_, nullptr, nullptr) != napi_ok)
    fail("expected arguments, got none");
  if (count_ > kMaxArguments) count_ = kMaxArguments;
}

void Call::fail(const std::string& message) const {
  throw ArgumentError(std::string("onednn.") + name + ": " + message + ".");
}

void Call::failRange(const std::string& message) const {
  throw std::range_error(std::string("onednn.") + name + ": " + message + ".");
}

napi_value Call::argument(size_t index, const char* what) const {
  if (index >= count_) fail(std::string("expected ") + what + ", got nothing");
  return arguments_[index];
}

Floats Call::readFloats(napi_value value, const char* what) const {
  bool typed = false;
  napi_is_typedarray(env, value, &typed);
  napi_typedarray_type type = napi_int8_array;
  Floats floats;
  void* data = nullptr;
  if (typed) napi_get_typedarray_info(env, value, &type, &floats.length, &data, nullptr, nullptr);
  if (!typed || type != napi_float32_array)
    fail(std::string("expected a Float32Array as ") + what + ", got another value");
  floats.data = static_cast<float*>(data);
  if (floats.length > 0 && data == nullptr)
    fail(std::string("expected a live Float32Array as ") + what + ", got a detached one");
  return floats;
}

Floats Call::anyFloats(size_t index, const char* what) const { return readFloats(argument(index, what), what); }

float* Call::floats(size_t index, const char* what, int64_t length) const {
  const Floats floats = anyFloats(index, what);
  if (static_cast<int64_t>(floats.length) != length)
    failRange(std::string("expected ") + std::to_string(length) + " values in " + what + ", got " +
              std::to_string(floats.length));
  return floats.data;
}

float* Call::optionalFloats(size_t index, const char* what, int64_t length) const {
  if (index >= count_) return nullptr;
  napi_valuetype type = napi_undefined;
  napi_typeof(env, arguments_[index], &type);
  if (type == napi_undefined || type == napi_null) return nullptr;
  return floats(index, what, length);
}

std::vector<Floats> Call::floatList(size_t index, const char* what) const {
  const napi_value list = argument(index, what);
  bool isArray = false;
  napi_is_array(env, list, &isArray);
  if (!isArray) fail(std::string("expected an array of Float32Arrays as ") + what + ", got another value");
  uint32_t length = 0;
  napi_get_array_length(env, list, &length);
  std::vector<Floats> result(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    if (napi_get_element(env, list, i, &element) != napi_ok) fail(std::string("expected readable elements in ") + what);
    result[i] = readFloats(element, what);
  }
  return result;
}

std::vector<int32_t> Call::anyIntegers(size_t index, const char* what) const {
  const napi_value value = argument(index, what);
  bool typed = false;
  napi_is_typedarray(env, value, &typed);
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* data = nullptr;
  if (typed) napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr);
  if (!typed || type != napi_int32_array)
    fail(std::string("expected an Int32Array as ") + what + ", got another value");
  const auto* values = static_cast<int32_t*>(data);
  return length == 0 ? std::vector<int32_t>() : std::vector<int32_t>(values, values + length);
}

std::vector<int32_t> Call::integers(size_t index, const char* what, size_t count) const {
  auto values = anyIntegers(index, what);
  if (values.size() != count)
    failRange(std::string("expected ") + std::to_string(count) + " integers in " + what + ", got " +
              std::to_string(values.size()));
  return values;
}

std::vector<double> Call::anyNumbers(size_t index, const char* what) const {
  const napi_value value = argument(index, what);
  bool typed = false;
  napi_is_typedarray(env, value, &typed);
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* data = nullptr;
  if (typed) napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr);
  if (!typed || type != napi_float64_array)
    fail(std::string("expected a Float64Array as ") + what + ", got another value");
  const auto* values = static_cast<double*>(data);
  return length == 0 ? std::vector<double>() : std::vector<double>(values, values + length);
}

std::vector<double> Call::numbers(size_t index, const char* what, size_t count) const {
  auto values = anyNumbers(index, what);
  if (values.size() != count)
    failRange(std::string("expected ") + std::to_string(count) + " numbers in " + what + ", got " +
              std::to_string(values.size()));
  return values;
}

double Call::number(size_t index, const char* what) const {
  double value = 0;
  if (napi_get_value_double(env, argument(index, what), &value) != napi_ok)
    fail(std::string("expected a number as ") + what + ", got another value");
  return value;
}

int64_t Call::integer(size_t index, const char* what, int64_t low, int64_t high) const {
  const double value = number(index, what);
  if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) ||
      value != static_cast<double>(static_cast<int64_t>(value)))
    failRange(std::string("expected an integer from ") + std::to_string(low) + " to " + std::to_string(high) + " as " +
              what + ", got " + std::to_string(value));
  return static_cast<int64_t>(value);
}

int64_t checkedProduct(const Call& call, const char* what, std::initializer_list<int64_t> sizes, int64_t low) {
  int64_t product = 1;
  for (const int64_t size : sizes) {
    if (size < low)
      call.failRange(std::string("expected sizes of at least ") + std::to_string(low) + " in " + what + ", got " +
                     std::to_string(size));
    product *= size;
    if (product > (int64_t{1} << 40)) call.failRange(std::string("expected fewer than 2^40 values in ") + what);
  }
  return product;
}

}  // namespace googlenet
