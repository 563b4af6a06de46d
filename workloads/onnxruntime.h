#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/tensor.h"

namespace faascast {

/// An input of a model in ONNX Runtime, with its content.
struct NamedTensor {
  std::string name{};
  Tensor tensor{};
};

class OnnxRuntimeSession;

/// ONNX Runtime as the user has it: a shared library that is loaded while the program runs, used
/// through its C interface (version 1, which every release has kept). Nothing of it is needed to
/// build or ship this program.
class OnnxRuntime {
 public:
  /// @param library a path, or "onnxruntime": the loader then looks for libonnxruntime.so.1 and
  /// libonnxruntime.so where it looks for any (LD_LIBRARY_PATH, ldconfig)
  /// @throws InputError when there is none, or it is something else.
  explicit OnnxRuntime(const std::string& library);

  [[nodiscard]] const std::string& version() const;  ///< "1.30.0"
  /// @param threads that share one operator, >= 1
  /// @throws InputError with the library's own words when it cannot run the model.
  [[nodiscard]] OnnxRuntimeSession load(std::string_view model, const std::string& name,
                                        unsigned threads) const;

 private:
  friend class OnnxRuntimeSession;
  struct Library;
  std::shared_ptr<const Library> library_;
};

/// A model that was loaded. One thread at a time.
class OnnxRuntimeSession {
 public:
  OnnxRuntimeSession(OnnxRuntimeSession&&) noexcept;
  OnnxRuntimeSession& operator=(OnnxRuntimeSession&&) noexcept;
  ~OnnxRuntimeSession();

  /// What run() reads and computes from now on.
  /// @throws InputError when the library does not take the types.
  void bind(std::vector<NamedTensor> inputs, std::vector<std::string> outputs);
  /// One inference. @throws InputError when the library refuses.
  void run();
  /// Of the last run(), as floats. @pre that output is of floats
  [[nodiscard]] std::span<const float> output(std::size_t i) const;

 private:
  friend class OnnxRuntime;
  struct Impl;
  explicit OnnxRuntimeSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace faascast
