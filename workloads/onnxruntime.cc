#include "workloads/onnxruntime.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "sim-core/error.h"

namespace faascast {
namespace {

/// Places in the library's table of functions. The table only ever grows at its end, so that these
/// hold for every release.
enum Entry : std::size_t {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSessionFromArray = 8,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetIntraOpNumThreads = 24,
  kSetInterOpNumThreads = 25,
  kCreateTensorWithData = 49,
  kGetTensorMutableData = 51,
  kGetTensorShapeElementCount = 64,
  kGetTensorTypeAndShape = 65,
  kCreateCpuMemoryInfo = 69,
  kReleaseEnv = 92,
  kReleaseStatus = 93,
  kReleaseMemoryInfo = 94,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseTensorInfo = 99,
  kReleaseSessionOptions = 100,
};
using Function = void (*)();

/// Where the library starts: OrtGetApiBase().
struct ApiBase {
  const Function* (*get_api)(std::uint32_t version);
  const char* (*version)();
};

/// Objects of the library are opaque; a status is null where all went well.
using Object = void*;
using Holder = std::unique_ptr<void, std::function<void(Object)>>;

int onnx_type(ElementType type) {
  switch (type) {
    case ElementType::kFloat32: return 1;
    case ElementType::kUint8: return 2;
    case ElementType::kInt8: return 3;
    case ElementType::kUint16: return 4;
    case ElementType::kInt16: return 5;
    case ElementType::kInt32: return 6;
    case ElementType::kInt64: return 7;
    case ElementType::kBool: return 9;
    case ElementType::kFloat64: return 11;
    case ElementType::kUint32: return 12;
    case ElementType::kUint64: return 13;
  }
  return 0;
}

[[noreturn]] void fail(std::string where, std::string what, std::string mend = {}) {
  throw InputError(Problem{.where = std::move(where), .what = std::move(what),
                           .mend = std::move(mend)});
}

}  // namespace

struct OnnxRuntime::Library {
  Library() = default;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    environment.reset();
    // Its threads may still be leaving: the library stays in memory, as its makers advise.
  }

  const Function* table = nullptr;
  std::string version{};
  Holder environment{};

  template <class... Arguments>
  [[nodiscard]] Object call(Entry entry, Arguments... arguments) const {
    return reinterpret_cast<Object (*)(Arguments...)>(table[entry])(arguments...);
  }
  [[nodiscard]] Holder hold(Object object, Entry release) const {
    return {object, [this, release](Object o) {
              reinterpret_cast<void (*)(Object)>(table[release])(o);
            }};
  }
  /// @throws InputError with the status' words
  void expect(Object status, const std::string& where) const {
    if (status == nullptr) return;
    const Holder held = hold(status, kReleaseStatus);
    const auto words = reinterpret_cast<const char* (*)(Object)>(table[kGetErrorMessage])(status);
    fail(where, fmt::format("onnxruntime {}: {}", version, words));
  }
};

OnnxRuntime::OnnxRuntime(const std::string& library) {
  void* handle = nullptr;
  std::string why;
  const bool is_path = library.find('/') != std::string::npos;
  const std::vector<std::string> names =
      is_path ? std::vector<std::string>{library}
              : std::vector<std::string>{"libonnxruntime.so.1", "libonnxruntime.so"};
  for (const std::string& name : names) {
    if (handle == nullptr) handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr && why.empty()) why = dlerror();
  }
  if (handle == nullptr) {
    fail(library, fmt::format("ONNX Runtime cannot be loaded: {}", why),
         "give the path of libonnxruntime.so, or put its folder into LD_LIBRARY_PATH");
  }
  const auto base_function =
      reinterpret_cast<const ApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
  const Function* table = base_function == nullptr ? nullptr : base_function()->get_api(1);
  if (table == nullptr) fail(library, "is not ONNX Runtime: it has no OrtGetApiBase");
  auto loaded = std::make_shared<Library>();
  loaded->table = table;
  loaded->version = base_function()->version();
  constexpr int kErrorsOnly = 3;
  Object environment = nullptr;
  loaded->expect(loaded->call(kCreateEnv, kErrorsOnly, "faascast", &environment), library);
  loaded->environment = loaded->hold(environment, kReleaseEnv);
  library_ = std::move(loaded);
}

const std::string& OnnxRuntime::version() const { return library_->version; }

struct OnnxRuntimeSession::Impl {
  std::shared_ptr<const OnnxRuntime::Library> library{};
  std::string name{};
  Holder memory{};
  Holder session{};
  std::vector<NamedTensor> inputs{};
  std::vector<std::string> outputs{};
  std::vector<Holder> values{};   ///< of the inputs
  std::vector<Holder> results{};  ///< of the last run
  std::vector<const char*> input_names{};
  std::vector<const char*> output_names{};
  std::vector<Object> raw_values{};
  std::vector<Object> raw_results{};
};

OnnxRuntimeSession OnnxRuntime::load(std::string_view model, const std::string& name,
                                     unsigned threads) const {
  const Library& library = *library_;
  auto impl = std::make_unique<OnnxRuntimeSession::Impl>();
  impl->library = library_;
  impl->name = name;
  Object made = nullptr;
  library.expect(library.call(kCreateSessionOptions, &made), name);
  const Holder options = library.hold(made, kReleaseSessionOptions);
  library.expect(library.call(kSetIntraOpNumThreads, options.get(), static_cast<int>(threads)), name);
  library.expect(library.call(kSetInterOpNumThreads, options.get(), 1), name);
  const Object environment = library.environment.get();
  const void* bytes = model.data();
  made = nullptr;
  library.expect(library.call(kCreateSessionFromArray, environment, bytes, model.size(),
                              options.get(), &made),
                 name);
  impl->session = library.hold(made, kReleaseSession);
  constexpr int kDeviceAllocator = 0;
  constexpr int kDefaultMemory = 0;
  made = nullptr;
  library.expect(library.call(kCreateCpuMemoryInfo, kDeviceAllocator, kDefaultMemory, &made), name);
  impl->memory = library.hold(made, kReleaseMemoryInfo);
  return OnnxRuntimeSession(std::move(impl));
}

OnnxRuntimeSession::OnnxRuntimeSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OnnxRuntimeSession::OnnxRuntimeSession(OnnxRuntimeSession&&) noexcept = default;
OnnxRuntimeSession& OnnxRuntimeSession::operator=(OnnxRuntimeSession&&) noexcept = default;
OnnxRuntimeSession::~OnnxRuntimeSession() = default;

void OnnxRuntimeSession::bind(std::vector<NamedTensor> inputs, std::vector<std::string> outputs) {
  Impl& s = *impl_;
  s.results.clear();
  s.values.clear();
  s.input_names.clear();
  s.output_names.clear();
  s.raw_values.clear();
  s.inputs = std::move(inputs);
  s.outputs = std::move(outputs);
  for (NamedTensor& input : s.inputs) {
    Object value = nullptr;
    void* data = input.tensor.bytes.data();
    const std::int64_t* shape = input.tensor.shape.data();
    s.library->expect(
        s.library->call(kCreateTensorWithData, s.memory.get(), data, input.tensor.bytes.size(),
                        shape, input.tensor.shape.size(), onnx_type(input.tensor.type), &value),
        s.name);
    s.values.push_back(s.library->hold(value, kReleaseValue));
    s.raw_values.push_back(value);
    s.input_names.push_back(input.name.c_str());
  }
  for (const std::string& output : s.outputs) s.output_names.push_back(output.c_str());
  s.raw_results.assign(s.outputs.size(), nullptr);
}

void OnnxRuntimeSession::run() {
  Impl& s = *impl_;
  s.results.clear();
  std::fill(s.raw_results.begin(), s.raw_results.end(), nullptr);
  const Object default_options = nullptr;
  s.library->expect(
      s.library->call(kRun, s.session.get(), default_options, s.input_names.data(),
                      s.raw_values.data(), s.raw_values.size(), s.output_names.data(),
                      s.output_names.size(), s.raw_results.data()),
      s.name);
  for (const Object result : s.raw_results) {
    s.results.push_back(s.library->hold(result, kReleaseValue));
  }
}

std::span<const float> OnnxRuntimeSession::output(std::size_t i) const {
  const Impl& s = *impl_;
  Object info = nullptr;
  std::size_t count = 0;
  void* data = nullptr;
  s.library->expect(s.library->call(kGetTensorTypeAndShape, s.results[i].get(), &info), s.name);
  const Holder held = s.library->hold(info, kReleaseTensorInfo);
  s.library->expect(s.library->call(kGetTensorShapeElementCount, info, &count), s.name);
  s.library->expect(s.library->call(kGetTensorMutableData, s.results[i].get(), &data), s.name);
  return {static_cast<const float*>(data), count};
}

}  // namespace faascast
