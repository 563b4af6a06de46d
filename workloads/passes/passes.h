#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/executor.h"
#include "workloads/graph.h"
#include "workloads/tensor.h"

namespace faascast {

/// A change of a model that keeps what it computes, or nearly so. Each takes a graph and returns a
/// graph that can be run, and written as ONNX.
enum class Pass : std::uint8_t {
  kConversion,         ///< constants folded, neighbours fused: exact but for rounding
  kMagnitudePruning,   ///< the smallest weights become zero; shapes stay
  kStructuredPruning,  ///< the weakest channels and neurons go: smaller shapes
  kFloat16Weights,     ///< stored as float16, computed in float32
  kInt8Weights,        ///< stored as int8 with scales, computed in float32
  kInt8,               ///< weights and activations int8, where convolutions and products allow
};
/// "conversion", "prune", "prune-channels", "float16-weights", "int8-weights", "int8".
[[nodiscard]] std::string_view name_of(Pass pass);
[[nodiscard]] std::span<const Pass> all_passes();

/// The inputs of one run, in the order of Graph::inputs.
using RunInputs = std::vector<Tensor>;

struct PassOptions {
  ExecutorOptions executor{};  ///< for shapes, and to run the calibration data
  double fraction = 0.5;       ///< of weights or channels to prune, in [0, 1)
  bool per_channel = true;     ///< int8: a scale for each output channel, not one for the tensor
  /// int8: what the ranges of activations are taken from. Empty: made-up inputs (see
  /// made_up_inputs()), which are good enough for speed and size but not for accuracy.
  std::vector<RunInputs> calibration{};
};

struct PassResult {
  Graph graph{};
  std::string note{};  ///< what was done: "2 biases and 2 activations fused"; empty: nothing to do
};

/// @throws InputError where the model cannot be changed so, with the reason, or run.
[[nodiscard]] PassResult apply_pass(Pass pass, const Graph& graph, const PassOptions& options = {});

/// A pass as it is asked for: "int8", or with its fraction, "prune=0.7".
struct PassRequest {
  Pass pass = Pass::kConversion;
  double fraction = 0.5;
};
/// Passes one after another, joined by '+': "conversion+prune=0.7+int8-weights".
/// @throws InputError naming the nearest pass, or a fraction out of range.
[[nodiscard]] std::vector<PassRequest> parse_passes(std::string_view text);
[[nodiscard]] PassResult apply_passes(std::span<const PassRequest> passes, const Graph& graph,
                                      PassOptions options = {});

/// Runs of fixed pseudo-random inputs in [0, 1), as the profiler's; integers are zeros.
[[nodiscard]] std::vector<RunInputs> made_up_inputs(const Graph& graph, const ExecutorOptions& options,
                                                    std::size_t runs);

}  // namespace faascast
