#include "workloads/operators/operators.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sim-core/error.h"

namespace faascast {
namespace {

/// The newest opset whose definitions of the operators below were compared with these kernels.
constexpr std::int64_t kNewest = 21;

constexpr std::array kOperators = {
    Operator{"Abs", 6, kNewest, plan_unary},
    Operator{"Add", 7, kNewest, plan_binary},
    Operator{"AveragePool", 1, 18, plan_average_pool},
    Operator{"Concat", 4, kNewest, plan_concat},
    Operator{"Constant", 1, kNewest, plan_constant},
    Operator{"Conv", 1, kNewest, plan_conv},
    Operator{"Div", 7, kNewest, plan_binary},
    Operator{"Dropout", 7, kNewest, plan_dropout},
    Operator{"Elu", 6, kNewest, plan_unary},
    Operator{"Exp", 6, kNewest, plan_unary},
    Operator{"Flatten", 1, kNewest, plan_flatten},
    Operator{"Gemm", 7, kNewest, plan_gemm},
    Operator{"GlobalAveragePool", 1, kNewest, plan_global_average_pool},
    Operator{"HardSigmoid", 6, kNewest, plan_unary},
    Operator{"Identity", 1, kNewest, plan_identity},
    Operator{"LeakyRelu", 6, kNewest, plan_unary},
    Operator{"Log", 6, kNewest, plan_unary},
    Operator{"LogSoftmax", 1, 12, plan_softmax_2d},
    Operator{"LogSoftmax", 13, kNewest, plan_softmax_axis},
    Operator{"MatMul", 1, kNewest, plan_matmul},
    Operator{"MaxPool", 1, kNewest, plan_max_pool},
    Operator{"Mul", 7, kNewest, plan_binary},
    Operator{"Neg", 6, kNewest, plan_unary},
    Operator{"Relu", 1, kNewest, plan_unary},
    Operator{"Reshape", 5, kNewest, plan_reshape},
    Operator{"Shape", 1, kNewest, plan_shape},
    Operator{"Sigmoid", 1, kNewest, plan_unary},
    Operator{"Softmax", 1, 12, plan_softmax_2d},
    Operator{"Softmax", 13, kNewest, plan_softmax_axis},
    Operator{"Sqrt", 6, kNewest, plan_unary},
    Operator{"Squeeze", 1, kNewest, plan_squeeze},
    Operator{"Sub", 7, kNewest, plan_binary},
    Operator{"Tanh", 1, kNewest, plan_unary},
    Operator{"Transpose", 1, kNewest, plan_transpose},
    Operator{"Unsqueeze", 1, kNewest, plan_unsqueeze},
};

}  // namespace

std::span<const Operator> operator_table() { return kOperators; }

const Operator* find_operator(const Node& node, std::int64_t opset) {
  if (!node.domain.empty()) return nullptr;
  for (const Operator& row : kOperators) {
    if (row.name == node.op && row.first_opset <= opset && opset <= row.last_opset) return &row;
  }
  return nullptr;
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
