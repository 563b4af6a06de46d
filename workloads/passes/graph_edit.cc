#include "workloads/passes/graph_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace faascast {

GraphLinks::GraphLinks(const Graph& graph)
    : maker(graph.values.size(), -1),
      readers(graph.values.size()),
      is_output(graph.values.size(), false) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const int output : graph.nodes[n].outputs) {
      if (output != Node::kAbsent) maker[static_cast<std::size_t>(output)] = static_cast<int>(n);
    }
    for (const int input : graph.nodes[n].inputs) {
      if (input != Node::kAbsent) readers[static_cast<std::size_t>(input)].push_back(static_cast<int>(n));
    }
  }
  for (const int output : graph.outputs) is_output[static_cast<std::size_t>(output)] = true;
}

int GraphLinks::only_reader(int value) const {
  const auto v = static_cast<std::size_t>(value);
  return !is_output[v] && readers[v].size() == 1 ? readers[v][0] : -1;
}

const Tensor* constant_of(const Graph& graph, int value) {
  return value == Node::kAbsent ? nullptr
                                : graph.values[static_cast<std::size_t>(value)].constant.get();
}

std::string fresh_name(const Graph& graph, const std::string& base) {
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(graph.values.begin(), graph.values.end(),
                       [&](const Value& value) { return value.name == name; });
  };
  std::string name = base;
  for (int i = 2; is_taken(name); ++i) name = fmt::format("{}.{}", base, i);
  return name;
}

int add_value(Graph& graph, const std::string& name, ElementType type) {
  graph.values.push_back({.name = fresh_name(graph, name), .type = type});
  return static_cast<int>(graph.values.size()) - 1;
}

int add_constant(Graph& graph, const std::string& name, Tensor tensor) {
  const int index = add_value(graph, name, tensor.type);
  graph.values.back().constant = std::make_shared<const Tensor>(std::move(tensor));
  return index;
}

void replace_reads(Graph& graph, int from, int to) {
  for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

Graph tidied(const Graph& graph) {
  std::vector<bool> needed(graph.values.size(), false);
  for (const int output : graph.outputs) needed[static_cast<std::size_t>(output)] = true;
  const std::vector<int> order = execution_order(graph);
  std::vector<bool> kept(graph.nodes.size(), false);
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    const auto n = static_cast<std::size_t>(*it);
    const Node& node = graph.nodes[n];
    kept[n] = std::any_of(node.outputs.begin(), node.outputs.end(), [&](int output) {
      return output != Node::kAbsent && needed[static_cast<std::size_t>(output)];
    });
    if (!kept[n]) continue;
    for (const int input : node.inputs) {
      if (input != Node::kAbsent) needed[static_cast<std::size_t>(input)] = true;
    }
  }
  for (const int input : graph.inputs) needed[static_cast<std::size_t>(input)] = true;

  Graph result{.name = graph.name, .ir_version = graph.ir_version, .opset = graph.opset};
  std::vector<int> place(graph.values.size(), Node::kAbsent);
  const auto moved = [&](int value) {
    if (value == Node::kAbsent) return value;
    int& to = place[static_cast<std::size_t>(value)];
    if (to == Node::kAbsent) {
      to = static_cast<int>(result.values.size());
      result.values.push_back(graph.values[static_cast<std::size_t>(value)]);
    }
    return to;
  };
  for (const int input : graph.inputs) result.inputs.push_back(moved(input));
  for (const int n : order) {
    if (!kept[static_cast<std::size_t>(n)]) continue;
    Node node = graph.nodes[static_cast<std::size_t>(n)];
    for (int& input : node.inputs) input = moved(input);
    for (int& output : node.outputs) {
      // An output that nobody reads stays: its place among the outputs matters.
      output = moved(output);
    }
    result.nodes.push_back(std::move(node));
  }
  for (const int output : graph.outputs) result.outputs.push_back(moved(output));
  return result;
}

}  // namespace faascast
