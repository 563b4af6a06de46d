#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "studies/paper/paper.h"

namespace faascast {

/// A shipped model after passes, as it was measured.
struct OptimisedModel {
  std::string model{};
  std::string passes{};   ///< "prune=0.3", "student"; "original"
  std::uint64_t bytes = 0;             ///< of the .onnx file
  std::uint64_t compressed_bytes = 0;  ///< of the same, compressed
  double load_s = 0.0;     ///< CPU time
  double latency_s = 0.0;  ///< CPU time of an inference, median
  std::optional<double> accuracy{};  ///< share of right answers, or of the best return; see test_set
  double examples = 0.0;             ///< or episodes
  std::string test_set{};
  std::string refused{};  ///< why the passes cannot be applied
};

/// As it ships: data/optimised_models.csv, which examples/paper/measure_optimisations.py wrote.
[[nodiscard]] std::vector<OptimisedModel> pinned_optimised_models();

/// Executed here, every shipped model with each list of passes. Accuracy where the test sets are:
/// FAASCAST_DATA, or ../shared/data.
[[nodiscard]] std::vector<OptimisedModel> measured_optimised_models(
    const std::vector<std::string>& passes);

}  // namespace faascast
