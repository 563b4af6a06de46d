#include "workloads/passes/pruning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "sim-core/error.h"
#include "workloads/passes/conversion.h"
#include "workloads/passes/graph_edit.h"

namespace faascast {
namespace {

void check_fraction(const Graph& graph, double fraction) {
  if (fraction >= 0.0 && fraction < 1.0) return;
  throw InputError(Problem{.where = graph.name,
                           .what = fmt::format("cannot prune a fraction of {:g}", fraction),
                           .mend = "give a fraction from 0 to below 1, such as 0.5"});
}

bool is_prunable(const Value& value) {
  return value.constant != nullptr && value.constant->type == ElementType::kFloat32 &&
         value.constant->shape.size() >= 2;
}

Tensor without_smallest(const Tensor& weights, double fraction) {
  Tensor pruned = weights;
  const auto values = pruned.as<float>();
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto count = static_cast<std::size_t>(
      std::llround(fraction * static_cast<double>(values.size())));
  // Ties by place: the same weights on every machine.
  std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                   [&](std::size_t a, std::size_t b) {
                     const float x = std::fabs(values[a]);
                     const float y = std::fabs(values[b]);
                     return x != y ? x < y : a < b;
                   });
  for (std::size_t i = 0; i < count; ++i) values[order[i]] = 0.0F;
  return pruned;
}

/// A layer whose outputs are channels of weights: convolution, Gemm or MatMul with a weight on the
/// right.
struct Layer {
  int weights = Node::kAbsent;
  int bias = Node::kAbsent;
  std::size_t out_axis = 0;  ///< of the weights
  std::size_t in_axis = 1;
};

std::optional<Layer> layer_of(const Graph& graph, const Node& node) {
  Layer layer{.weights = input_of(node, 1), .bias = input_of(node, 2)};
  const Tensor* weights = constant_of(graph, layer.weights);
  if (weights == nullptr || weights->type != ElementType::kFloat32) return std::nullopt;
  if (node.op == "Conv" || node.op == "FusedConv") {
    if (node.integer("group", 1) != 1 || node.inputs.size() > 3) return std::nullopt;
  } else if (node.op == "Gemm" || node.op == "FusedGemm") {
    if (weights->shape.size() != 2 || node.integer("transA", 0) != 0) return std::nullopt;
    if (node.integer("transB", 0) == 0) std::swap(layer.out_axis, layer.in_axis);
  } else if (node.op == "MatMul") {
    if (weights->shape.size() != 2) return std::nullopt;
    std::swap(layer.out_axis, layer.in_axis);
  } else {
    return std::nullopt;
  }
  if (layer.bias != Node::kAbsent) {
    const Tensor* bias = constant_of(graph, layer.bias);
    const std::int64_t channels = weights->shape[layer.out_axis];
    if (bias == nullptr || bias->type != ElementType::kFloat32 ||
        (bias->elements() != channels && bias->elements() != 1)) {
      return std::nullopt;
    }
  }
  return layer;
}

/// Operators that change every channel by itself.
bool keeps_channels(const Node& node) {
  constexpr std::array<std::string_view, 16> kOps{
      "Relu",    "Sigmoid",   "Tanh",        "LeakyRelu",         "Elu",         "HardSigmoid",
      "Clip",    "MaxPool",   "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Identity",
      "Dropout", "HardSwish", "Selu",        "Softplus"};
  return std::find(kOps.begin(), kOps.end(), node.op) != kOps.end() &&
         (node.op != "Clip" || node.inputs.size() <= 3);
}

/// A reader of narrowed channels, each of which it sees as `each` neighbouring columns.
struct Reader {
  int node = 0;
  std::int64_t each = 1;
};

struct Reach {
  std::vector<Reader> readers{};
  std::vector<Reader> reshapes{};  ///< that make the channels columns of a matrix
};

class Narrower {
 public:
  Narrower(const Graph& graph, const PassOptions& options)
      : graph_(graph), shapes_(graph, options.executor), fraction_(options.fraction) {}

  PassResult narrowed() {
    std::int64_t removed = 0;
    int layers = 0;
    for (const int n : execution_order(graph_)) {
      const std::int64_t channels = narrow(n);
      removed += channels;
      layers += channels > 0 ? 1 : 0;
    }
    if (layers == 0) {
      throw InputError(Problem{
          .where = graph_.name,
          .what = "has no layer whose channels can be removed",
          .mend = "a convolution or product must feed others of its kind, through activations, "
                  "pooling or flattening only"});
    }
    for (Value& value : graph_.values) {
      if (!value.constant) value.shape.reset();
    }
    for (const int input : graph_.inputs) {
      graph_.values[static_cast<std::size_t>(input)].shape = input_shapes_of(input);
    }
    return {.graph = tidied(graph_),
            .note = fmt::format("{} channels of {} layer{} removed", removed, layers,
                                layers == 1 ? "" : "s")};
  }

 private:
  [[nodiscard]] std::optional<std::vector<Dimension>> input_shapes_of(int input) const {
    return shapes_.graph().values[static_cast<std::size_t>(input)].shape;
  }

  /// Follows a value to the layers that read its channels; nothing when anything else does.
  [[nodiscard]] bool follow(const GraphLinks& links, int value, std::int64_t each, Reach& reach) const {
    const auto v = static_cast<std::size_t>(value);
    if (links.is_output[v] || links.readers[v].empty()) return false;
    const Shape& shape = shapes_.shape_of(value);
    for (const int n : links.readers[v]) {
      const Node& node = graph_.nodes[static_cast<std::size_t>(n)];
      if (input_of(node, 0) != value) return false;
      const bool once = std::count(node.inputs.begin(), node.inputs.end(), value) == 1;
      if (!once) return false;
      if (layer_of(graph_, node)) {
        if (node.op == "MatMul" && shape.size() != 2) return false;
        reach.readers.push_back({.node = n, .each = each});
        continue;
      }
      if (keeps_channels(node)) {
        if (!follow(links, node.outputs[0], each, reach)) return false;
        continue;
      }
      if (node.op != "Flatten" && node.op != "Reshape") return false;
      const Shape& flat = shapes_.shape_of(node.outputs[0]);
      if (shape.size() < 3 || flat.size() != 2 || flat[0] != shape[0]) return false;
      if (node.op == "Reshape") {
        const Tensor* asked = constant_of(graph_, input_of(node, 1));
        if (asked == nullptr || asked->elements() != 2) return false;
        reach.reshapes.push_back({.node = n, .each = flat[1] / shape[1]});
      }
      if (!follow(links, node.outputs[0], flat[1] / shape[1], reach)) return false;
    }
    return true;
  }

  /// Sum of |weights| of each output channel.
  static std::vector<double> strengths(const Tensor& weights, std::size_t axis) {
    const auto channels = static_cast<std::size_t>(weights.shape[axis]);
    std::size_t inner = 1;
    for (std::size_t a = axis + 1; a < weights.shape.size(); ++a) {
      inner *= static_cast<std::size_t>(weights.shape[a]);
    }
    std::vector<double> sums(channels, 0.0);
    const auto values = weights.as<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      sums[i / inner % channels] += std::fabs(static_cast<double>(values[i]));
    }
    return sums;
  }

  /// Keeps the given places of one axis; each stands for `each` neighbours.
  static Tensor taken(const Tensor& from, std::size_t axis, const std::vector<std::size_t>& kept,
                      std::size_t each) {
    std::size_t outer = 1;
    std::size_t inner = 1;
    for (std::size_t a = 0; a < axis; ++a) outer *= static_cast<std::size_t>(from.shape[a]);
    for (std::size_t a = axis + 1; a < from.shape.size(); ++a) {
      inner *= static_cast<std::size_t>(from.shape[a]);
    }
    Shape shape = from.shape;
    shape[axis] = static_cast<std::int64_t>(kept.size() * each);
    Tensor to = make_tensor(from.type, shape);
    const auto length = static_cast<std::size_t>(from.shape[axis]);
    const auto source = from.as<float>();
    auto target = to.as<float>().begin();
    for (std::size_t o = 0; o < outer; ++o) {
      for (const std::size_t k : kept) {
        const auto first = source.begin() + static_cast<std::ptrdiff_t>((o * length + k * each) * inner);
        target = std::copy(first, first + static_cast<std::ptrdiff_t>(each * inner), target);
      }
    }
    return to;
  }

  void give(std::size_t n, std::size_t input, Tensor tensor) {
    const Value old = graph_.values[static_cast<std::size_t>(graph_.nodes[n].inputs[input])];
    const int index = add_constant(graph_, std::string(old.name).append(".pruned"), std::move(tensor));
    graph_.values.back().is_half = old.is_half;
    graph_.nodes[n].inputs[input] = index;
  }

  /// Channels removed from the output of a node.
  std::int64_t narrow(int index) {
    const auto n = static_cast<std::size_t>(index);
    const auto layer = layer_of(graph_, graph_.nodes[n]);
    if (!layer) return 0;
    const int made = graph_.nodes[n].outputs[0];
    const bool matrix = graph_.nodes[n].op != "Conv" && graph_.nodes[n].op != "FusedConv";
    if (matrix && shapes_.shape_of(made).size() != 2) return 0;
    Reach reach;
    const GraphLinks links(graph_);
    if (!follow(links, made, 1, reach)) return 0;
    const Tensor weights = *constant_of(graph_, layer->weights);
    const std::vector<double> strength = strengths(weights, layer->out_axis);
    const auto gone = std::min(
        static_cast<std::size_t>(std::llround(fraction_ * static_cast<double>(strength.size()))),
        strength.size() - 1);
    if (gone == 0) return 0;
    std::vector<std::size_t> order(strength.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return strength[a] < strength[b]; });
    std::vector<std::size_t> kept(order.begin() + static_cast<std::ptrdiff_t>(gone), order.end());
    std::sort(kept.begin(), kept.end());

    give(n, 1, taken(weights, layer->out_axis, kept, 1));
    if (layer->bias != Node::kAbsent && constant_of(graph_, layer->bias)->elements() > 1) {
      const Tensor bias = *constant_of(graph_, layer->bias);
      give(n, 2, taken(bias, bias.shape.size() - 1, kept, 1));
    }
    for (const Reader& reader : reach.readers) {
      const auto r = static_cast<std::size_t>(reader.node);
      const Layer next = *layer_of(graph_, graph_.nodes[r]);
      const Tensor old = *constant_of(graph_, next.weights);
      give(r, 1, taken(old, next.in_axis, kept, static_cast<std::size_t>(reader.each)));
    }
    for (const Reader& reshape : reach.reshapes) {
      Node& node = graph_.nodes[static_cast<std::size_t>(reshape.node)];
      const auto asked = constant_of(graph_, node.inputs[1])->as<std::int64_t>();
      const std::int64_t columns = static_cast<std::int64_t>(kept.size()) * reshape.each;
      const std::array<std::int64_t, 2> sizes{asked[0], asked[1] == -1 ? -1 : columns};
      node.inputs[1] = add_constant(graph_, "narrowed.shape", int64_tensor({2}, sizes));
    }
    return static_cast<std::int64_t>(gone);
  }

  Graph graph_;
  const Executor shapes_;  ///< of the graph as it came
  double fraction_;
};

}  // namespace

PassResult magnitude_pruned(const Graph& graph, double fraction) {
  check_fraction(graph, fraction);
  PassResult result{.graph = graph};
  std::int64_t zeros = 0;
  std::int64_t all = 0;
  for (Value& value : result.graph.values) {
    if (!is_prunable(value)) continue;
    value.constant = std::make_shared<const Tensor>(without_smallest(*value.constant, fraction));
    const auto values = value.constant->as<float>();
    zeros += std::count(values.begin(), values.end(), 0.0F);
    all += value.constant->elements();
  }
  if (all == 0) {
    throw InputError(Problem{.where = graph.name,
                             .what = "has no float weights of two axes or more to prune",
                             .mend = "prune before weights are stored as int8"});
  }
  result.note = fmt::format("{} of {} weights are zero", zeros, all);
  return result;
}

PassResult channels_pruned(const Graph& graph, const PassOptions& options) {
  check_fraction(graph, options.fraction);
  // Sums and normalisation between layers are part of the layers then.
  return Narrower(converted(graph, options.executor, false).graph, options).narrowed();
}

}  // namespace faascast
