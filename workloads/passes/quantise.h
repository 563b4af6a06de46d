#pragma once

#include "workloads/passes/passes.h"

namespace faascast {

/// Float weights of two axes or more stored as float16; computed in float32 after widening.
/// @throws InputError when there are none.
[[nodiscard]] PassResult with_float16_weights(const Graph& graph);

/// Weights of convolutions, products, recurrent networks and embeddings stored as int8 with a
/// symmetric scale (largest magnitude = 127) behind a DequantizeLinear, which is computed on
/// loading: smaller files, the same speed. Raises the opset to 13 where it is older.
/// @throws InputError when there are no such weights.
[[nodiscard]] PassResult with_int8_weights(const Graph& graph, const PassOptions& options);

/// Convolutions as QLinearConv and products as MatMulInteger: int8 weights, uint8 activations with
/// ranges from the calibration data (least to largest value seen, zero included). What lies between
/// quantised operators and treats values alike (Relu, MaxPool, reshaping) stays in uint8. Everything
/// else, recurrent networks above all, computes in float32; its weights are stored as int8.
/// @throws InputError when there is nothing to quantise, or an activation is not finite.
[[nodiscard]] PassResult quantised(const Graph& graph, const PassOptions& options);

/// A weight as int8 and the scale of each position of an axis, or one scale.
struct Int8Weights {
  Tensor values{};
  std::vector<float> scales{};
};
/// @param axis with a scale for each position; -1 = one for the tensor
[[nodiscard]] Int8Weights to_int8(const Tensor& weights, std::int64_t axis);

}  // namespace faascast
