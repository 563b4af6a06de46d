#include "workloads/passes/conversion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "workloads/half.h"
#include "workloads/operators/operators.h"
#include "workloads/passes/graph_edit.h"

namespace faascast {
namespace {

/// A fold may make a model larger by so many bytes.
constexpr std::int64_t kSmall = 4096;

std::int64_t stored_bytes(const Graph& graph, int value) {
  const Tensor* constant = constant_of(graph, value);
  if (constant == nullptr) return 0;
  const auto bytes = static_cast<std::int64_t>(constant->bytes.size());
  return graph.values[static_cast<std::size_t>(value)].is_half ? bytes / 2 : bytes;
}

/// Nodes all of whose inputs are weights, or made by such nodes.
std::vector<int> constant_nodes(const Graph& graph) {
  std::vector<bool> known(graph.values.size(), false);
  for (std::size_t v = 0; v < known.size(); ++v) known[v] = graph.values[v].constant != nullptr;
  std::vector<int> nodes;
  for (const int n : execution_order(graph)) {
    const Node& node = graph.nodes[static_cast<std::size_t>(n)];
    const bool all = std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) {
      return input == Node::kAbsent || known[static_cast<std::size_t>(input)];
    });
    if (!all || find_operator(node, graph.opset) == nullptr) continue;
    nodes.push_back(n);
    for (const int output : node.outputs) {
      if (output != Node::kAbsent) known[static_cast<std::size_t>(output)] = true;
    }
  }
  return nodes;
}

/// Computes constant nodes in order; one that would make the model larger stays, as do its readers.
int fold_constants(Graph& graph, const ExecutorOptions& options) {
  int folded = 0;
  for (const int n : constant_nodes(graph)) {
    Node& node = graph.nodes[static_cast<std::size_t>(n)];
    std::int64_t before = 0;
    bool known = true;
    Graph one{.name = graph.name, .ir_version = graph.ir_version, .opset = graph.opset};
    Node copy = node;
    for (int& input : copy.inputs) {
      if (input == Node::kAbsent) continue;
      known = known && constant_of(graph, input) != nullptr;
      before += stored_bytes(graph, input);
      one.values.push_back(graph.values[static_cast<std::size_t>(input)]);
      input = static_cast<int>(one.values.size()) - 1;
    }
    if (!known) continue;
    for (int& output : copy.outputs) {
      if (output == Node::kAbsent) continue;
      one.values.push_back({.name = graph.values[static_cast<std::size_t>(output)].name});
      output = static_cast<int>(one.values.size()) - 1;
      one.outputs.push_back(output);
    }
    one.nodes.push_back(std::move(copy));
    Executor executor(std::move(one), {.isa = options.isa});
    const std::vector<Tensor> results = executor.run_on({});
    std::int64_t after = 0;
    for (const Tensor& result : results) after += static_cast<std::int64_t>(result.bytes.size());
    if (after > std::max(before, kSmall)) continue;
    std::size_t next = 0;
    for (const int output : node.outputs) {
      if (output == Node::kAbsent) continue;
      Value& value = graph.values[static_cast<std::size_t>(output)];
      value.type = results[next].type;
      value.constant = std::make_shared<const Tensor>(results[next++]);
    }
    node.outputs.clear();
    node.inputs.clear();
    ++folded;
  }
  return folded;
}

bool is_conv(const Node& node) { return node.op == "Conv" && node.domain.empty(); }

/// A float weight that can be given new content.
const Tensor* float_constant(const Graph& graph, int value) {
  const Tensor* tensor = constant_of(graph, value);
  return tensor != nullptr && tensor->type == ElementType::kFloat32 ? tensor : nullptr;
}

int changed_constant(Graph& graph, int from, Tensor tensor) {
  const Value old = graph.values[static_cast<std::size_t>(from)];
  if (old.is_half) {
    for (float& x : tensor.as<float>()) x = rounded_to_half(x);
  }
  const int index = add_constant(graph, std::string(old.name).append(".fused"), std::move(tensor));
  graph.values.back().is_half = old.is_half;
  return index;
}

/// The bias of a convolution: its own or zeros.
std::vector<float> bias_of(const Graph& graph, const Node& conv, std::int64_t channels) {
  const Tensor* bias = float_constant(graph, input_of(conv, 2));
  if (bias == nullptr) return std::vector<float>(static_cast<std::size_t>(channels), 0.0F);
  const auto values = bias->as<float>();
  return {values.begin(), values.end()};
}

/// Whether the bias is known (or absent), so that it can take in more.
bool has_open_bias(const Graph& graph, const Node& node) {
  const int bias = input_of(node, 2);
  return bias == Node::kAbsent || float_constant(graph, bias) != nullptr;
}

void set_bias(Graph& graph, Node& node, std::span<const float> values, const std::string& name) {
  const Shape shape{static_cast<std::int64_t>(values.size())};
  const int index = add_constant(graph, name, float_tensor(shape, values));
  node.inputs.resize(3, Node::kAbsent);
  node.inputs[2] = index;
}

/// Takes the place of its reader: makes what that made.
void absorb(Graph& graph, int node, int reader) {
  graph.nodes[static_cast<std::size_t>(node)].outputs = {
      graph.nodes[static_cast<std::size_t>(reader)].outputs[0]};
  graph.nodes[static_cast<std::size_t>(reader)].outputs.clear();
  graph.nodes[static_cast<std::size_t>(reader)].inputs.clear();
}

bool fuse_batch_norm(Graph& graph, int n, int reader) {
  Node& conv = graph.nodes[static_cast<std::size_t>(n)];
  const Node& norm = graph.nodes[static_cast<std::size_t>(reader)];
  if (norm.op != "BatchNormalization" || norm.outputs.size() > 1 ||
      norm.integer("training_mode", 0) != 0 || norm.inputs.size() < 5) {
    return false;
  }
  const Tensor* weights = float_constant(graph, input_of(conv, 1));
  std::array<const Tensor*, 4> given{};
  for (std::size_t i = 0; i < 4; ++i) given[i] = float_constant(graph, norm.inputs[i + 1]);
  if (weights == nullptr || !has_open_bias(graph, conv) ||
      std::find(given.begin(), given.end(), nullptr) != given.end()) {
    return false;
  }
  const std::int64_t channels = weights->shape[0];
  for (const Tensor* tensor : given) {
    if (tensor->elements() != channels) return false;
  }
  const float epsilon = norm.number("epsilon", 1e-5F);
  Tensor scaled = *weights;
  std::vector<float> bias = bias_of(graph, conv, channels);
  const auto each = static_cast<std::size_t>(scaled.elements() / std::max<std::int64_t>(channels, 1));
  const auto values = scaled.as<float>();
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const float factor = given[0]->as<float>()[c] / std::sqrt(given[3]->as<float>()[c] + epsilon);
    for (std::size_t i = c * each; i < (c + 1) * each; ++i) values[i] *= factor;
    bias[c] = (bias[c] - given[2]->as<float>()[c]) * factor + given[1]->as<float>()[c];
  }
  const std::string name = graph.values[static_cast<std::size_t>(norm.inputs[2])].name;
  const int changed = changed_constant(graph, conv.inputs[1], std::move(scaled));
  conv.inputs[1] = changed;
  set_bias(graph, conv, bias, std::string(name).append(".fused"));
  absorb(graph, n, reader);
  return true;
}

/// One value, or one for each position of `axis` counted from the end, and nothing else.
std::optional<std::vector<float>> spread_over(const Tensor& tensor, std::int64_t from_end,
                                              std::int64_t size) {
  const auto values = tensor.as<float>();
  if (values.size() == 1) return std::vector<float>(static_cast<std::size_t>(size), values[0]);
  if (static_cast<std::int64_t>(values.size()) != size ||
      static_cast<std::int64_t>(tensor.shape.size()) < from_end ||
      tensor.shape[tensor.shape.size() - static_cast<std::size_t>(from_end)] != size) {
    return std::nullopt;
  }
  return std::vector<float>(values.begin(), values.end());
}

/// The other operand of a sum of two, where it is a weight.
const Tensor* addend(const Graph& graph, const Node& add, int made) {
  if (add.op != "Add" || add.inputs.size() != 2 || !add.attributes.empty()) return nullptr;
  return float_constant(graph, add.inputs[0] == made ? add.inputs[1] : add.inputs[0]);
}

bool fuse_sum_into_conv(Graph& graph, int n, int reader, const Shape& out) {
  Node& conv = graph.nodes[static_cast<std::size_t>(n)];
  const Tensor* tensor = addend(graph, graph.nodes[static_cast<std::size_t>(reader)], conv.outputs[0]);
  if (tensor == nullptr || !has_open_bias(graph, conv) || tensor->shape.size() > out.size()) return false;
  const auto added = spread_over(*tensor, static_cast<std::int64_t>(out.size()) - 1, out[1]);
  if (!added) return false;
  std::vector<float> bias = bias_of(graph, conv, out[1]);
  for (std::size_t c = 0; c < bias.size(); ++c) bias[c] += (*added)[c];
  set_bias(graph, conv, bias, std::string(conv.name.empty() ? "conv" : conv.name).append(".bias"));
  absorb(graph, n, reader);
  return true;
}

bool fuse_sum_into_product(Graph& graph, int n, int reader, const Shape& a, const Shape& out) {
  Node& product = graph.nodes[static_cast<std::size_t>(n)];
  const Tensor* tensor =
      addend(graph, graph.nodes[static_cast<std::size_t>(reader)], product.outputs[0]);
  const Tensor* right = float_constant(graph, input_of(product, 1));
  if (tensor == nullptr || right == nullptr || right->shape.size() != 2 || a.size() != 2 ||
      out.size() != 2 || tensor->shape.size() > 2) {
    return false;
  }
  const auto bias = spread_over(*tensor, 1, out[1]);
  if (!bias) return false;
  set_bias(graph, product, *bias,
           std::string(product.name.empty() ? "product" : product.name).append(".bias"));
  product.op = "Gemm";
  absorb(graph, n, reader);
  return true;
}

bool fuse_activation(Graph& graph, int n, int reader) {
  Node& node = graph.nodes[static_cast<std::size_t>(n)];
  const Node& activation = graph.nodes[static_cast<std::size_t>(reader)];
  if (!activation.domain.empty()) return false;
  const bool is_leaky = activation.op == "LeakyRelu";
  if (!is_leaky && activation.op != "Relu" && activation.op != "Sigmoid" && activation.op != "Tanh") {
    return false;
  }
  if (is_conv(node)) {
    node.op = "FusedConv";
    if (is_leaky) {
      node.attributes["activation_params"] = std::vector<float>{activation.number("alpha", 0.01F)};
    }
  } else {
    node.op = "FusedGemm";
    if (is_leaky) node.attributes["activation_alpha"] = activation.number("alpha", 0.01F);
  }
  node.domain = "com.microsoft";
  node.attributes["activation"] = activation.op;
  absorb(graph, n, reader);
  return true;
}

struct Fused {
  int norms = 0;
  int sums = 0;
  int activations = 0;
};

/// Fuses until nothing changes; shapes are those of the graph as it came (values keep their shape).
Fused fuse(Graph& graph, const ExecutorOptions& options, bool with_activations) {
  Fused fused;
  const Executor shapes(graph, options);
  const auto shape_of = [&](int value) { return shapes.shape_of(value); };
  for (const int n : execution_order(graph)) {
    for (bool again = true; again;) {
      again = false;
      const Node& node = graph.nodes[static_cast<std::size_t>(n)];
      if (node.outputs.empty() || node.outputs[0] == Node::kAbsent || !node.domain.empty()) break;
      const bool conv = is_conv(node);
      if (!conv && node.op != "MatMul" && node.op != "Gemm") break;
      const int made = node.outputs[0];
      const int reader = GraphLinks(graph).only_reader(made);
      if (reader < 0) break;
      if (conv && fuse_batch_norm(graph, n, reader)) {
        ++fused.norms;
        again = true;
      } else if (conv && fuse_sum_into_conv(graph, n, reader, shape_of(made))) {
        ++fused.sums;
        again = true;
      } else if (node.op == "MatMul" &&
                 fuse_sum_into_product(graph, n, reader, shape_of(node.inputs[0]), shape_of(made))) {
        ++fused.sums;
        again = true;
      } else if (with_activations && node.op != "MatMul" && fuse_activation(graph, n, reader)) {
        ++fused.activations;
      }
    }
  }
  return fused;
}

/// Identity and inference-time Dropout.
int drop_identities(Graph& graph) {
  int dropped = 0;
  for (Node& node : graph.nodes) {
    if (!node.domain.empty() || node.inputs.empty() || node.outputs.empty()) continue;
    const bool is_dropout = node.op == "Dropout" && node.outputs.size() == 1 && node.inputs.size() < 3;
    if (node.op != "Identity" && !is_dropout) continue;
    const int from = node.outputs[0];
    const int to = node.inputs[0];
    const GraphLinks links(graph);
    if (from == Node::kAbsent || links.is_output[static_cast<std::size_t>(from)]) continue;
    // Branches read by name what they capture.
    const auto& readers = links.readers[static_cast<std::size_t>(from)];
    const bool in_branch = std::any_of(readers.begin(), readers.end(), [&](int reader) {
      return graph.nodes[static_cast<std::size_t>(reader)].op == "If";
    });
    if (in_branch) continue;
    node.inputs.clear();
    node.outputs.clear();
    replace_reads(graph, from, to);
    ++dropped;
  }
  return dropped;
}

}  // namespace

PassResult converted(const Graph& graph, const ExecutorOptions& options, bool fuse_activations) {
  PassResult result{.graph = graph};
  const int folded = fold_constants(result.graph, options);
  const int dropped = drop_identities(result.graph);
  result.graph = tidied(result.graph);
  const Fused fused = fuse(result.graph, options, fuse_activations);
  result.graph = tidied(result.graph);
  std::vector<std::string> words;
  const auto count = [&](int number, std::string_view what) {
    if (number > 0) words.push_back(fmt::format("{} {}{}", number, what, number == 1 ? "" : "s"));
  };
  count(folded, "constant");
  count(dropped, "identity operator");
  count(fused.norms, "normalisation");
  count(fused.sums, "sum");
  count(fused.activations, "activation");
  if (!words.empty()) result.note = fmt::format("folded or fused: {}", fmt::join(words, ", "));
  return result;
}

Graph with_plain_activations(const Graph& graph) {
  Graph result = graph;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].op != "FusedConv" && graph.nodes[n].op != "FusedGemm") continue;
    if (graph.nodes[n].inputs.size() > 3) continue;
    const int made = graph.nodes[n].outputs[0];
    const int inner = add_value(
        result, std::string(graph.values[static_cast<std::size_t>(made)].name).append(".linear"),
        ElementType::kFloat32);
    Node& node = result.nodes[n];
    Node activation{.op = node.text("activation", "Relu"),
                    .name = node.name.empty() ? std::string() : std::string(node.name).append(".activation"),
                    .inputs = {inner},
                    .outputs = {made}};
    const auto found = node.attributes.find("activation_params");
    if (activation.op == "LeakyRelu") {
      float alpha = node.number("activation_alpha", 0.01F);
      if (found != node.attributes.end()) {
        if (const auto* given = std::get_if<std::vector<float>>(&found->second);
            given != nullptr && !given->empty()) {
          alpha = given->front();
        }
      }
      activation.attributes["alpha"] = alpha;
    }
    node.op = node.op == "FusedConv" ? "Conv" : "Gemm";
    node.domain.clear();
    for (const char* key : {"activation", "activation_params", "activation_alpha"}) {
      node.attributes.erase(key);
    }
    node.outputs = {inner};
    result.nodes.push_back(std::move(activation));
  }
  return result;
}

}  // namespace faascast
