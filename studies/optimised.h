#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/passes/pass_report.h"

namespace faascast {

/// A model, passes, and what it is held against.
struct OptimiseModelRequest {
  std::string model{};  ///< shipped name or ONNX file
  std::vector<std::string> passes{};  ///< lists: "conversion+int8"
  std::vector<std::string> students{};  ///< models that learned from it: rows "distillation"
  std::string data{};   ///< folder or file of a test set; empty: none, but policies play CartPole
  std::uint64_t examples = 0;  ///< of the set; 0 = all
  ExecutorOptions executor{};
  bool per_channel = true;  ///< int8: a scale for each channel
  double max_seconds = 1.0;  ///< of measuring, for each row
};

/// The shipped models that were distilled from a shipped model.
[[nodiscard]] std::vector<std::string> shipped_students(const std::string& model);

/// The table of pass_table() with the model's accuracy on the test set, int8 ranges taken from
/// training images beside it where there are any, else from the first examples of the set.
/// @throws InputError as find_model(), find_test_set() and pass_table() do
[[nodiscard]] PassTable optimise_model(const OptimiseModelRequest& request);

/// The model after the first list of passes. @throws InputError also where it cannot be applied
[[nodiscard]] PassResult passed_model(const OptimiseModelRequest& request);

}  // namespace faascast
