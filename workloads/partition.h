#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/model_report.h"

namespace faascast {

/// How a model that is split over functions runs. Calibrated by the user; nothing has a default that
/// would stand for a platform.
struct PartitionOptions {
  std::int64_t memory_limit_bytes = 0;  ///< of one function: its weights and its activations
  double flops_per_second = 0.0;        ///< > 0
  double bytes_per_second = 0.0;        ///< > 0: passing activations from function to function
  double invocation_seconds = 0.0;      ///< >= 0: calling a further function
  /// Bytes of a weight in the function's memory over its bytes here (float32): 0.5 for float16.
  double weight_scale = 1.0;
};

/// Operators [first, last) of ModelReport::rows, run by one function.
struct Part {
  std::size_t first = 0;
  std::size_t last = 0;
  double flops = 0.0;
  double weight_bytes = 0.0;
  std::int64_t peak_bytes = 0;   ///< most activations alive at once
  std::int64_t carried_in = 0;   ///< bytes that it receives
  double seconds = 0.0;          ///< compute, and for all but the first: call and transfer
};

struct Partition {
  std::vector<Part> parts{};
  double seconds = 0.0;
};

/// The fastest split into functions that each fit the memory limit, with the operators kept in
/// order: the shortest path over the cuts, exact. Equally fast splits: the one found first.
/// @throws InputError when an operator alone does not fit (named), or for options out of range.
[[nodiscard]] Partition partition_model(const ModelReport& report, const PartitionOptions& options);

}  // namespace faascast
