#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/operators/broadcast.h"
#include "workloads/operators/operators.h"

namespace faascast {
namespace {

struct UnaryRow {
  std::string_view name;
  UnaryOp op;
  std::string_view p_name;  ///< attribute, empty = none
  float p;
  std::string_view q_name;
  float q;
};
constexpr std::array kUnary = {
    UnaryRow{"Relu", UnaryOp::kRelu, "", 0, "", 0},
    UnaryRow{"Sigmoid", UnaryOp::kSigmoid, "", 0, "", 0},
    UnaryRow{"Tanh", UnaryOp::kTanh, "", 0, "", 0},
    UnaryRow{"Erf", UnaryOp::kErf, "", 0, "", 0},
    UnaryRow{"Exp", UnaryOp::kExp, "", 0, "", 0},
    UnaryRow{"Log", UnaryOp::kLog, "", 0, "", 0},
    UnaryRow{"Sqrt", UnaryOp::kSqrt, "", 0, "", 0},
    UnaryRow{"Neg", UnaryOp::kNeg, "", 0, "", 0},
    UnaryRow{"Abs", UnaryOp::kAbs, "", 0, "", 0},
    UnaryRow{"LeakyRelu", UnaryOp::kLeakyRelu, "alpha", 0.01F, "", 0},
    UnaryRow{"Elu", UnaryOp::kElu, "alpha", 1.0F, "", 0},
    UnaryRow{"HardSigmoid", UnaryOp::kHardSigmoid, "alpha", 0.2F, "beta", 0.5F},
};

struct BinaryRow {
  std::string_view name;
  BinaryOp op;
};
constexpr std::array kBinary = {BinaryRow{"Add", BinaryOp::kAdd}, BinaryRow{"Sub", BinaryOp::kSub},
                                BinaryRow{"Mul", BinaryOp::kMul}, BinaryRow{"Div", BinaryOp::kDiv}};

template <class Table>
const auto& row_of(const Table& table, const PlanRequest& request) {
  for (const auto& row : table) {
    if (row.name == request.node().op) return row;
  }
  request.fail("has no kernel");
}

/// Opset 6: the second operand is spread only when asked, and from the given axis on.
Shape aligned_shape(const PlanRequest& request, const Shape& a, const Shape& b) {
  if (request.node().integer("broadcast", 0) == 0) {
    if (a != b) request.fail("its operands differ in shape");
    return b;
  }
  const auto rank = static_cast<std::int64_t>(a.size());
  const auto own = static_cast<std::int64_t>(b.size());
  if (own > rank) request.fail("its second operand is larger");
  const std::int64_t axis = request.axis(request.node().integer("axis", rank - own), rank, true);
  if (axis + own > rank) request.fail(fmt::format("axis {} does not fit", axis));
  Shape shape = b;
  shape.resize(static_cast<std::size_t>(rank - axis), 1);
  return shape;
}

}  // namespace

Activation fused_activation(const PlanRequest& request) {
  const Node& node = request.node();
  if (node.domain.empty()) return {};
  const std::string name = node.text("activation", "");
  std::vector<float> given;
  if (const auto found = node.attributes.find("activation_params"); found != node.attributes.end()) {
    if (const auto* values = std::get_if<std::vector<float>>(&found->second)) given = *values;
  }
  const auto parameter = [&](std::size_t i, std::string_view key, float otherwise) {
    return i < given.size() ? given[i] : node.number(key, otherwise);
  };
  if (name == "Clip" && given.size() == 2) {
    return {request.kernels.unary, UnaryOp::kClip, given[0], given[1]};
  }
  for (const std::string_view known : {"Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid"}) {
    if (name != known) continue;
    const auto row = std::find_if(kUnary.begin(), kUnary.end(),
                                  [&](const UnaryRow& unary) { return unary.name == name; });
    return {request.kernels.unary, row->op, parameter(0, "activation_alpha", row->p),
            parameter(1, "activation_beta", row->q)};
  }
  request.fail(fmt::format("the activation '{}' is not supported", name));
}

PlannedNode plan_unary(const PlanRequest& request) {
  if (request.input(0).type != ElementType::kFloat32) return plan_scalar_unary(request);
  const UnaryRow& row = row_of(kUnary, request);
  const ValueSpec& in = request.input(0);
  const std::int64_t count = in.elements();
  const float p = row.p_name.empty() ? 0.0F : request.node().number(row.p_name, row.p);
  const float q = row.q_name.empty() ? 0.0F : request.node().number(row.q_name, row.q);
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.flops = static_cast<double>(count);
  planned.kernel = [=, run = request.kernels.unary, op = row.op](const KernelCall& call) {
    run(op, count, call.in(0), call.out(0), p, q);
  };
  return planned;
}

PlannedNode plan_binary(const PlanRequest& request) {
  if (request.input(0).type != ElementType::kFloat32) return plan_typed_binary(request);
  const BinaryRow& row = row_of(kBinary, request);
  const ValueSpec& a = request.float_input(0);
  ValueSpec b = request.float_input(1);
  if (request.graph.opset < 7) b.shape = aligned_shape(request, a.shape, b.shape);
  const auto out = broadcast_shape(a.shape, b.shape);
  if (!out || !element_count(*out)) {
    request.fail(fmt::format("tensors {} and {} do not fit", shape_text(a.shape),
                             shape_text(b.shape)));
  }
  if (!BroadcastLoop::can_walk(*out)) {
    request.fail(fmt::format("rank {} is not supported (opset {})", out->size(),
                             request.graph.opset),
                 fmt::format("up to {} axes are", BroadcastLoop::kMostAxes));
  }
  PlannedNode planned;
  planned.outputs = {{.type = ElementType::kFloat32, .shape = *out}};
  const std::int64_t count = *element_count(*out);
  planned.flops = static_cast<double>(count);
  if (count == 0) {
    planned.kernel = [](const KernelCall&) {};
    return planned;
  }
  planned.kernel = [loop = BroadcastLoop(a.shape, b.shape, *out), run = request.kernels.binary,
                    op = row.op](const KernelCall& call) {
    loop.for_each_run([&](std::int64_t at_a, std::int64_t at_b, std::int64_t at_out) {
      run(op, loop.run(), call.in(0) + at_a, loop.step_a(), call.in(1) + at_b, loop.step_b(),
          call.out(0) + at_out);
    });
  };
  return planned;
}

}  // namespace faascast
