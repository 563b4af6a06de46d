#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sim-core/error.h"
#include "workloads/passes/conversion.h"
#include "workloads/passes/graph_edit.h"

namespace faascast {
namespace {

constexpr std::int64_t kTarget = 13;

/// Operators whose nodes of an older opset mean the same in opset 13 (from the given opset on).
struct Unchanged {
  std::string_view op;
  std::int64_t since;
};
constexpr std::array kUnchanged = {
    Unchanged{"Abs", 6},       Unchanged{"Add", 7},           Unchanged{"And", 7},
    Unchanged{"ArgMax", 1},    Unchanged{"AveragePool", 7},   Unchanged{"Cast", 6},
    Unchanged{"Ceil", 6},      Unchanged{"Concat", 4},        Unchanged{"Constant", 1},
    Unchanged{"Conv", 1},      Unchanged{"ConvTranspose", 1}, Unchanged{"ConstantOfShape", 9},
    Unchanged{"DepthToSpace", 1}, Unchanged{"Div", 7},        Unchanged{"Elu", 6},
    Unchanged{"Equal", 7},     Unchanged{"Erf", 9},           Unchanged{"Exp", 6},
    Unchanged{"Expand", 8},    Unchanged{"Flatten", 1},       Unchanged{"Floor", 6},
    Unchanged{"GRU", 7},       Unchanged{"Gather", 1},        Unchanged{"Gemm", 7},
    Unchanged{"GlobalAveragePool", 1}, Unchanged{"GlobalMaxPool", 1}, Unchanged{"Greater", 7},
    Unchanged{"HardSigmoid", 6}, Unchanged{"Identity", 1},    Unchanged{"InstanceNormalization", 6},
    Unchanged{"LRN", 1},       Unchanged{"LSTM", 7},          Unchanged{"LeakyRelu", 6},
    Unchanged{"Less", 7},      Unchanged{"Log", 6},           Unchanged{"MatMul", 1},
    Unchanged{"Max", 8},       Unchanged{"MaxPool", 1},       Unchanged{"Mean", 8},
    Unchanged{"Min", 8},       Unchanged{"Mul", 7},           Unchanged{"Neg", 6},
    Unchanged{"Not", 1},       Unchanged{"PRelu", 7},         Unchanged{"Pow", 7},
    Unchanged{"RNN", 7},       Unchanged{"Reciprocal", 6},    Unchanged{"ReduceL2", 1},
    Unchanged{"ReduceMax", 1}, Unchanged{"ReduceMean", 1},    Unchanged{"ReduceMin", 1},
    Unchanged{"ReduceProd", 1}, Unchanged{"Relu", 6},         Unchanged{"Reshape", 5},
    Unchanged{"Selu", 6},      Unchanged{"Shape", 1},         Unchanged{"Sigmoid", 6},
    Unchanged{"Size", 1},      Unchanged{"Softplus", 1},      Unchanged{"Softsign", 1},
    Unchanged{"SpaceToDepth", 1}, Unchanged{"Sqrt", 6},       Unchanged{"Sub", 7},
    Unchanged{"Sum", 8},       Unchanged{"Tanh", 6},          Unchanged{"Tile", 6},
    Unchanged{"Transpose", 1}, Unchanged{"Where", 9},
};

class Raiser {
 public:
  Raiser(const Graph& graph, const ExecutorOptions& options)
      : from_(graph.opset), graph_(graph), shapes_(graph, options) {}

  Graph raised() {
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) raise(n);
    graph_.opset = kTarget;
    return std::move(graph_);
  }

 private:
  [[noreturn]] void refuse(std::size_t n) const {
    throw InputError(Problem{
        .where = graph_.name,
        .what = fmt::format("{}: cannot be raised from opset {} to {}", describe(graph_, n), from_,
                            kTarget),
        .mend = "export the model with opset 13 or newer"});
  }

  void raise(std::size_t n) {
    Node& node = graph_.nodes[n];
    if (!node.domain.empty()) return;
    const auto found = std::find_if(kUnchanged.begin(), kUnchanged.end(),
                                    [&](const Unchanged& row) { return row.op == node.op; });
    // Relu and its like only lost a memory hint after opset 1; sums of equal shapes mean the same.
    if (found != kUnchanged.end() && (from_ >= found->since || node.attributes.empty())) return;
    if (node.op == "Squeeze" || node.op == "Unsqueeze" || node.op == "ReduceSum") {
      attribute_to_input(n, "axes", 1);
    } else if (node.op == "Split") {
      attribute_to_input(n, "split", 1);
    } else if (node.op == "Softmax" || node.op == "LogSoftmax" || node.op == "Hardmax") {
      raise_softmax(n);
    } else if (node.op == "Slice") {
      if (from_ >= 10) return;
      attribute_to_input(n, "starts", 1);
      attribute_to_input(n, "ends", 2);
      attribute_to_input(n, "axes", 3);
    } else if (node.op == "Clip") {
      raise_clip(n);
    } else if (node.op == "Pad") {
      raise_pad(n);
    } else if (node.op == "Dropout" && from_ >= 7) {
      node.attributes.erase("ratio");
      node.attributes.erase("seed");
    } else if (node.op == "BatchNormalization" && from_ >= 9) {
      return;
    } else if (node.op == "BatchNormalization" && node.integer("spatial", 1) == 1 && from_ >= 7) {
      node.attributes.erase("spatial");
    } else {
      refuse(n);
    }
  }

  void attribute_to_input(std::size_t n, const std::string& key, std::size_t input) {
    Node& node = graph_.nodes[n];
    if (!node.has(key)) return;
    const std::vector<std::int64_t> values = node.integers(key);
    node.attributes.erase(key);
    const Shape shape{static_cast<std::int64_t>(values.size())};
    const int index = add_constant(graph_, std::string(node.op).append(".").append(key),
                                   int64_tensor(shape, values));
    Node& again = graph_.nodes[n];
    again.inputs.resize(std::max(again.inputs.size(), input + 1), Node::kAbsent);
    again.inputs[input] = index;
  }

  int number(float value, const std::string& name) {
    return add_constant(graph_, name, float_tensor({}, std::vector<float>{value}));
  }

  /// Before opset 13 everything from the axis on is one row: the same where that is one axis.
  void raise_softmax(std::size_t n) {
    Node& node = graph_.nodes[n];
    const auto& shape = shapes_.shape_of(node.inputs[0]);
    const auto rank = static_cast<std::int64_t>(shape.size());
    std::int64_t axis = node.integer("axis", 1);
    if (axis < 0) axis += rank;
    std::int64_t longest = axis;
    int wide = 0;
    for (std::int64_t a = axis; a < rank; ++a) {
      if (shape[static_cast<std::size_t>(a)] == 1) continue;
      ++wide;
      longest = a;
    }
    if (wide > 1 || axis < 0 || axis >= rank) refuse(n);
    node.attributes["axis"] = longest;
  }

  void raise_clip(std::size_t n) {
    if (from_ >= 11) return;
    const float low = graph_.nodes[n].number("min", std::numeric_limits<float>::lowest());
    const float high = graph_.nodes[n].number("max", std::numeric_limits<float>::max());
    graph_.nodes[n].attributes.clear();
    const int min = number(low, "Clip.min");
    const int max = number(high, "Clip.max");
    graph_.nodes[n].inputs = {graph_.nodes[n].inputs[0], min, max};
  }

  void raise_pad(std::size_t n) {
    if (from_ >= 11) return;
    if (graph_.nodes[n].has("paddings")) refuse(n);
    const float value = graph_.nodes[n].number("value", 0.0F);
    graph_.nodes[n].attributes.erase("value");
    attribute_to_input(n, "pads", 1);
    const int constant = number(value, "Pad.value");
    graph_.nodes[n].inputs.resize(2, Node::kAbsent);
    graph_.nodes[n].inputs.push_back(constant);
  }

  std::int64_t from_;
  Graph graph_;
  const Executor shapes_;
};

}  // namespace

Graph raised_opset(const Graph& graph, const ExecutorOptions& options) {
  if (graph.opset >= kTarget) return graph;
  return Raiser(graph, options).raised();
}

}  // namespace faascast
