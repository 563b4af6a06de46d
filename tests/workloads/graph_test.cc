#include "workloads/graph.h"

#include <algorithm>
#include <numeric>

#include "support.h"

namespace faascast {
namespace {

/// x -> a -> b -> d, x -> c -> d, with nodes listed backwards.
Graph diamond() {
  return ModelBuilder()
      .input("x", {4})
      .node("Add", {"b", "c"}, {"d"})
      .node("Relu", {"x"}, {"c"})
      .node("Relu", {"a"}, {"b"})
      .node("Relu", {"x"}, {"a"})
      .output("d")
      .graph();
}

int value_named(const Graph& graph, std::string_view name) {
  for (std::size_t v = 0; v < graph.values.size(); ++v) {
    if (graph.values[v].name == name) return static_cast<int>(v);
  }
  return -1;
}

std::string numbered(int i) {
  std::string name = std::to_string(i);
  name.insert(name.begin(), 'v');
  return name;
}

TEST(ExecutionOrder, MakesEveryValueBeforeItIsRead) {
  std::mt19937 engine(7);
  for (int round = 0; round < 50; ++round) {
    // A random DAG over shuffled nodes: node i reads values made by lower-numbered nodes.
    constexpr int kNodes = 40;
    std::vector<int> shuffled(kNodes);
    std::iota(shuffled.begin(), shuffled.end(), 0);
    std::shuffle(shuffled.begin(), shuffled.end(), engine);
    ModelBuilder builder;
    builder.input("v0", {1});
    for (const int i : shuffled) {
      const auto earlier = [&] {
        return numbered(static_cast<int>(engine() % static_cast<unsigned>(i + 1)));
      };
      builder.node("Add", {earlier(), earlier()}, {numbered(i + 1)});
    }
    const Graph graph = builder.output(numbered(kNodes)).graph();
    const std::vector<int> order = execution_order(graph);
    ASSERT_EQ(order.size(), graph.nodes.size());
    std::vector<bool> made(graph.values.size(), false);
    for (const int input : graph.inputs) made[static_cast<std::size_t>(input)] = true;
    for (const int n : order) {
      const Node& node = graph.nodes[static_cast<std::size_t>(n)];
      for (const int v : node.inputs) EXPECT_TRUE(made[static_cast<std::size_t>(v)]);
      for (const int v : node.outputs) made[static_cast<std::size_t>(v)] = true;
    }
  }
}

TEST(ExecutionOrder, NamesANodeOfACycle) {
  const Graph graph = ModelBuilder()
                          .input("x", {1})
                          .node("Neg", {"x"}, {"start"})
                          .node("Add", {"start", "b"}, {"a"})
                          .node("Relu", {"a"}, {"b"})
                          .output("b")
                          .graph();
  const std::string text = refusal([&] { static_cast<void>(execution_order(graph)); });
  EXPECT_NE(text.find("cycle"), std::string::npos) << text;
  EXPECT_TRUE(text.find("the_Add") != std::string::npos || text.find("the_Relu") != std::string::npos)
      << text;
}

TEST(Lifetimes, ReachFromMakerToLastReader) {
  const Graph graph = diamond();
  const std::vector<int> order = execution_order(graph);
  const auto lives = lifetimes(graph, order);
  const auto life = [&](std::string_view name) {
    return lives[static_cast<std::size_t>(value_named(graph, name))];
  };
  EXPECT_EQ(life("x").first, -1);
  EXPECT_EQ(life("d").first, 3);
  EXPECT_EQ(life("d").last, 4);  // an output lives beyond the last step
  EXPECT_EQ(life("b").last, 3);
  EXPECT_EQ(life("c").last, 3);
  EXPECT_EQ(life("a").last - life("a").first, life("b").first - life("a").first);
}

TEST(CriticalPath, IsTheHeaviestChain) {
  const Graph graph = diamond();
  // Nodes as listed: d, c, b, a.
  const CriticalPath upper = critical_path(graph, std::vector<double>{1, 2, 5, 1});
  EXPECT_DOUBLE_EQ(upper.cost, 7.0);
  EXPECT_EQ(upper.nodes, (std::vector<int>{3, 2, 0}));
  const CriticalPath lower = critical_path(graph, std::vector<double>{1, 9, 5, 1});
  EXPECT_DOUBLE_EQ(lower.cost, 10.0);
  EXPECT_EQ(lower.nodes, (std::vector<int>{1, 0}));
}

TEST(CutBytes, CountWhatCrossesEachCut) {
  const Graph graph = ModelBuilder()
                          .input("x", {1})
                          .node("Relu", {"x"}, {"a"})
                          .node("Relu", {"a"}, {"b"})
                          .node("Add", {"a", "b"}, {"c"})
                          .output("c")
                          .graph();
  std::vector<std::int64_t> bytes(graph.values.size(), 0);
  bytes[static_cast<std::size_t>(value_named(graph, "x"))] = 1;
  bytes[static_cast<std::size_t>(value_named(graph, "a"))] = 10;
  bytes[static_cast<std::size_t>(value_named(graph, "b"))] = 100;
  bytes[static_cast<std::size_t>(value_named(graph, "c"))] = 1000;
  EXPECT_EQ(cut_bytes(graph, execution_order(graph), bytes),
            (std::vector<std::int64_t>{1, 10, 110, 1000}));
}

}  // namespace
}  // namespace faascast
