#include "workloads/operators/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include "sim-core/error.h"
#include "workloads/operators/resampling.h"

namespace faascast {
namespace {

/// The newest opset whose definitions of the operators below were compared with these kernels.
constexpr std::int64_t kNewest = 21;

constexpr std::array kOperators = {
    Operator{"Abs", 6, kNewest, plan_unary},
    Operator{"Acos", 7, kNewest, plan_scalar_unary},
    Operator{"Acosh", 7, kNewest, plan_scalar_unary},
    Operator{"Add", 6, kNewest, plan_binary, "axis broadcast"},
    Operator{"And", 7, kNewest, plan_logic},
    Operator{"ArgMax", 1, kNewest, plan_arg_extreme, "axis keepdims select_last_index"},
    Operator{"ArgMin", 1, kNewest, plan_arg_extreme, "axis keepdims select_last_index"},
    Operator{"Asin", 7, kNewest, plan_scalar_unary},
    Operator{"Asinh", 7, kNewest, plan_scalar_unary},
    Operator{"Atan", 7, kNewest, plan_scalar_unary},
    Operator{"Atanh", 7, kNewest, plan_scalar_unary},
    Operator{"AveragePool", 1, 18, plan_average_pool,
             "auto_pad ceil_mode count_include_pad kernel_shape pads strides"},
    Operator{"BatchNormalization", 6, kNewest, plan_batch_norm,
             "epsilon is_test momentum spatial training_mode"},
    Operator{"BitShift", 11, kNewest, plan_bit_shift, "direction"},
    Operator{"Cast", 6, kNewest, plan_cast, "to saturate"},
    Operator{"CastLike", 15, kNewest, plan_cast_like, "saturate"},
    Operator{"Ceil", 6, kNewest, plan_scalar_unary},
    Operator{"Celu", 6, kNewest, plan_scalar_unary, "alpha"},
    Operator{"Clip", 6, kNewest, plan_clip, "max min"},
    Operator{"Concat", 4, kNewest, plan_concat, "axis"},
    Operator{"Constant", 1, kNewest, plan_constant,
             "value value_float value_floats value_int value_ints"},
    Operator{"ConstantOfShape", 9, kNewest, plan_constant_of_shape, "value"},
    Operator{"Conv", 1, kNewest, plan_conv, "auto_pad dilations group kernel_shape pads strides"},
    Operator{"ConvInteger", 10, kNewest, plan_conv_integer,
             "auto_pad dilations group kernel_shape pads strides"},
    Operator{"ConvTranspose", 1, kNewest, plan_conv_transpose,
             "auto_pad dilations group kernel_shape pads strides output_padding output_shape"},
    Operator{"Cos", 7, kNewest, plan_scalar_unary},
    Operator{"Cosh", 7, kNewest, plan_scalar_unary},
    Operator{"CumSum", 11, kNewest, plan_cum_sum, "exclusive reverse"},
    Operator{"DepthToSpace", 1, kNewest, plan_depth_to_space, "blocksize mode"},
    Operator{"DequantizeLinear", 10, 20, plan_dequantize, "axis"},
    Operator{"Div", 6, kNewest, plan_binary, "axis broadcast"},
    Operator{"Dropout", 6, kNewest, plan_dropout, "is_test ratio seed"},
    Operator{"DynamicQuantizeLinear", 11, kNewest, plan_dynamic_quantize},
    Operator{"Einsum", 12, kNewest, plan_einsum, "equation"},
    Operator{"Elu", 6, kNewest, plan_unary, "alpha"},
    Operator{"Equal", 7, kNewest, plan_compare},
    Operator{"Erf", 9, kNewest, plan_unary},
    Operator{"Exp", 6, kNewest, plan_unary},
    Operator{"Expand", 8, kNewest, plan_expand},
    Operator{"EyeLike", 9, kNewest, plan_eye_like, "dtype k"},
    Operator{"Flatten", 1, kNewest, plan_flatten, "axis"},
    Operator{"Floor", 6, kNewest, plan_scalar_unary},
    Operator{"FusedConv", 1, kNewest, plan_conv,
             "activation activation_params auto_pad dilations group kernel_shape pads strides",
             "com.microsoft"},
    Operator{"FusedGemm", 1, kNewest, plan_gemm,
             "activation activation_alpha activation_beta alpha beta transA transB",
             "com.microsoft"},
    Operator{"GRU", 7, kNewest, plan_gru,
             "activations direction hidden_size layout linear_before_reset"},
    Operator{"Gather", 1, kNewest, plan_gather, "axis"},
    Operator{"GatherElements", 11, kNewest, plan_gather_elements, "axis"},
    Operator{"GatherND", 11, kNewest, plan_gather_nd, "batch_dims"},
    Operator{"Gelu", 20, kNewest, plan_scalar_unary, "approximate"},
    Operator{"Gemm", 6, kNewest, plan_gemm, "alpha beta broadcast transA transB"},
    Operator{"GlobalAveragePool", 1, kNewest, plan_global_average_pool},
    Operator{"GlobalMaxPool", 1, kNewest, plan_global_max_pool},
    Operator{"Greater", 7, kNewest, plan_compare},
    Operator{"GreaterOrEqual", 12, kNewest, plan_compare},
    Operator{"HardSigmoid", 6, kNewest, plan_unary, "alpha beta"},
    Operator{"HardSwish", 14, kNewest, plan_scalar_unary},
    Operator{"Hardmax", 1, kNewest, plan_hardmax, "axis"},
    Operator{"Identity", 1, kNewest, plan_identity},
    Operator{"If", 1, kNewest, plan_if, "else_branch then_branch"},
    Operator{"InstanceNormalization", 6, kNewest, plan_instance_norm, "epsilon"},
    Operator{"IsInf", 10, kNewest, plan_predicate, "detect_negative detect_positive"},
    Operator{"IsNaN", 9, kNewest, plan_predicate},
    Operator{"LRN", 1, kNewest, plan_lrn, "alpha beta bias size"},
    Operator{"LSTM", 7, kNewest, plan_lstm,
             "activations direction hidden_size layout input_forget"},
    Operator{"LayerNormalization", 17, kNewest, plan_layer_norm, "axis epsilon stash_type"},
    Operator{"LeakyRelu", 6, kNewest, plan_unary, "alpha"},
    Operator{"Less", 7, kNewest, plan_compare},
    Operator{"LessOrEqual", 12, kNewest, plan_compare},
    Operator{"Log", 6, kNewest, plan_unary},
    Operator{"LogSoftmax", 1, 12, plan_softmax_2d, "axis"},
    Operator{"LogSoftmax", 13, kNewest, plan_softmax_axis, "axis"},
    Operator{"MatMul", 1, kNewest, plan_matmul},
    Operator{"MatMulInteger", 10, kNewest, plan_matmul_integer},
    Operator{"Max", 6, kNewest, plan_variadic},
    Operator{"MaxPool", 1, kNewest, plan_max_pool,
             "auto_pad ceil_mode dilations kernel_shape pads storage_order strides"},
    Operator{"Mean", 6, kNewest, plan_variadic},
    Operator{"Min", 6, kNewest, plan_variadic},
    Operator{"Mish", 18, kNewest, plan_scalar_unary},
    Operator{"Mod", 10, kNewest, plan_mod, "fmod"},
    Operator{"Mul", 6, kNewest, plan_binary, "axis broadcast"},
    Operator{"Neg", 6, kNewest, plan_unary},
    Operator{"Not", 1, kNewest, plan_predicate},
    Operator{"OneHot", 9, kNewest, plan_one_hot, "axis"},
    Operator{"Or", 7, kNewest, plan_logic},
    Operator{"PRelu", 7, kNewest, plan_prelu},
    Operator{"Pad", 2, kNewest, plan_pad, "mode pads value"},
    Operator{"Pow", 7, kNewest, plan_pow},
    Operator{"QLinearConv", 10, kNewest, plan_qlinear_conv,
             "auto_pad dilations group kernel_shape pads strides"},
    Operator{"QLinearMatMul", 10, 20, plan_qlinear_matmul},
    Operator{"QuantizeLinear", 10, 20, plan_quantize, "axis saturate"},
    Operator{"RNN", 7, kNewest, plan_rnn, "activations direction hidden_size layout"},
    Operator{"Range", 11, kNewest, plan_range},
    Operator{"Reciprocal", 6, kNewest, plan_scalar_unary},
    Operator{"ReduceL1", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceL2", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceLogSum", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceLogSumExp", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceMax", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceMean", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceMin", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceProd", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceSum", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"ReduceSumSquare", 1, kNewest, plan_reduce, "axes keepdims noop_with_empty_axes"},
    Operator{"Relu", 1, kNewest, plan_unary, "consumed_inputs"},
    Operator{"Reshape", 5, kNewest, plan_reshape, "allowzero"},
    Operator{"Resize", 10, kNewest, plan_resize,
             "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside "
             "extrapolation_value keep_aspect_ratio_policy mode nearest_mode"},
    Operator{"Round", 11, kNewest, plan_scalar_unary},
    Operator{"Scatter", 9, 10, plan_scatter_elements, "axis"},
    Operator{"ScatterElements", 11, kNewest, plan_scatter_elements, "axis reduction"},
    Operator{"ScatterND", 11, kNewest, plan_scatter_nd, "reduction"},
    Operator{"Selu", 6, kNewest, plan_scalar_unary, "alpha gamma"},
    Operator{"Shape", 1, kNewest, plan_shape, "end start"},
    Operator{"Shrink", 6, kNewest, plan_scalar_unary, "bias lambd"},
    Operator{"Sigmoid", 1, kNewest, plan_unary, "consumed_inputs"},
    Operator{"Sign", 9, kNewest, plan_scalar_unary},
    Operator{"Sin", 7, kNewest, plan_scalar_unary},
    Operator{"Sinh", 7, kNewest, plan_scalar_unary},
    Operator{"Size", 1, kNewest, plan_size},
    Operator{"Slice", 1, kNewest, plan_slice, "axes ends starts"},
    Operator{"Softmax", 1, 12, plan_softmax_2d, "axis"},
    Operator{"Softmax", 13, kNewest, plan_softmax_axis, "axis"},
    Operator{"Softplus", 1, kNewest, plan_scalar_unary},
    Operator{"Softsign", 1, kNewest, plan_scalar_unary},
    Operator{"SpaceToDepth", 1, kNewest, plan_space_to_depth, "blocksize"},
    Operator{"Split", 2, kNewest, plan_split, "axis num_outputs split"},
    Operator{"Sqrt", 6, kNewest, plan_unary},
    Operator{"Squeeze", 1, kNewest, plan_squeeze, "axes"},
    Operator{"Sub", 6, kNewest, plan_binary, "axis broadcast"},
    Operator{"Sum", 6, kNewest, plan_variadic},
    Operator{"Tan", 7, kNewest, plan_scalar_unary},
    Operator{"Tanh", 1, kNewest, plan_unary, "consumed_inputs"},
    Operator{"ThresholdedRelu", 6, kNewest, plan_scalar_unary, "alpha"},
    Operator{"Tile", 6, kNewest, plan_tile},
    Operator{"TopK", 1, kNewest, plan_top_k, "axis k largest sorted"},
    Operator{"Transpose", 1, kNewest, plan_transpose, "perm"},
    Operator{"Trilu", 14, kNewest, plan_trilu, "upper"},
    Operator{"Unsqueeze", 1, kNewest, plan_unsqueeze, "axes"},
    Operator{"Upsample", 7, 9, plan_resize, "mode scales"},
    Operator{"Where", 9, kNewest, plan_where},
    Operator{"Xor", 7, kNewest, plan_logic},
};

}  // namespace

std::span<const Operator> operator_table() { return kOperators; }

const Operator* find_operator(const Node& node, std::int64_t opset) {
  for (const Operator& row : kOperators) {
    if (row.name == node.op && row.domain == node.domain && row.first_opset <= opset && opset <= row.last_opset) return &row;
  }
  return nullptr;
}

void check_attributes(const PlanRequest& request, const Operator& row) {
  const std::string known = fmt::format(" {} ", row.attributes);
  for (const auto& [key, value] : request.node().attributes) {
    const bool is_known = known.find(fmt::format(" {} ", key)) != std::string::npos;
    if (is_known && !std::holds_alternative<std::monostate>(value)) continue;
    request.fail(fmt::format("the attribute '{}' is not supported (opset {})", key,
                             request.graph.opset));
  }
}

const ValueSpec& PlanRequest::input(std::size_t i) const {
  if (!has_input(i)) fail(fmt::format("input {} is missing", i));
  return *inputs[i];
}

const ValueSpec& PlanRequest::float_input(std::size_t i) const {
  const ValueSpec& spec = input(i);
  if (spec.type != ElementType::kFloat32) {
    fail(fmt::format("is not supported for {} (opset {})", name_of(spec.type), graph.opset),
         "export the model with float32 or float16 values");
  }
  return spec;
}

const ValueSpec& PlanRequest::typed_input(std::size_t i,
                                          std::initializer_list<ElementType> types) const {
  const ValueSpec& spec = input(i);
  if (std::find(types.begin(), types.end(), spec.type) == types.end()) {
    fail(fmt::format("input {} is {}, which is not supported (opset {})", i, name_of(spec.type),
                     graph.opset));
  }
  return spec;
}

std::vector<std::int64_t> PlanRequest::known_integers(std::size_t i) const {
  const ValueSpec& spec = input(i);
  if (spec.constant == nullptr) {
    fail(fmt::format("input {} depends on the model's input; it must be constant", i),
         "export the model with fixed shapes");
  }
  if (spec.type == ElementType::kInt64) {
    const auto values = spec.constant->as<std::int64_t>();
    return {values.begin(), values.end()};
  }
  if (spec.type == ElementType::kInt32) {
    const auto values = spec.constant->as<std::int32_t>();
    return {values.begin(), values.end()};
  }
  fail(fmt::format("input {} holds {}; it must hold int64", i, name_of(spec.type)));
}

std::int64_t PlanRequest::axis(std::int64_t given, std::int64_t rank, bool inclusive) const {
  const std::int64_t axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis > rank || (axis == rank && !inclusive)) {
    fail(fmt::format("axis {} does not exist in a tensor of rank {}", given, rank));
  }
  return axis;
}

void PlanRequest::no_output(std::size_t i, std::string_view what) const {
  if (i >= node().outputs.size() || node().outputs[i] == Node::kAbsent) return;
  if (is_read[static_cast<std::size_t>(node().outputs[i])]) {
    fail(fmt::format("the output {} is not supported (opset {})", what, graph.opset));
  }
}

void PlanRequest::fail(const std::string& what, std::string mend) const {
  throw InputError(Problem{.where = graph.name,
                           .what = fmt::format("{}: {}", describe(graph, node_index), what),
                           .mend = std::move(mend)});
}

}  // namespace faascast
