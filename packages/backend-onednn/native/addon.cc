// The Node-API module: every exported function runs under one lock, and its C++ exceptions become JavaScript ones.
#include <mutex>

#include "call.h"
#include "runtime.h"

namespace googlenet {
namespace {

std::mutex& callLock() {
  static std::mutex lock;
  return lock;
}

napi_value invoke(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const auto* entry = static_cast<const Export*>(data);
  try {
    Call call(env, info, entry->name);
    const std::lock_guard<std::mutex> guard(callLock());
    const CallScope scope;
    entry->function(call);
    return call.result;
  } catch (const ArgumentError& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const std::range_error& error) {
    napi_throw_range_error(env, nullptr, error.what());
  } catch (const dnnl::error& error) {
    const std::string message = std::string("onednn.") + entry->name + ": oneDNN reports \"" + error.what() +
                                "\", status " + std::to_string(static_cast<int>(error.status)) + ".";
    napi_throw_error(env, "ONEDNN", message.c_str());
  } catch (const std::bad_alloc&) {
    const std::string message = std::string("onednn.") + entry->name +
                                ": expected memory for a tensor of this size, got none. Use a smaller batch; a tensor "
                                "holds at most what an ArrayBuffer does (Node 20: 4 GiB).";
    napi_throw_error(env, "OUT_OF_MEMORY", message.c_str());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

napi_value initialize(napi_env env, napi_value exports) {
  for (const auto* table : {&kRuntimeExports, &kConvolutionExports, &kPointwiseExports, &kPoolingExports,
                            &kNormalizationExports, &kOptimizerExports, &kMatrixExports, &kInceptionExports,
                            &kInceptionInferenceExports, &kImageExports, &kMoveExports}) {
    for (const Export& entry : *table) {
      napi_value function = nullptr;
      napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, invoke, const_cast<Export*>(&entry), &function);
      napi_set_named_property(env, exports, entry.name, function);
    }
  }
  return exports;
}

}  // namespace
}  // namespace googlenet

NAPI_MODULE_INIT() { return googlenet::initialize(env, exports); }
