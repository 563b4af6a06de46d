#pragma once

#include "workloads/passes/passes.h"

namespace faascast {

/// In each weight of two axes or more the `fraction` of smallest magnitude becomes zero. The model
/// computes as many products as before; only its compressed size falls.
/// @throws InputError when the fraction is not in [0, 1), or the model has no such weights.
[[nodiscard]] PassResult magnitude_pruned(const Graph& graph, double fraction);

/// Of each hidden convolution and Gemm or MatMul the `fraction` of channels (neurons) with the
/// smallest sum of |weights| is removed, with the weights that read them. Only layers whose output
/// reaches nothing but further such layers, through operators that treat channels alike
/// (activations, pooling, flattening), are touched.
/// @throws InputError when the fraction is not in [0, 1), or no layer can be narrowed.
[[nodiscard]] PassResult channels_pruned(const Graph& graph, const PassOptions& options);

}  // namespace faascast
