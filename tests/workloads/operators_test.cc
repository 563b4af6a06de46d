// Operators and refusals that the official suite does not reach.
#include <cmath>
#include <numbers>

#include "support.h"
#include "workloads/operators/operators.h"

namespace faascast {
namespace {

Tensor tensor_of(std::vector<float> values) {
  return float_tensor({static_cast<std::int64_t>(values.size())}, values);
}

std::vector<float> run_unary(const std::string& op, std::int64_t opset, std::vector<float> x) {
  const auto size = static_cast<std::int64_t>(x.size());
  Executor executor(ModelBuilder(opset).input("x", {size}).node(op, {"x"}, {"y"}).output("y").graph());
  const auto results = executor.run_on({{tensor_of(std::move(x))}});
  const auto y = results[0].as<float>();
  return {y.begin(), y.end()};
}

TEST(Operators, GeluAndMishFollowTheirDefinitions) {
  const std::vector<float> x{-3.0F, -0.5F, 0.0F, 0.25F, 2.0F};
  const auto gelu = run_unary("Gelu", 20, x);
  const auto mish = run_unary("Mish", 18, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    EXPECT_NEAR(gelu[i], 0.5 * v * (1.0 + std::erf(v / std::numbers::sqrt2)), 1e-6);
    EXPECT_NEAR(mish[i], v * std::tanh(std::log1p(std::exp(v))), 1e-6);
  }
}

TEST(Operators, RefuseAttributesThatTheyDoNotUnderstand) {
  const std::string text = refusal([] {
    Executor executor(ModelBuilder().input("x", {2}).node("Relu", {"x"}, {"y"}).with("slope", 3)
                          .output("y").graph());
  });
  EXPECT_NE(text.find("'the_Relu'"), std::string::npos) << text;
  EXPECT_NE(text.find("'slope'"), std::string::npos) << text;
}

TEST(Operators, IntegersDividedByZeroOrOverflowingDoNotCrash) {
  for (const char* op : {"Div", "Mod"}) {
    Executor executor(ModelBuilder()
                          .input("a", {3}, onnx::TensorProto::INT64)
                          .input("b", {3}, onnx::TensorProto::INT64)
                          .node(op, {"a", "b"}, {"y"})
                          .output("y")
                          .graph());
    constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
    const std::vector<std::int64_t> a{5, kLeast, 7};
    const std::vector<std::int64_t> b{0, -1, 2};
    const auto y = executor.run_on({{int64_tensor({3}, a), int64_tensor({3}, b)}});
    EXPECT_EQ(y[0].as<std::int64_t>()[0], 0) << op;
    EXPECT_EQ(y[0].as<std::int64_t>()[2], std::string(op) == "Div" ? 3 : 1);
  }
}

TEST(Operators, AnIndexOutsideAnAxisIsAnErrorOfTheInput) {
  Executor executor(ModelBuilder()
                        .input("ids", {2}, onnx::TensorProto::INT64)
                        .weights("table", {3, 2}, {0, 1, 2, 3, 4, 5})
                        .node("Gather", {"table", "ids"}, {"y"})
                        .output("y")
                        .graph());
  const std::vector<std::int64_t> good{-1, 1};
  EXPECT_EQ(executor.run_on({{int64_tensor({2}, good)}})[0].as<float>()[0], 4.0F);
  const std::vector<std::int64_t> bad{0, 3};
  const std::string text =
      refusal([&] { static_cast<void>(executor.run_on({{int64_tensor({2}, bad)}})); });
  EXPECT_NE(text.find("index 3 on an axis of 3"), std::string::npos) << text;
}

TEST(Operators, RefuseToMakeHugeTensorsOnLoading) {
  const std::string text = refusal([] {
    Executor executor(ModelBuilder()
                          .integers("size", {1 << 20, 1 << 15})
                          .node("ConstantOfShape", {"size"}, {"y"})
                          .output("y")
                          .graph());
  });
  EXPECT_NE(text.find("too large"), std::string::npos) << text;
}

/// y = condition ? x + w : -x, with x and w taken from the outer graph.
ModelBuilder branching(bool same_shapes = true) {
  ModelBuilder builder;
  builder.input("c", {}, onnx::TensorProto::BOOL).input("x", {2}).weights("w", {1}, {10});
  builder.node("If", {"c"}, {"y"}).output("y");
  auto* node = builder.proto().mutable_graph()->mutable_node(0);
  const auto branch = [&](const char* key, const char* op, std::vector<const char*> inputs) {
    auto* attribute = node->add_attribute();
    attribute->set_name(key);
    attribute->set_type(onnx::AttributeProto::GRAPH);
    auto* inner = attribute->mutable_g()->add_node();
    inner->set_op_type(op);
    for (const char* input : inputs) inner->add_input(input);
    inner->add_output("r");
    attribute->mutable_g()->add_output()->set_name("r");
  };
  branch("then_branch", "Add", {"x", "w"});
  branch("else_branch", same_shapes ? "Neg" : "Size", {"x"});
  return builder;
}

Tensor condition(bool value) {
  Tensor c = make_tensor(ElementType::kBool, {});
  c.bytes[0] = static_cast<std::byte>(value);
  return c;
}

TEST(If, ChoosesWhileRunning) {
  Executor executor(branching().graph());
  const Tensor x = tensor_of({1, 2});
  EXPECT_EQ(executor.run_on({{condition(true), x}})[0].as<float>()[1], 12.0F);
  EXPECT_EQ(executor.run_on({{condition(false), x}})[0].as<float>()[1], -2.0F);
  EXPECT_EQ(executor.weight_bytes(), 4U) << "a weight that a branch reads is counted once";
}

TEST(If, PlansOnlyTheBranchOfAFixedCondition) {
  const Graph graph = branching(false).graph();
  EXPECT_NE(refusal([&] { Executor both(graph); }).find("different shapes"), std::string::npos);
  Executor executor(graph, {.fixed_inputs = {{"c", condition(true)}}});
  ASSERT_EQ(executor.inputs(), 1U);
  EXPECT_EQ(executor.run_on({{tensor_of({1, 2})}})[0].as<float>()[0], 11.0F);
}

TEST(FixedInputs, MustExistAndHaveTheirType) {
  const Graph graph = branching().graph();
  EXPECT_NE(refusal([&] { Executor e(graph, {.fixed_inputs = {{"q", condition(true)}}}); }).find("'q'"),
            std::string::npos);
  EXPECT_NE(refusal([&] { Executor e(graph, {.fixed_inputs = {{"x", condition(true)}}}); })
                .find("float32"),
            std::string::npos);
}

class EveryKernelSet : public ::testing::TestWithParam<const KernelSet*> {};

TEST_P(EveryKernelSet, LstmCellFollowsItsDefinition) {
  std::mt19937 engine(5);
  const auto sigmoid = [](double x) { return 1.0 / (1.0 + std::exp(-x)); };
  for (const std::size_t n : {1U, 7U, 16U, 33U}) {
    for (const bool peep : {false, true}) {
      auto gates = random_floats(4 * n, engine);
      const auto given = gates;
      const auto peepholes = random_floats(3 * n, engine);
      auto cell = random_floats(n, engine);
      const auto before = cell;
      std::vector<float> hidden(n);
      GetParam()->lstm_cell(static_cast<std::int64_t>(n), gates.data(),
                            peep ? peepholes.data() : nullptr, cell.data(), hidden.data());
      for (std::size_t i = 0; i < n; ++i) {
        const double p = peep ? 1.0 : 0.0;
        const double in = sigmoid(given[i] + p * peepholes[i] * before[i]);
        const double forget = sigmoid(given[2 * n + i] + p * peepholes[2 * n + i] * before[i]);
        const double c = forget * before[i] + in * std::tanh(given[3 * n + i]);
        const double out = sigmoid(given[n + i] + p * peepholes[n + i] * c);
        EXPECT_NEAR(cell[i], c, 1e-5);
        EXPECT_NEAR(hidden[i], out * std::tanh(c), 1e-5);
      }
    }
  }
}

TEST_P(EveryKernelSet, AddsColumnsOfAPitchedMatrix) {
  std::mt19937 engine(6);
  const std::int64_t rows = 19;
  const std::int64_t columns = 23;
  const std::int64_t pitch = 31;
  const auto matrix = random_floats(static_cast<std::size_t>(pitch * columns), engine);
  const auto v = random_floats(static_cast<std::size_t>(columns), engine);
  std::vector<float> to(static_cast<std::size_t>(rows) + 1, 1.0F);
  GetParam()->add_columns(rows, columns, matrix.data(), pitch, v.data(), to.data());
  for (std::int64_t r = 0; r < rows; ++r) {
    double sum = 1.0;
    for (std::int64_t c = 0; c < columns; ++c) {
      sum += double{matrix[static_cast<std::size_t>(c * pitch + r)]} * v[static_cast<std::size_t>(c)];
    }
    EXPECT_NEAR(to[static_cast<std::size_t>(r)], sum, 1e-5);
  }
  EXPECT_EQ(to.back(), 1.0F);
}

TEST_P(EveryKernelSet, ProductsOfInt16AreExact) {
  std::mt19937 engine(7);
  const std::int64_t m = 3;
  const std::int64_t n = 5;
  const std::int64_t k = 71;
  std::vector<std::int16_t> a(static_cast<std::size_t>(m * k));
  std::vector<std::int16_t> b(static_cast<std::size_t>(n * k));
  for (auto& x : a) x = static_cast<std::int16_t>(static_cast<int>(engine() % 511) - 255);
  for (auto& x : b) x = static_cast<std::int16_t>(static_cast<int>(engine() % 511) - 255);
  std::vector<std::int32_t> c(static_cast<std::size_t>(m * n));
  GetParam()->gemm_int16(m, n, k, a.data(), b.data(), c.data());
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      std::int32_t sum = 0;
      for (std::int64_t p = 0; p < k; ++p) {
        sum += a[static_cast<std::size_t>(i * k + p)] * b[static_cast<std::size_t>(j * k + p)];
      }
      EXPECT_EQ(c[static_cast<std::size_t>(i * n + j)], sum);
    }
  }
}

TEST_P(EveryKernelSet, ErfIsNearTheLibrarys) {
  std::vector<float> x;
  for (int i = -600; i <= 600; ++i) x.push_back(static_cast<float>(i) * 0.01F);
  x.push_back(1e-6F);
  std::vector<float> y(x.size());
  GetParam()->unary(UnaryOp::kErf, static_cast<std::int64_t>(x.size()), x.data(), y.data(), 0, 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(y[i], std::erf(double{x[i]}), 3e-7 + 1e-5 * std::abs(std::erf(double{x[i]}))) << x[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Isa, EveryKernelSet, ::testing::ValuesIn(kernel_sets().begin(), kernel_sets().end()),
                         [](const auto& param) {
                           std::string name(param.param->isa);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace faascast
