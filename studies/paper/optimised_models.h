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
  /// Share of right answers, or of the best return; nothing where no test set was there.
  std::optional<double> accuracy{};
  std::optional<double> accuracy_low{};
  std::optional<double> accuracy_high{};
  std::string test_set{};
  std::string refused{};  ///< why the passes cannot be applied
};

/// As it ships: data/optimised_models.csv.
[[nodiscard]] std::vector<OptimisedModel> pinned_optimised_models();

/// Executed here, every shipped model with every technique. Accuracy where the test sets are:
/// FAASCAST_DATA, or ../shared/data.
[[nodiscard]] std::vector<OptimisedModel> measured_optimised_models(
    const std::vector<std::string>& passes);

/// As the data file has them.
[[nodiscard]] std::string optimised_models_csv(const std::vector<OptimisedModel>& models);

}  // namespace faascast
