#pragma once

#include <string>
#include <vector>

#include "workloads/graph.h"

namespace faascast {

/// Who makes and who reads each value, of a graph that does not change meanwhile.
struct GraphLinks {
  explicit GraphLinks(const Graph& graph);

  std::vector<int> maker{};                ///< of each value: a node, or -1
  std::vector<std::vector<int>> readers{};  ///< of each value: nodes, once for each reading
  std::vector<bool> is_output{};           ///< of each value: the graph's own output

  /// The node that alone reads the value, which is no output of the graph; else -1.
  [[nodiscard]] int only_reader(int value) const;
};

/// Null unless the value is a weight.
[[nodiscard]] const Tensor* constant_of(const Graph& graph, int value);
[[nodiscard]] inline int input_of(const Node& node, std::size_t i) {
  return i < node.inputs.size() ? node.inputs[i] : Node::kAbsent;
}

/// A name that no value has: `base`, or with a number behind it.
[[nodiscard]] std::string fresh_name(const Graph& graph, const std::string& base);
/// Indices of the new values. Names are made fresh.
int add_value(Graph& graph, const std::string& name, ElementType type);
int add_constant(Graph& graph, const std::string& name, Tensor tensor);

/// Every node that reads `from`, and the graph's outputs, read `to`.
void replace_reads(Graph& graph, int from, int to);

/// Without nodes and values that no output needs; nodes in order of execution.
[[nodiscard]] Graph tidied(const Graph& graph);

}  // namespace faascast
