#pragma once

#include <string>

#include "sim-core/units.h"
#include "studies/model_source.h"
#include "workloads/executor.h"
#include "workloads/partition.h"

namespace faascast {

/// How a model is to be cut into functions that call one another.
struct SplitRequest {
  std::string model{};  ///< shipped name or ONNX file
  ExecutorOptions executor{};
  Megabytes memory{};   ///< of a function
  std::string platform = "aws-lambda";
  /// Activations go from function to function through an object store, as fast as this. The default
  /// was measured at 512 MB of memory on AWS Lambda (2020-11); smaller functions may be slower.
  double megabytes_per_second = 30.0;
  Duration call{std::chrono::milliseconds(20)};  ///< of a further function; an assumption
};

struct SplitResult {
  ModelReport report{};
  Partition partition{};  ///< seconds are CPU time of this machine, calls and transfers
  Duration whole{};       ///< CPU time of an inference in one piece, median
  std::string scenario{};  ///< a workflow of the parts, as a scenario file
};

/// Measures the model here (or takes its stored profile), cuts it where the chain of functions is
/// fastest and each fits the memory, and writes the chain as a scenario: a deployment and a step for
/// each part, whose CPU time is its share of the arithmetic.
/// @throws InputError as partition_model(), profile_here() and Executor do
[[nodiscard]] SplitResult split_model(const SplitRequest& request, const StoreOptions& store);

}  // namespace faascast
