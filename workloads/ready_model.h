#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "workloads/profiler.h"

namespace faascast {

/// A model that is loaded and can be run again and again, whatever runs it.
struct ReadyModel {
  std::function<void()> fill{};  ///< puts ordinary values into the inputs
  std::function<void()> run{};   ///< one inference
  std::vector<Shape> input_shapes{};
  double flops = 0.0;  ///< 0: not known
  std::size_t weight_bytes = 0;
  std::size_t activation_peak_bytes = 0;  ///< 0: not known
  std::string isa{};  ///< as ProfileHost::isa
};

/// Loads the model anew. @param threads  see ExecutionProfile::threads
/// @throws InputError where it cannot run, or its batch is fixed at another size
using LoadModel = std::function<ReadyModel(std::int64_t batch, unsigned threads)>;

/// For the kernels, or the runtime that the options name.
/// @param file must outlive the result
[[nodiscard]] LoadModel loader_of(const ModelFile& file, const ProfileOptions& options);

}  // namespace faascast
