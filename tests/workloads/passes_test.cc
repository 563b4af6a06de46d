#include "workloads/passes/passes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "support.h"
#include "workloads/half.h"
#include "workloads/models.h"
#include "workloads/onnx_writer.h"
#include "workloads/passes/conversion.h"
#include "workloads/passes/graph_edit.h"
#include "workloads/passes/pass_report.h"
#include "workloads/passes/pruning.h"
#include "workloads/passes/quantise.h"

namespace faascast {
namespace {

std::vector<float> first_output(const Graph& graph, const RunInputs& inputs,
                                const ExecutorOptions& options = {}) {
  Executor executor(graph, options);
  const Tensor out = executor.run_on(inputs).at(0);
  return {out.as<float>().begin(), out.as<float>().end()};
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

std::set<std::string> operators_of(const Graph& graph) {
  std::set<std::string> ops;
  for (const Node& node : graph.nodes) ops.insert(node.op);
  return ops;
}

/// Two convolutions with what exporters put between them, then a product.
ModelBuilder small_cnn(std::mt19937& engine, std::int64_t opset = 13) {
  ModelBuilder model(opset);
  const auto weights = [&](const std::string& name, const Shape& shape) {
    model.weights(name, shape, random_floats(elements_of(shape), engine));
  };
  model.input("x", {1, 2, 8, 8});
  weights("w1", {8, 2, 3, 3});
  weights("scale", {8});
  weights("shift", {8});
  weights("mean", {8});
  model.weights("variance", {8}, std::vector<float>(8, 0.5F));
  weights("w2", {6, 8, 3, 3});
  weights("b2", {6, 1, 1});
  model.integers("flat", {1, 96});
  weights("w3", {96, 5});
  weights("b3", {5});
  model.node("Conv", {"x", "w1"}, {"c1"}).with("pads", std::vector<std::int64_t>{1, 1, 1, 1});
  model.node("BatchNormalization", {"c1", "scale", "shift", "mean", "variance"}, {"n1"});
  model.node("Relu", {"n1"}, {"r1"});
  model.node("MaxPool", {"r1"}, {"p1"})
      .with("kernel_shape", std::vector<std::int64_t>{2, 2})
      .with("strides", std::vector<std::int64_t>{2, 2});
  model.node("Conv", {"p1", "w2"}, {"c2"}).with("pads", std::vector<std::int64_t>{1, 1, 1, 1});
  model.node("Add", {"c2", "b2"}, {"s2"});
  model.node("Relu", {"s2"}, {"r2"});
  model.node("Reshape", {"r2", "flat"}, {"f"});
  model.node("MatMul", {"f", "w3"}, {"m"});
  model.node("Add", {"m", "b3"}, {"y"});
  model.output("y");
  return model;
}

TEST(Half, EveryValueComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float wide = widen_half(half);
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(widen_half(narrow_half(wide))));
    } else {
      ASSERT_EQ(narrow_half(wide), half) << bits;
    }
  }
  EXPECT_EQ(narrow_half(1.0F + 0x1p-11F), narrow_half(1.0F)) << "ties go to even";
  EXPECT_EQ(widen_half(narrow_half(65520.0F)), std::numeric_limits<float>::infinity());
}

TEST(WriteOnnx, ShippedModelsComeBackAsTheyWere) {
  for (const std::string& name : shipped_models()) {
    const Graph graph = read_onnx(find_model(name).content, name);
    const Graph again = read_onnx(write_onnx(graph), name);
    EXPECT_EQ(again.opset, graph.opset);
    EXPECT_EQ(again.nodes.size(), graph.nodes.size());
    const auto inputs = made_up_inputs(graph, {}, 1).front();
    EXPECT_EQ(first_output(graph, inputs), first_output(again, inputs)) << name;
    EXPECT_EQ(write_onnx(again).size(), write_onnx(graph).size()) << name;
  }
}

TEST(WriteOnnx, BranchesKeepWhatTheyReadOfTheModel) {
  const auto file = public_data() / "models" / "silero_vad_16k_op15.onnx";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no public data beside the checkout";
  ExecutorOptions options;
  options.input_shapes = {{"input", {1, 576}}, {"state", {2, 1, 128}}, {"sr", {}}};
  Tensor rate = make_tensor(ElementType::kInt64, {});
  rate.as<std::int64_t>()[0] = 16000;
  options.fixed_inputs = {{"sr", rate}};
  const Graph graph = read_onnx_file(file);
  const Graph again = read_onnx(write_onnx(graph), "again");
  const auto inputs = made_up_inputs(graph, options, 1).front();
  EXPECT_EQ(first_output(graph, inputs, options), first_output(again, inputs, options));
}

TEST(Conversion, FusesAndKeepsTheResult) {
  std::mt19937 engine(1);
  const Graph graph = small_cnn(engine).graph();
  const PassResult result = apply_pass(Pass::kConversion, graph);
  EXPECT_EQ(result.note, "folded or fused: 1 normalisation, 2 sums, 2 activations");
  EXPECT_EQ(operators_of(result.graph),
            (std::set<std::string>{"FusedConv", "MaxPool", "Reshape", "Gemm"}));
  EXPECT_EQ(result.graph.nodes.size(), 5U);
  for (const RunInputs& inputs : made_up_inputs(graph, {}, 3)) {
    expect_near(first_output(graph, inputs), first_output(result.graph, inputs), 2e-5F);
  }
  const Graph written = read_onnx(write_onnx(result.graph), "written");
  const auto inputs = made_up_inputs(graph, {}, 1).front();
  EXPECT_EQ(first_output(result.graph, inputs), first_output(written, inputs));
  expect_near(first_output(graph, inputs), first_output(with_plain_activations(written), inputs), 2e-5F);
}

TEST(Conversion, LeavesAloneWhatOthersRead) {
  std::mt19937 engine(2);
  ModelBuilder model;
  model.input("x", {1, 4}).weights("w", {4, 4}, random_floats(16, engine)).weights("b", {4}, {1, 2, 3, 4});
  model.node("MatMul", {"x", "w"}, {"m"}).node("Add", {"m", "b"}, {"s"}).node("Mul", {"s", "m"}, {"y"});
  model.output("y");
  const PassResult result = apply_pass(Pass::kConversion, model.graph());
  EXPECT_EQ(result.note, "");
  EXPECT_EQ(result.graph.nodes.size(), 3U);
}

TEST(Conversion, FoldsWhatDependsOnWeightsAloneUnlessItGrows) {
  ModelBuilder model;
  model.input("x", {1, 4}).weights("a", {4}, {1, 2, 3, 4}).weights("b", {4}, {4, 3, 2, 1});
  model.integers("large", {2000, 4});
  model.node("Add", {"a", "b"}, {"c"}).node("Add", {"x", "c"}, {"y"});
  model.node("Expand", {"a", "large"}, {"e"}).node("Add", {"x", "e"}, {"z"});
  model.output("y").output("z");
  const PassResult result = apply_pass(Pass::kConversion, model.graph());
  EXPECT_EQ(result.note, "folded or fused: 1 constant");
  EXPECT_EQ(operators_of(result.graph), (std::set<std::string>{"Add", "Expand"}));
  EXPECT_EQ(first_output(result.graph, made_up_inputs(result.graph, {}, 1).front()).size(), 4U);
}

TEST(MagnitudePruning, ZeroesTheSmallest) {
  ModelBuilder model;
  model.input("x", {1, 4}).weights("w", {4, 2}, {0.1F, -5, 3, -0.2F, 0.3F, 4, 1, -0.05F});
  model.node("MatMul", {"x", "w"}, {"y"}).output("y");
  const PassResult result = magnitude_pruned(model.graph(), 0.5);
  EXPECT_EQ(result.note, "4 of 8 weights are zero");
  RunInputs inputs{float_tensor({1, 4}, std::vector<float>{1, 1, 1, 1})};
  EXPECT_EQ(first_output(result.graph, inputs), (std::vector<float>{4, -1}));
  EXPECT_NE(refusal([&] { static_cast<void>(magnitude_pruned(model.graph(), 1.0)); }).find("fraction"),
            std::string::npos);
}

/// Channels that are zero anyway can go without a trace in the result.
TEST(ChannelPruning, RemovesSilentChannelsExactly) {
  std::mt19937 engine(3);
  ModelBuilder model;
  model.input("x", {1, 2, 6, 6});
  std::vector<float> first = random_floats(std::size_t{8} * 2 * 9, engine);
  std::vector<float> bias = random_floats(8, engine);
  for (const std::size_t silent : {1U, 4U, 6U}) {
    std::fill_n(first.begin() + static_cast<std::ptrdiff_t>(silent * 18), 18, 0.0F);
    bias[silent] = 0.0F;
  }
  std::vector<float> second = random_floats(std::size_t{8} * 36 * 7, engine);
  for (std::size_t row = 0; row < std::size_t{8} * 36; ++row) {
    for (const std::size_t silent : {0U, 3U}) second[row * 7 + silent] = 0.0F;
  }
  model.weights("w1", {8, 2, 3, 3}, first).weights("b1", {8}, bias);
  model.weights("w2", {288, 7}, second).weights("w3", {3, 7}, random_floats(21, engine));
  model.node("Conv", {"x", "w1", "b1"}, {"c"}).with("pads", std::vector<std::int64_t>{1, 1, 1, 1});
  model.node("Relu", {"c"}, {"r"}).node("Flatten", {"r"}, {"f"}).node("MatMul", {"f", "w2"}, {"h"});
  model.node("Tanh", {"h"}, {"t"}).node("Gemm", {"t", "w3"}, {"y"}).with("transB", std::int64_t{1});
  model.output("y");
  const Graph graph = model.graph();
  PassOptions options;
  options.fraction = 0.3;  // 2 of 8, 2 of 7
  const PassResult result = channels_pruned(graph, options);
  EXPECT_EQ(result.note, "4 channels of 2 layers removed");
  for (const RunInputs& inputs : made_up_inputs(graph, {}, 2)) {
    expect_near(first_output(graph, inputs), first_output(result.graph, inputs), 1e-5F);
  }
  EXPECT_LT(Executor(result.graph).flops(), 0.7 * Executor(graph).flops());
}

TEST(ChannelPruning, SaysWhenNothingCanGo) {
  const Graph graph = read_onnx(find_model("logreg-mnist-odd").content, "logreg");
  EXPECT_NE(refusal([&] { static_cast<void>(channels_pruned(graph, {})); }).find("no layer"),
            std::string::npos);
}

TEST(Int8Weights, AreWithinHalfAStep) {
  std::mt19937 engine(4);
  const Tensor weights = float_tensor({6, 50}, random_floats(300, engine));
  for (const std::int64_t axis : {-1, 0, 1}) {
    const Int8Weights int8 = to_int8(weights, axis);
    EXPECT_EQ(int8.scales.size(), axis < 0 ? 1U : axis == 0 ? 6U : 50U);
    for (std::size_t i = 0; i < 300; ++i) {
      const float scale = int8.scales[axis < 0 ? 0 : axis == 0 ? i / 50 : i % 50];
      EXPECT_NEAR(weights.as<float>()[i],
                  static_cast<float>(int8.values.as<std::int8_t>()[i]) * scale, 0.5001F * scale);
    }
  }
}

TEST(StoredWeights, AreSmallerAndComeBack) {
  for (const std::string& name : shipped_models()) {
    const std::string original = find_model(name).content;
    const Graph graph = read_onnx(original, name);
    const auto inputs = made_up_inputs(graph, {}, 1).front();
    const std::vector<float> before = first_output(graph, inputs);
    for (const Pass pass : {Pass::kFloat16Weights, Pass::kInt8Weights}) {
      const PassResult result = apply_pass(pass, graph);
      const std::string bytes = write_onnx(result.graph);
      const double share = pass == Pass::kInt8Weights ? 0.25 : 0.5;
      EXPECT_LT(static_cast<double>(bytes.size()), (share + 0.1) * static_cast<double>(original.size()) + 1500)
          << name;
      const Graph again = read_onnx(bytes, name);
      EXPECT_EQ(first_output(result.graph, inputs), first_output(again, inputs)) << name;
      EXPECT_EQ(write_onnx(again).size(), bytes.size()) << name;
      double most = 1e-3;
      for (const float x : before) most = std::max(most, std::fabs(static_cast<double>(x)));
      expect_near(before, first_output(again, inputs), static_cast<float>(0.1 * most));
    }
  }
}

TEST(Int8, StaysNearTheFloatModel) {
  std::mt19937 engine(5);
  for (const std::int64_t opset : {9, 13}) {
    ModelBuilder builder = small_cnn(engine, opset);
    const Graph graph = builder.graph();
    const PassResult result = apply_pass(Pass::kInt8, graph);
    EXPECT_EQ(result.note, "2 convolutions and 1 product in int8");
    EXPECT_EQ(operators_of(result.graph),
              (std::set<std::string>{"QuantizeLinear", "QLinearConv", "MaxPool", "Reshape",
                                     "MatMulInteger", "Cast", "Mul", "Add"}));
    for (const RunInputs& inputs : made_up_inputs(graph, {}, 3)) {
      const auto exact = first_output(graph, inputs);
      const auto near = first_output(result.graph, inputs);
      double error = 0.0;
      double size = 0.0;
      for (std::size_t i = 0; i < exact.size(); ++i) {
        error += std::pow(static_cast<double>(exact[i] - near[i]), 2);
        size += std::pow(static_cast<double>(exact[i]), 2);
      }
      EXPECT_LT(std::sqrt(error / size), 0.03);
    }
  }
}

TEST(Int8, TellsWhatItCannotDo) {
  ModelBuilder model;
  model.input("x", {4}).node("Relu", {"x"}, {"y"}).output("y");
  EXPECT_NE(refusal([&] { static_cast<void>(apply_pass(Pass::kInt8, model.graph())); })
                .find("no convolution or product"),
            std::string::npos);
}

TEST(Opset, IsRaisedWithTheSameMeaning) {
  ModelBuilder model(7);
  model.input("x", {1, 3, 4}).weights("w", {4, 3}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3});
  model.node("Unsqueeze", {"x"}, {"u"}).with("axes", std::vector<std::int64_t>{0});
  model.node("Squeeze", {"u"}, {"s"}).with("axes", std::vector<std::int64_t>{0, 1});
  model.node("Slice", {"s"}, {"part"})
      .with("axes", std::vector<std::int64_t>{0})
      .with("starts", std::vector<std::int64_t>{1})
      .with("ends", std::vector<std::int64_t>{3});
  model.node("MatMul", {"part", "w"}, {"m"});
  model.node("Softmax", {"m"}, {"p"});
  model.node("ReduceSum", {"p"}, {"y"}).with("axes", std::vector<std::int64_t>{0});
  model.output("y");
  const Graph graph = model.graph();
  const Graph raised = raised_opset(graph, {});
  EXPECT_EQ(raised.opset, 13);
  const auto inputs = made_up_inputs(graph, {}, 1).front();
  EXPECT_EQ(first_output(graph, inputs), first_output(raised, inputs));
  ModelBuilder wide(7);
  wide.input("x", {2, 3, 4}).node("Softmax", {"x"}, {"y"}).output("y");
  EXPECT_NE(refusal([&] { static_cast<void>(raised_opset(wide.graph(), {})); }).find("opset 13 or newer"),
            std::string::npos);
}

TEST(ParsePasses, ReadsChainsAndFractions) {
  const auto passes = parse_passes("conversion+prune=0.7+int8-weights");
  ASSERT_EQ(passes.size(), 3U);
  EXPECT_EQ(passes[1].pass, Pass::kMagnitudePruning);
  EXPECT_EQ(passes[1].fraction, 0.7);
  for (const Pass pass : all_passes()) EXPECT_EQ(parse_passes(name_of(pass)).at(0).pass, pass);
  const auto says = [](const char* text, const char* part) {
    const std::string said = refusal([&] { static_cast<void>(parse_passes(text)); });
    EXPECT_NE(said.find(part), std::string::npos) << said;
  };
  says("", "is not a pass");
  says("int9", "did you mean 'int8'");
  says("prune=1", "not a fraction");
  says("prune=x", "not a fraction");
  says("int8=0.5", "takes no number");
  says("conversion+", "is not a pass");
}

TEST(PassTable, HasARowForEachAndSaysWhatIsNotPossible) {
  const std::string bytes = find_model("logreg-mnist-odd").content;
  PassTableOptions options;
  options.max_seconds = 0.02;
  options.evaluate = [](const Graph& graph) {
    Executor executor(graph);
    executor.run();
    return static_cast<double>(executor.output_as<float>(0)[0]);
  };
  const PassTable table =
      pass_table(bytes, "logreg", {"int8-weights", "prune-channels", "prune=0.9"}, options);
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_EQ(table.rows[0].passes, "original");
  EXPECT_EQ(table.rows[0].bytes, bytes.size());
  EXPECT_LT(table.rows[1].bytes, bytes.size() / 3);
  EXPECT_NE(table.rows[2].refused, "");
  EXPECT_EQ(table.rows[2].accuracy, std::nullopt);
  EXPECT_LT(table.rows[3].compressed_bytes, table.rows[0].compressed_bytes / 3);
  for (const std::size_t row : {0U, 1U, 3U}) {
    EXPECT_GT(table.rows[row].latency_p50, Duration::zero());
    EXPECT_GT(table.rows[row].load, Duration::zero());
    EXPECT_TRUE(table.rows[row].accuracy.has_value());
  }
  EXPECT_NE(refusal([&] { static_cast<void>(pass_table(bytes, "logreg", {"x", "z"}, options)); }).find("'z'"),
            std::string::npos);
}

}  // namespace
}  // namespace faascast
