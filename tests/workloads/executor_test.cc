#include "workloads/executor.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <string>

#include "support.h"
#include "workloads/kernels/kernel_set.h"
#include "workloads/models.h"

// Counts every allocation of this program: Eigen calls malloc, the standard library operator new,
// which calls malloc. Sanitizers bring their own malloc; there only operator new is counted.
namespace {
std::atomic<std::size_t> allocations{0};
}
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#else
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
#endif

namespace faascast {
namespace {

/// Every family of kernels once, large enough for GEMM to be blocked.
Graph everything() {
  std::mt19937 engine(1);
  return ModelBuilder()
      .input("x", {1, 3, 40, 40})
      .weights("w1", {8, 3, 3, 3}, random_floats(216, engine))
      .weights("b1", {8}, random_floats(8, engine))
      .weights("w2", {64, 8, 3, 3}, random_floats(4608, engine))
      .weights("w3", {64, 1, 3, 3}, random_floats(576, engine))
      .weights("w4", {10, 64 * 10 * 10}, random_floats(64000, engine))
      .weights("c", {8, 1, 1}, random_floats(8, engine))
      .weights("m", {10, 300}, random_floats(3000, engine))
      .node("Conv", {"x", "w1", "b1"}, {"a"}).with("auto_pad", std::string("SAME_UPPER"))
      .node("Add", {"a", "c"}, {"b"})
      .node("Relu", {"b"}, {"d"})
      .node("Conv", {"d", "w2"}, {"e"}).with("strides", std::vector<std::int64_t>{2, 2})
      .with("pads", std::vector<std::int64_t>{1, 1, 1, 1})
      .node("Sigmoid", {"e"}, {"f"})
      .node("Conv", {"f", "w3"}, {"g"}).with("group", 64)
      .with("pads", std::vector<std::int64_t>{1, 1, 1, 1})
      .node("MaxPool", {"g"}, {"h"}).with("kernel_shape", std::vector<std::int64_t>{2, 2})
      .with("strides", std::vector<std::int64_t>{2, 2})
      .node("Flatten", {"h"}, {"i"})
      .node("Gemm", {"i", "w4"}, {"j"}).with("transB", 1)
      .node("MatMul", {"j", "m"}, {"k"})
      .node("Softmax", {"k"}, {"y"})
      .output("y")
      .graph();
}

/// A small recurrent network after an embedding.
Graph recurrent() {
  std::mt19937 engine(3);
  return ModelBuilder()
      .input("ids", {12, 2}, onnx::TensorProto::INT64)
      .weights("table", {9, 6}, random_floats(54, engine))
      .weights("w", {2, 32, 6}, random_floats(384, engine))
      .weights("r", {2, 32, 8}, random_floats(512, engine))
      .weights("s", {1, 24, 16}, random_floats(384, engine))
      .weights("q", {1, 24, 8}, random_floats(192, engine))
      .integers("axis", {1})
      .node("Gather", {"table", "ids"}, {"x"})
      .node("LSTM", {"x", "w", "r"}, {"y"})
      .with("hidden_size", 8).with("direction", std::string("bidirectional"))
      .node("Transpose", {"y"}, {"t"}).with("perm", std::vector<std::int64_t>{0, 2, 1, 3})
      .integers("flat", {12, 2, 16})
      .node("Reshape", {"t", "flat"}, {"u"})
      .node("GRU", {"u", "s", "q"}, {"", "h"}).with("hidden_size", 8)
      .node("ReduceMean", {"h"}, {"m"})
      .node("Exp", {"m"}, {"e"})
      .output("e")
      .graph();
}

TEST(Executor, AllocatesNothingInRecurrentNetworks) {
  for (const KernelSet* set : kernel_sets()) {
    Executor executor(recurrent(), {.isa = std::string(set->isa)});
    for (std::int64_t& id : executor.input_as<std::int64_t>(0)) id = 4;
    const std::size_t before = allocations;
    for (int i = 0; i < 5; ++i) executor.run();
    EXPECT_EQ(allocations - before, 0U) << set->isa;
    EXPECT_TRUE(std::isfinite(executor.output_as<float>(0)[0]));
    EXPECT_NE(executor.output_as<float>(0)[0], 1.0F) << "the last state is made though Y is absent";
  }
}

TEST(Executor, AllocatesNothingWhileRunning) {
  const std::size_t start = allocations;
  const auto counted = std::make_unique<std::vector<int>>(100);
  ASSERT_GE(allocations - start, 2U) << "the counter does not count";
  for (const KernelSet* set : kernel_sets()) {
    Executor executor(everything(), {.isa = std::string(set->isa)});
    std::mt19937 engine(2);
    const auto x = random_floats(executor.input_as<float>(0).size(), engine);
    std::copy(x.begin(), x.end(), executor.input_as<float>(0).begin());
    const std::size_t before = allocations;
    for (int i = 0; i < 5; ++i) executor.run();
    EXPECT_EQ(allocations - before, 0U) << set->isa;
    float sum = 0.0F;
    for (const float p : executor.output_as<float>(0)) sum += p;
    EXPECT_NEAR(sum, 1.0F, 1e-4F) << set->isa;
  }
}

TEST(Executor, RepeatsItselfBitForBit) {
  Executor executor(everything());
  std::mt19937 engine(2);
  const auto x = random_floats(executor.input_as<float>(0).size(), engine);
  std::copy(x.begin(), x.end(), executor.input_as<float>(0).begin());
  executor.run();
  const auto once = executor.output(0);
  const std::vector<std::byte> first(once.begin(), once.end());
  executor.run();
  EXPECT_TRUE(std::equal(first.begin(), first.end(), executor.output(0).begin()));
}

TEST(Executor, InstructionSetsAgree) {
  std::vector<std::vector<float>> results;
  for (const KernelSet* set : kernel_sets()) {
    Executor executor(everything(), {.isa = std::string(set->isa)});
    std::mt19937 same(2);
    const auto x = random_floats(executor.input_as<float>(0).size(), same);
    std::copy(x.begin(), x.end(), executor.input_as<float>(0).begin());
    executor.run();
    const auto y = executor.output_as<float>(0);
    results.emplace_back(y.begin(), y.end());
  }
  for (const auto& other : results) {
    for (std::size_t i = 0; i < other.size(); ++i) {
      EXPECT_NEAR(other[i], results[0][i], 1e-5F + 1e-3F * std::abs(results[0][i]));
    }
  }
}

TEST(Executor, BatchOfABatchableModelIsRowByRowTheSame) {
  const Graph graph = read_onnx(find_model("dqn-cartpole").content, "dqn-cartpole");
  Executor one(graph);
  Executor many(graph, {.batch = 7});
  EXPECT_EQ(one.input_shape(0), (Shape{1, 4}));
  EXPECT_EQ(many.output_shape(0), (Shape{7, 2}));
  std::mt19937 engine(4);
  const auto rows = random_floats(28, engine);
  std::copy(rows.begin(), rows.end(), many.input_as<float>(0).begin());
  many.run();
  for (std::size_t r = 0; r < 7; ++r) {
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(4 * r), 4, one.input_as<float>(0).begin());
    one.run();
    for (std::size_t c = 0; c < 2; ++c) {
      EXPECT_NEAR(many.output_as<float>(0)[2 * r + c], one.output_as<float>(0)[c], 1e-4F);
    }
  }
}

TEST(Executor, CountsFlopsAndBytes) {
  Executor executor(read_onnx(find_model("dqn-cartpole").content, "dqn-cartpole"));
  const double products = 2.0 * (4 * 128 + 128 * 128 + 128 * 2);
  EXPECT_GE(executor.flops(), products);
  EXPECT_LE(executor.flops(), products * 1.02);
  EXPECT_EQ(executor.weight_bytes(), 4U * (4 * 128 + 128 + 128 * 128 + 128 + 128 * 2 + 2));
  EXPECT_GE(executor.activation_peak_bytes(), 2U * 128 * 4);
  EXPECT_LE(executor.activation_peak_bytes(), 3U * 128 * 4);
}

TEST(Executor, OutputMayBeAnInputOrAConstant) {
  Executor executor(ModelBuilder()
                        .input("x", {2})
                        .weights("w", {1}, {5})
                        .node("Identity", {"x"}, {"y"})
                        .node("Relu", {"w"}, {"z"})
                        .output("y")
                        .output("z")
                        .graph());
  const std::vector<float> x{-1, 2};
  const auto results = executor.run_on({{float_tensor({2}, x)}});
  EXPECT_EQ(results[0].as<float>()[0], -1.0F);
  EXPECT_EQ(results[1].as<float>()[0], 5.0F);
  EXPECT_EQ(executor.flops(), 0.0) << "constant parts are computed once, on loading";
}

TEST(Executor, RefusesInputsThatDoNotFit) {
  Executor executor(read_onnx(find_model("dqn-cartpole").content, "dqn-cartpole"));
  const std::vector<float> x(5);
  const std::string text = refusal([&] {
    static_cast<void>(executor.run_on({{float_tensor({1, 5}, x)}}));
  });
  EXPECT_NE(text.find("[1, 4]"), std::string::npos) << text;
}

TEST(Executor, RefusesAZeroBatchAndAnUnknownInstructionSet) {
  const Graph graph = read_onnx(find_model("dqn-cartpole").content, "dqn-cartpole");
  EXPECT_FALSE(refusal([&] { Executor executor(graph, {.batch = 0}); }).empty());
  EXPECT_FALSE(refusal([&] { Executor executor(graph, {.isa = "x86-64-v9"}); }).empty());
}

TEST(Executor, TakesSizesOfOpenAxes) {
  const Graph graph =
      ModelBuilder().input("x", {-1, -1}).node("Relu", {"x"}, {"y"}).output("y").graph();
  Executor executor(graph, {.input_shapes = {{"x", {2, 3}}}});
  EXPECT_EQ(executor.output_shape(0), (Shape{2, 3}));
  EXPECT_FALSE(refusal([&] { Executor wrong(graph, {.input_shapes = {{"x", {2}}}}); }).empty());
}

}  // namespace
}  // namespace faascast
