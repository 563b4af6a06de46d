#pragma once

#include "workloads/passes/passes.h"

namespace faascast {

/// Folds what depends on weights alone (where that does not make the model larger) and fuses
/// batch normalisation and constant sums into the convolution or product before, a product and a
/// sum into Gemm, and (with `fuse_activations`) an activation into the convolution or Gemm before:
/// the operators FusedConv and FusedGemm of ONNX Runtime's domain com.microsoft.
[[nodiscard]] PassResult converted(const Graph& graph, const ExecutorOptions& options,
                                   bool fuse_activations = true);

/// FusedConv and FusedGemm as a standard operator and its activation.
[[nodiscard]] Graph with_plain_activations(const Graph& graph);

/// The same model in opset 13 where it is older: what other passes need.
/// @throws InputError naming the operator whose meaning changed in a way that is not handled.
[[nodiscard]] Graph raised_opset(const Graph& graph, const ExecutorOptions& options);

}  // namespace faascast
