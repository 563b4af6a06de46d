#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/graph.h"
#include "workloads/kernels/kernel_set.h"
#include "workloads/tensor.h"

namespace faascast {

/// What is known of a value before a model runs.
struct ValueSpec {
  ElementType type = ElementType::kFloat32;
  Shape shape{};
  const Tensor* constant = nullptr;  ///< its content, where it does not depend on the input

  [[nodiscard]] std::int64_t elements() const { return element_count(shape).value_or(0); }
  [[nodiscard]] std::int64_t rank() const { return static_cast<std::int64_t>(shape.size()); }
  [[nodiscard]] std::int64_t dim(std::int64_t axis) const {
    return shape[static_cast<std::size_t>(axis)];
  }
};

/// Where a kernel reads and writes. An absent input or output is null.
struct KernelCall {
  const std::byte* const* inputs = nullptr;
  std::byte* const* outputs = nullptr;
  std::byte* scratch = nullptr;

  template <class T = float>
  [[nodiscard]] const T* in(std::size_t i) const {
    return reinterpret_cast<const T*>(inputs[i]);
  }
  template <class T = float>
  [[nodiscard]] T* out(std::size_t i) const {
    return reinterpret_cast<T*>(outputs[i]);
  }
};

/// Runs one node. Holds packed weights and shapes; allocates nothing when called.
using Kernel = std::function<void(const KernelCall&)>;

/// A node that is ready to run.
struct PlannedNode {
  std::vector<ValueSpec> outputs{};  ///< type and shape of each
  Kernel kernel{};                   ///< empty when every output is the first input's memory
  std::size_t scratch_bytes = 0;
  double flops = 0.0;  ///< a multiplication and an addition are two
  std::size_t inner_weight_bytes = 0;  ///< weights inside the node's subgraphs
  std::size_t inner_bytes = 0;         ///< memory that the node's subgraphs keep for themselves
  bool is_constant = false;  ///< the outputs do not depend on the content of any input
};

/// What a planning function is given.
struct PlanRequest {
  const Graph& graph;
  std::size_t node_index;
  std::span<const ValueSpec* const> inputs;  ///< null = absent
  const KernelSet& kernels;
  const std::vector<bool>& is_read;  ///< of each value: by a node, or as the graph's output

  [[nodiscard]] const Node& node() const { return graph.nodes[node_index]; }
  [[nodiscard]] bool has_input(std::size_t i) const {
    return i < inputs.size() && inputs[i] != nullptr;
  }
  /// A required input of any type.
  [[nodiscard]] const ValueSpec& input(std::size_t i) const;
  /// A required float32 input.
  [[nodiscard]] const ValueSpec& float_input(std::size_t i) const;
  /// A required input of one of these types.
  [[nodiscard]] const ValueSpec& typed_input(std::size_t i,
                                             std::initializer_list<ElementType> types) const;
  /// The integers of an input that must be known before the model runs, such as a shape.
  [[nodiscard]] std::vector<std::int64_t> known_integers(std::size_t i) const;
  /// Axis in [0, rank) (or [0, rank] with `inclusive`), counted from the end when negative.
  [[nodiscard]] std::int64_t axis(std::int64_t given, std::int64_t rank,
                                  bool inclusive = false) const;
  /// Fails unless this output is absent or unread.
  void no_output(std::size_t i, std::string_view what) const;
  /// @throws InputError "model: node 'x' (Op): what"
  [[noreturn]] void fail(const std::string& what, std::string mend = {}) const;
};

/// One row of the operator table: how an operator is planned over a range of opsets.
struct Operator {
  std::string_view name{};
  std::int64_t first_opset = 1;
  std::int64_t last_opset = 1;  ///< the newest opset for which the row was checked
  PlannedNode (*plan)(const PlanRequest&) = nullptr;
  std::string_view attributes{};  ///< that are understood, separated by blanks
  std::string_view domain{};      ///< empty = the standard one
};

/// Every operator that is supported, by name, then opset.
[[nodiscard]] std::span<const Operator> operator_table();

/// Null when it is not supported.
[[nodiscard]] const Operator* find_operator(const Node& node, std::int64_t opset);

/// Fails when the node has an attribute that the row does not understand.
void check_attributes(const PlanRequest& request, const Operator& row);

/// Sorted, in [0, rank), each once.
[[nodiscard]] std::vector<std::int64_t> normal_axes(const PlanRequest& request,
                                                    std::vector<std::int64_t> axes,
                                                    std::int64_t rank);
/// Number of elements of the axes [first, last).
[[nodiscard]] std::int64_t elements_between(const Shape& shape, std::int64_t first,
                                            std::int64_t last);
/// The same bytes under another shape: no kernel.
[[nodiscard]] PlannedNode renamed(const PlanRequest& request, Shape shape);
/// A value that is known now, whatever the input.
[[nodiscard]] PlannedNode fixed(Tensor tensor);

/// What FusedConv and FusedGemm apply to their result; nothing for Conv and Gemm.
struct Activation {
  void (*run)(UnaryOp op, std::int64_t n, const float* in, float* out, float p, float q) = nullptr;
  UnaryOp op = UnaryOp::kRelu;
  float p = 0.0F;
  float q = 0.0F;

  void apply(std::int64_t n, float* values) const {
    if (run != nullptr) run(op, n, values, values, p, q);
  }
};
[[nodiscard]] Activation fused_activation(const PlanRequest& request);

// One planning function for each operator; files are named after their families.
PlannedNode plan_conv(const PlanRequest& request);
PlannedNode plan_gemm(const PlanRequest& request);
PlannedNode plan_matmul(const PlanRequest& request);
PlannedNode plan_max_pool(const PlanRequest& request);
PlannedNode plan_average_pool(const PlanRequest& request);
PlannedNode plan_global_average_pool(const PlanRequest& request);
PlannedNode plan_unary(const PlanRequest& request);
PlannedNode plan_binary(const PlanRequest& request);
PlannedNode plan_softmax_2d(const PlanRequest& request);    ///< opset < 13: coerced to a matrix
PlannedNode plan_softmax_axis(const PlanRequest& request);  ///< opset >= 13: along one axis
PlannedNode plan_identity(const PlanRequest& request);
PlannedNode plan_dropout(const PlanRequest& request);
PlannedNode plan_reshape(const PlanRequest& request);
PlannedNode plan_flatten(const PlanRequest& request);
PlannedNode plan_squeeze(const PlanRequest& request);
PlannedNode plan_unsqueeze(const PlanRequest& request);
PlannedNode plan_concat(const PlanRequest& request);
PlannedNode plan_transpose(const PlanRequest& request);
PlannedNode plan_constant(const PlanRequest& request);
PlannedNode plan_shape(const PlanRequest& request);
PlannedNode plan_typed_binary(const PlanRequest& request);
PlannedNode plan_compare(const PlanRequest& request);
PlannedNode plan_logic(const PlanRequest& request);
PlannedNode plan_mod(const PlanRequest& request);
PlannedNode plan_pow(const PlanRequest& request);
PlannedNode plan_variadic(const PlanRequest& request);
PlannedNode plan_prelu(const PlanRequest& request);
PlannedNode plan_bit_shift(const PlanRequest& request);
PlannedNode plan_scalar_unary(const PlanRequest& request);
PlannedNode plan_predicate(const PlanRequest& request);
PlannedNode plan_clip(const PlanRequest& request);
PlannedNode plan_cast(const PlanRequest& request);
PlannedNode plan_cast_like(const PlanRequest& request);
PlannedNode plan_reduce(const PlanRequest& request);
PlannedNode plan_arg_extreme(const PlanRequest& request);
PlannedNode plan_gather(const PlanRequest& request);
PlannedNode plan_gather_elements(const PlanRequest& request);
PlannedNode plan_gather_nd(const PlanRequest& request);
PlannedNode plan_where(const PlanRequest& request);
PlannedNode plan_one_hot(const PlanRequest& request);
PlannedNode plan_scatter_elements(const PlanRequest& request);
PlannedNode plan_scatter_nd(const PlanRequest& request);
PlannedNode plan_top_k(const PlanRequest& request);
PlannedNode plan_slice(const PlanRequest& request);
PlannedNode plan_split(const PlanRequest& request);
PlannedNode plan_expand(const PlanRequest& request);
PlannedNode plan_tile(const PlanRequest& request);
PlannedNode plan_pad(const PlanRequest& request);
PlannedNode plan_depth_to_space(const PlanRequest& request);
PlannedNode plan_space_to_depth(const PlanRequest& request);
PlannedNode plan_size(const PlanRequest& request);
PlannedNode plan_constant_of_shape(const PlanRequest& request);
PlannedNode plan_range(const PlanRequest& request);
PlannedNode plan_eye_like(const PlanRequest& request);
PlannedNode plan_trilu(const PlanRequest& request);
PlannedNode plan_cum_sum(const PlanRequest& request);
PlannedNode plan_hardmax(const PlanRequest& request);
PlannedNode plan_batch_norm(const PlanRequest& request);
PlannedNode plan_instance_norm(const PlanRequest& request);
PlannedNode plan_layer_norm(const PlanRequest& request);
PlannedNode plan_lrn(const PlanRequest& request);

PlannedNode plan_lstm(const PlanRequest& request);
PlannedNode plan_gru(const PlanRequest& request);
PlannedNode plan_rnn(const PlanRequest& request);
PlannedNode plan_conv_transpose(const PlanRequest& request);
PlannedNode plan_if(const PlanRequest& request);
PlannedNode plan_global_max_pool(const PlanRequest& request);
PlannedNode plan_quantize(const PlanRequest& request);
PlannedNode plan_dequantize(const PlanRequest& request);
PlannedNode plan_dynamic_quantize(const PlanRequest& request);
PlannedNode plan_qlinear_matmul(const PlanRequest& request);
PlannedNode plan_matmul_integer(const PlanRequest& request);
PlannedNode plan_qlinear_conv(const PlanRequest& request);
PlannedNode plan_conv_integer(const PlanRequest& request);

}  // namespace faascast
