#include "workloads/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/topological_sort.hpp>
#include <iterator>

#include "sim-core/error.h"

namespace faascast {
namespace {

template <class T>
const T* find_attribute(const Node& node, std::string_view key) {
  const auto found = node.attributes.find(key);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

/// Operators as vertices, tensors as edges from their maker to each reader.
using Dag = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

std::vector<int> makers(const Graph& graph) {
  std::vector<int> maker(graph.values.size(), -1);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const int value : graph.nodes[n].outputs) {
      if (value != Node::kAbsent) maker[static_cast<std::size_t>(value)] = static_cast<int>(n);
    }
  }
  return maker;
}

Dag dependencies(const Graph& graph) {
  const std::vector<int> maker = makers(graph);
  Dag dag(graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const int value : graph.nodes[n].inputs) {
      if (value == Node::kAbsent) continue;
      const int from = maker[static_cast<std::size_t>(value)];
      if (from >= 0) boost::add_edge(static_cast<std::size_t>(from), n, dag);
    }
  }
  return dag;
}

/// A node that is reachable from itself: walks backwards through unfinished nodes.
std::size_t node_on_cycle(const Graph& graph, const Dag& dag) {
  std::vector<int> waiting(graph.nodes.size(), 0);
  for (const auto edge : boost::make_iterator_range(boost::edges(dag))) {
    ++waiting[boost::target(edge, dag)];
  }
  std::vector<std::size_t> ready;
  for (std::size_t n = 0; n < waiting.size(); ++n) {
    if (waiting[n] == 0) ready.push_back(n);
  }
  while (!ready.empty()) {
    const std::size_t n = ready.back();
    ready.pop_back();
    for (const auto edge : boost::make_iterator_range(boost::out_edges(n, dag))) {
      if (--waiting[boost::target(edge, dag)] == 0) ready.push_back(boost::target(edge, dag));
    }
  }
  const auto stuck = std::find_if(waiting.begin(), waiting.end(), [](int w) { return w > 0; });
  return static_cast<std::size_t>(stuck - waiting.begin());
}

}  // namespace

std::int64_t Node::integer(std::string_view key, std::int64_t otherwise) const {
  const auto* found = find_attribute<std::int64_t>(*this, key);
  return found ? *found : otherwise;
}

float Node::number(std::string_view key, float otherwise) const {
  const auto* found = find_attribute<float>(*this, key);
  return found ? *found : otherwise;
}

std::string Node::text(std::string_view key, std::string otherwise) const {
  const auto* found = find_attribute<std::string>(*this, key);
  return found ? *found : otherwise;
}

std::vector<std::int64_t> Node::integers(std::string_view key) const {
  const auto* found = find_attribute<std::vector<std::int64_t>>(*this, key);
  return found ? *found : std::vector<std::int64_t>{};
}

std::vector<std::string> Node::texts(std::string_view key) const {
  const auto* found = find_attribute<std::vector<std::string>>(*this, key);
  return found ? *found : std::vector<std::string>{};
}

const Tensor* Node::tensor(std::string_view key) const { return find_attribute<Tensor>(*this, key); }

std::shared_ptr<const Graph> Node::subgraph(std::string_view key) const {
  const auto* found = find_attribute<std::shared_ptr<const Graph>>(*this, key);
  return found ? *found : nullptr;
}

std::string describe(const Graph& graph, std::size_t node) {
  const Node& n = graph.nodes[node];
  if (n.name.empty()) return fmt::format("node {} ({})", node, n.op);
  return fmt::format("node '{}' ({})", n.name, n.op);
}

std::vector<int> execution_order(const Graph& graph) {
  const Dag dag = dependencies(graph);
  std::vector<std::size_t> backwards;
  backwards.reserve(graph.nodes.size());
  try {
    boost::topological_sort(dag, std::back_inserter(backwards));
  } catch (const boost::not_a_dag&) {
    throw InputError(Problem{
        .where = graph.name,
        .what = describe(graph, node_on_cycle(graph, dag)) + " depends on a cycle of operators",
        .mend = "export the model again: an ONNX graph has no cycles"});
  }
  std::vector<int> order;
  order.reserve(backwards.size());
  for (auto it = backwards.rbegin(); it != backwards.rend(); ++it) {
    order.push_back(static_cast<int>(*it));
  }
  return order;
}

std::vector<Lifetime> lifetimes(const Graph& graph, std::span<const int> order) {
  std::vector<Lifetime> result(graph.values.size());
  const auto at = [&](int value) -> Lifetime& { return result[static_cast<std::size_t>(value)]; };
  for (const int value : graph.inputs) at(value) = {.first = -1, .last = -1};
  for (std::size_t step = 0; step < order.size(); ++step) {
    const Node& node = graph.nodes[static_cast<std::size_t>(order[step])];
    const int now = static_cast<int>(step);
    for (const int value : node.inputs) {
      if (value == Node::kAbsent || graph.values[static_cast<std::size_t>(value)].constant) continue;
      at(value).last = now;
    }
    for (const int value : node.outputs) {
      if (value != Node::kAbsent) at(value) = {.first = now, .last = now};
    }
  }
  for (const int value : graph.outputs) {
    if (!graph.values[static_cast<std::size_t>(value)].constant) {
      at(value).last = static_cast<int>(order.size());
    }
  }
  return result;
}

CriticalPath critical_path(const Graph& graph, std::span<const double> node_cost) {
  const Dag dag = dependencies(graph);
  const std::vector<int> order = execution_order(graph);
  std::vector<double> until(graph.nodes.size(), 0.0);  // cost of the heaviest chain before a node
  std::vector<int> before(graph.nodes.size(), -1);
  CriticalPath path;
  int end = -1;
  for (const int node : order) {
    const auto n = static_cast<std::size_t>(node);
    const double done = until[n] + node_cost[n];
    if (end < 0 || done > path.cost) {
      path.cost = done;
      end = node;
    }
    for (const auto edge : boost::make_iterator_range(boost::out_edges(n, dag))) {
      const std::size_t next = boost::target(edge, dag);
      if (before[next] < 0 || done > until[next]) {
        until[next] = done;
        before[next] = node;
      }
    }
  }
  for (; end >= 0; end = before[static_cast<std::size_t>(end)]) path.nodes.push_back(end);
  std::reverse(path.nodes.begin(), path.nodes.end());
  return path;
}

std::vector<std::int64_t> cut_bytes(const Graph& graph, std::span<const int> order,
                                    std::span<const std::int64_t> value_bytes) {
  const std::vector<Lifetime> lives = lifetimes(graph, order);
  std::vector<std::int64_t> change(order.size() + 2, 0);
  for (std::size_t v = 0; v < lives.size(); ++v) {
    // Made at step f, read last at step l: carried by the cuts f+1 ... l.
    if (lives[v].last <= lives[v].first) continue;
    change[static_cast<std::size_t>(lives[v].first + 1)] += value_bytes[v];
    change[static_cast<std::size_t>(lives[v].last + 1)] -= value_bytes[v];
  }
  std::vector<std::int64_t> cuts(order.size() + 1, 0);
  std::int64_t alive = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    alive += change[i];
    cuts[i] = alive;
  }
  return cuts;
}

}  // namespace faascast
