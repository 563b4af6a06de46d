// Passes that change how weights are stored, not how a model computes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "sim-core/error.h"
#include "workloads/half.h"
#include "workloads/passes/conversion.h"
#include "workloads/passes/graph_edit.h"
#include "workloads/passes/quantise.h"

namespace faascast {
namespace {

/// Below so many weights scales and operators cost more than they save.
constexpr std::int64_t kFewest = 32;

/// A weight that a node reads, and the axis whose positions get scales of their own.
struct Place {
  std::size_t input = 0;
  std::int64_t axis = -1;
};

std::vector<Place> weight_places(const Node& node) {
  const bool transposed = node.integer("transB", 0) != 0;
  if (node.op == "Conv" || node.op == "FusedConv") return {{.input = 1, .axis = 0}};
  if (node.op == "ConvTranspose") return {{.input = 1, .axis = -1}};
  if (node.op == "Gemm" || node.op == "FusedGemm") return {{.input = 1, .axis = transposed ? 0 : 1}};
  if (node.op == "MatMul") return {{.input = 1, .axis = -2}, {.input = 0, .axis = -1}};
  if (node.op == "LSTM" || node.op == "GRU" || node.op == "RNN") {
    return {{.input = 1, .axis = 1}, {.input = 2, .axis = 1}};
  }
  if (node.op == "Gather") return {{.input = 0, .axis = -1}};
  return {};
}

bool is_weight(const Graph& graph, int value) {
  const Tensor* tensor = constant_of(graph, value);
  return tensor != nullptr && tensor->type == ElementType::kFloat32 && tensor->shape.size() >= 2 &&
         tensor->elements() >= kFewest;
}

Tensor scale_tensor(const std::vector<float>& scales) {
  const auto count = static_cast<std::int64_t>(scales.size());
  return float_tensor(count == 1 ? Shape{} : Shape{count}, scales);
}

}  // namespace

PassResult with_float16_weights(const Graph& graph) {
  PassResult result{.graph = graph};
  int count = 0;
  for (Value& value : result.graph.values) {
    if (!value.constant || value.constant->type != ElementType::kFloat32 || value.is_half ||
        value.constant->shape.size() < 2) {
      continue;
    }
    Tensor rounded = *value.constant;
    for (float& x : rounded.as<float>()) x = rounded_to_half(x);
    value.constant = std::make_shared<const Tensor>(std::move(rounded));
    value.is_half = true;
    ++count;
  }
  if (count == 0) {
    throw InputError(Problem{.where = graph.name,
                             .what = "has no float32 weights of two axes or more"});
  }
  result.note = fmt::format("{} weight tensor{} stored as float16", count, count == 1 ? "" : "s");
  return result;
}

Int8Weights to_int8(const Tensor& weights, std::int64_t axis) {
  std::size_t count = 1;
  std::size_t inner = 1;
  if (axis >= 0) {
    count = static_cast<std::size_t>(weights.shape[static_cast<std::size_t>(axis)]);
    for (auto a = static_cast<std::size_t>(axis) + 1; a < weights.shape.size(); ++a) {
      inner *= static_cast<std::size_t>(weights.shape[a]);
    }
  }
  const auto values = weights.as<float>();
  const auto at = [&](std::size_t i) { return count == 1 ? 0 : i / inner % count; };
  std::vector<float> largest(count, 0.0F);
  for (std::size_t i = 0; i < values.size(); ++i) {
    largest[at(i)] = std::max(largest[at(i)], std::fabs(values[i]));
  }
  Int8Weights result{.values = make_tensor(ElementType::kInt8, weights.shape)};
  for (const float most : largest) result.scales.push_back(most > 0.0F ? most / 127.0F : 1.0F);
  const auto to = result.values.as<std::int8_t>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float x = std::nearbyint(values[i] / result.scales[at(i)]);
    to[i] = static_cast<std::int8_t>(std::clamp(x, -127.0F, 127.0F));
  }
  return result;
}

PassResult with_int8_weights(const Graph& graph, const PassOptions& options) {
  PassResult result{.graph = raised_opset(graph, options.executor)};
  Graph& g = result.graph;
  int count = 0;
  std::vector<int> stored(g.values.size(), Node::kAbsent);  // the dequantised value of a weight
  const std::size_t nodes = g.nodes.size();
  for (std::size_t n = 0; n < nodes; ++n) {
    for (const Place& place : weight_places(g.nodes[n])) {
      const int weight = input_of(g.nodes[n], place.input);
      if (!is_weight(g, weight) || static_cast<std::size_t>(weight) >= stored.size()) continue;
      int& dequantised = stored[static_cast<std::size_t>(weight)];
      if (dequantised == Node::kAbsent) {
        const auto rank = static_cast<std::int64_t>(constant_of(g, weight)->shape.size());
        std::int64_t axis = place.axis == -2 ? rank - 1 : place.axis;
        if (!options.per_channel) axis = -1;
        Int8Weights int8 = to_int8(*constant_of(g, weight), axis);
        const std::string name = g.values[static_cast<std::size_t>(weight)].name;
        Node node{.op = "DequantizeLinear", .name = std::string("dequantise ").append(name)};
        node.inputs = {add_constant(g, std::string(name).append(".int8"), std::move(int8.values)),
                       add_constant(g, std::string(name).append(".scale"), scale_tensor(int8.scales))};
        if (int8.scales.size() > 1) node.attributes["axis"] = axis;
        dequantised = add_value(g, std::string(name).append(".float"), ElementType::kFloat32);
        node.outputs = {dequantised};
        g.nodes.push_back(std::move(node));
        ++count;
      }
      g.nodes[n].inputs[place.input] = dequantised;
    }
  }
  if (count == 0) {
    throw InputError(Problem{.where = graph.name, .what = "has no float weights to store as int8"});
  }
  g = tidied(g);
  result.note = fmt::format("{} weight tensor{} stored as int8{}", count, count == 1 ? "" : "s",
                            options.per_channel ? ", a scale a channel" : ", one scale each");
  return result;
}

}  // namespace faascast
