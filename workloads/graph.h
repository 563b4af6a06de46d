#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workloads/tensor.h"

namespace faascast {

struct Graph;

/// Monostate = of a kind that is not read (sparse tensors, types); such a node is refused.
using Attribute = std::variant<std::monostate, std::int64_t, float, std::string,
                               std::vector<std::int64_t>, std::vector<float>,
                               std::vector<std::string>, Tensor, std::shared_ptr<const Graph>>;

/// One operator of a model. Inputs and outputs are indices into Graph::values. The inputs of a node
/// with subgraphs (If) are its own, then what its first subgraph reads of this graph, then its
/// second: the subgraphs' own inputs, in this order.
struct Node {
  static constexpr int kAbsent = -1;  ///< an optional input or output that is not given

  std::string op{};
  std::string domain{};  ///< empty = the standard ONNX operators
  std::string name{};    ///< may be empty
  std::vector<int> inputs{};
  std::vector<int> outputs{};
  std::map<std::string, Attribute, std::less<>> attributes{};

  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const;
  [[nodiscard]] float number(std::string_view key, float otherwise) const;
  [[nodiscard]] std::string text(std::string_view key, std::string otherwise) const;
  /// Empty when absent.
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key) const;
  /// Empty when absent.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  /// Null when absent.
  [[nodiscard]] const Tensor* tensor(std::string_view key) const;
  /// Null when absent.
  [[nodiscard]] std::shared_ptr<const Graph> subgraph(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return attributes.contains(key); }
};

/// The size of one axis: a number, or unknown (-1) with perhaps a name ("batch").
struct Dimension {
  std::int64_t size = -1;
  std::string name{};
};

/// A tensor of the graph: an input, a weight (constant) or what a node makes.
struct Value {
  std::string name{};
  std::optional<ElementType> type{};
  std::optional<std::vector<Dimension>> shape{};
  std::shared_ptr<const Tensor> constant{};  ///< null unless a weight
  bool is_half = false;  ///< a float32 weight that a file stores as float16
};

/// A model: a directed acyclic graph of operators. A plain value; the algorithms are below.
struct Graph {
  std::string name{};  ///< what errors call it: a file or a shipped name
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;  ///< of the standard operators
  std::vector<Value> values{};
  std::vector<Node> nodes{};
  std::vector<int> inputs{};  ///< real inputs: weights are not among them
  std::vector<int> outputs{};
};

/// "node 'conv1' (Conv)", or its number where it has no name.
[[nodiscard]] std::string describe(const Graph& graph, std::size_t node);

/// Node indices so that every value is made before it is read.
/// @throws InputError naming a node when the graph has a cycle.
[[nodiscard]] std::vector<int> execution_order(const Graph& graph);

/// Steps (positions in the order) at which a value must exist. A graph input exists from -1, a
/// graph output until order.size(). A value that nobody reads lives for its own step.
struct Lifetime {
  int first = 0;
  int last = -1;  ///< last < first: never exists (constants)
};
[[nodiscard]] std::vector<Lifetime> lifetimes(const Graph& graph, std::span<const int> order);

/// The heaviest chain of nodes that must run one after another.
struct CriticalPath {
  double cost = 0.0;         ///< sum along the path, in the unit of `node_cost`
  std::vector<int> nodes{};  ///< in order of execution
};
/// @param node_cost one cost >= 0 a node (FLOPs, seconds)
[[nodiscard]] CriticalPath critical_path(const Graph& graph, std::span<const double> node_cost);

/// Bytes alive between two steps: element i is what a cut after the first i nodes of `order` has to
/// carry (values made before it and read after it; graph inputs count while they are still read).
[[nodiscard]] std::vector<std::int64_t> cut_bytes(const Graph& graph, std::span<const int> order,
                                                  std::span<const std::int64_t> value_bytes);

}  // namespace faascast
