#include "workloads/onnx_reader.h"

#include <functional>

#include "support.h"
#include "workloads/models.h"

namespace faascast {
namespace {

std::string load_refusal(const std::string& bytes) {
  return refusal([&] { Executor executor(read_onnx(bytes, "bad.onnx")); });
}

struct BadModel {
  const char* name;
  std::function<std::string()> bytes;
  const char* says;  ///< part of the message
};

class RefusedModel : public ::testing::TestWithParam<BadModel> {};

TEST_P(RefusedModel, SaysWhatIsWrong) {
  const std::string text = load_refusal(GetParam().bytes());
  EXPECT_NE(text.find("bad.onnx"), std::string::npos) << text;
  EXPECT_NE(text.find(GetParam().says), std::string::npos) << text;
}

ModelBuilder relu_of(const Shape& shape) {
  return ModelBuilder().input("x", shape).node("Relu", {"x"}, {"y"}).output("y");
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedModel,
    ::testing::Values(
        BadModel{"Empty", [] { return std::string(); }, "no graph"},
        BadModel{"Text", [] { return std::string("this is not a model"); }, "not an ONNX model"},
        BadModel{"NoOutput", [] { return ModelBuilder().input("x", {1}).node("Relu", {"x"}, {"y"}).bytes(); },
                 "no output"},
        BadModel{"UnknownOutput",
                 [] { return relu_of({1}).output("z").bytes(); }, "'z' is made by no node"},
        BadModel{"UnknownInput",
                 [] { return ModelBuilder().input("x", {1}).node("Add", {"x", "w"}, {"y"}).output("y").bytes(); },
                 "'w', which nothing makes"},
        BadModel{"MadeTwice",
                 [] { return relu_of({1}).node("Neg", {"x"}, {"y"}).bytes(); }, "made twice"},
        BadModel{"Cycle",
                 [] {
                   return ModelBuilder().input("x", {1}).node("Add", {"x", "b"}, {"a"})
                       .node("Relu", {"a"}, {"b"}).output("b").bytes();
                 },
                 "cycle"},
        BadModel{"UnsupportedOperator",
                 [] { return ModelBuilder().input("x", {1}).node("NonZero", {"x"}, {"y"}).output("y").bytes(); },
                 "operator 'NonZero' (node 'the_NonZero', opset 13) is not supported"},
        BadModel{"FutureOpset",
                 [] {
                   return ModelBuilder(99).input("x", {1}).node("Relu", {"x"}, {"y"}).output("y").bytes();
                 },
                 "operator 'Relu' (node 'the_Relu', opset 99) is not supported"},
        BadModel{"WrongRank",
                 [] {
                   return ModelBuilder().input("x", {2, 3, 4}).weights("w", {4, 1}, {1, 2, 3, 4})
                       .node("Gemm", {"x", "w"}, {"y"}).output("y").bytes();
                 },
                 "node 'the_Gemm' (Gemm): matrices [2, 3, 4] and [4, 1] do not fit"},
        BadModel{"WrongWeights",
                 [] {
                   return ModelBuilder().input("x", {1, 1, 5, 5}).weights("w", {1, 2, 3, 3},
                       std::vector<float>(18)).node("Conv", {"x", "w"}, {"y"}).output("y").bytes();
                 },
                 "do not fit"},
        BadModel{"WindowTooLarge",
                 [] {
                   return ModelBuilder().input("x", {1, 1, 2, 2}).node("MaxPool", {"x"}, {"y"})
                       .with("kernel_shape", std::vector<std::int64_t>{3, 3}).output("y").bytes();
                 },
                 "does not fit"},
        BadModel{"HugeStride",
                 [] {
                   return ModelBuilder().input("x", {1, 1, 2, 2}).node("MaxPool", {"x"}, {"y"})
                       .with("kernel_shape", std::vector<std::int64_t>{1, 1})
                       .with("strides", std::vector<std::int64_t>{std::int64_t{1} << 62, 1})
                       .output("y").bytes();
                 },
                 "strides may not be"},
        BadModel{"HugeInput", [] { return relu_of({1LL << 40, 1LL << 40}).bytes(); }, "impossible shape"},
        BadModel{"LargeInput", [] { return relu_of({1 << 20, 1 << 16}).bytes(); }, "impossible shape [1048576, 65536]"},
        BadModel{"OpenAxis", [] { return relu_of({2, -1}).bytes(); }, "leaves axis 1 ('open') open"},
        BadModel{"TooFewWeights",
                 [] {
                   return relu_of({1}).weights("w", {1 << 20, 1 << 19}, {1, 2}).bytes();
                 },
                 "holds 2 elements instead of"},
        BadModel{"NegativeDimension",
                 [] { return relu_of({1}).weights("w", {-5}, {1}).bytes(); }, "impossible shape"},
        BadModel{"ExternalWeights",
                 [] {
                   ModelBuilder builder = relu_of({1});
                   auto* tensor = builder.proto().mutable_graph()->add_initializer();
                   tensor->set_name("w");
                   tensor->set_data_type(onnx::TensorProto::FLOAT);
                   tensor->set_data_location(onnx::TensorProto::EXTERNAL);
                   return builder.bytes();
                 },
                 "external file"},
        BadModel{"IntegerInput",
                 [] {
                   return ModelBuilder().input("x", {1}, onnx::TensorProto::UINT8)
                       .node("Softmax", {"x"}, {"y"}).output("y").bytes();
                 },
                 "not supported for uint8 (opset 13)"}),
    [](const auto& param) { return param.param.name; });

TEST(UnsupportedOperators, AreAllNamedAtOnce) {
  const std::string text = load_refusal(ModelBuilder()
                                            .input("x", {1})
                                            .node("NonZero", {"x"}, {"a"})
                                            .node("NonZero", {"a"}, {"b"})
                                            .node("Det", {"b"}, {"y"})
                                            .output("y")
                                            .bytes());
  EXPECT_NE(text.find("operator 'NonZero' (node 'the_NonZero' and 1 more"), std::string::npos) << text;
  EXPECT_NE(text.find("operator 'Det'"), std::string::npos) << text;
}

TEST(TruncatedModel, IsRefusedAtEveryLength) {
  const std::string whole = find_model("logreg-mnist-odd").content;
  std::size_t refused = 0;
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    // A cut exactly between fields leaves a smaller, valid message: it may load, never crash.
    if (!load_refusal(whole.substr(0, length)).empty()) ++refused;
  }
  EXPECT_GT(refused, whole.size() / 7 - 10);
}

TEST(DamagedModel, IsRefusedOrRuns) {
  std::mt19937 engine(3);
  const std::string whole = find_model("logreg-mnist-odd").content;
  std::size_t refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 3; ++i) {
      // Structure sits at the start and the end; the middle is weights.
      const std::size_t at = engine() % 400;
      bytes[engine() % 2 == 0 ? at : bytes.size() - 1 - at % bytes.size()] =
          static_cast<char>(engine() & 0xFF);
    }
    if (!load_refusal(bytes).empty()) ++refused;
  }
  EXPECT_GT(refused, 200U);
}

TEST(RandomBytes, AreRefused) {
  std::mt19937 engine(5);
  for (int round = 0; round < 500; ++round) {
    std::string bytes(engine() % 300, '\0');
    for (char& byte : bytes) byte = static_cast<char>(engine() & 0xFF);
    EXPECT_FALSE(load_refusal(bytes).empty());
  }
}

TEST(Weights, OfOldModelsAreNotInputs) {
  ModelBuilder builder;
  builder.input("x", {2}).input("w", {2}).weights("w", {2}, {10, 20});
  const Graph graph = builder.node("Add", {"x", "w"}, {"y"}).output("y").graph();
  ASSERT_EQ(graph.inputs.size(), 1U);
  Executor executor(graph);
  const std::vector<float> x{1, 2};
  const auto y = executor.run_on({{float_tensor({2}, x)}});
  EXPECT_EQ(y[0].as<float>()[0], 11.0F);
  EXPECT_EQ(y[0].as<float>()[1], 22.0F);
}

TEST(HalfPrecision, IsWidenedExactly) {
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::FLOAT16);
  const std::vector<std::pair<int, float>> cases{{0x0000, 0.0F},    {0x3C00, 1.0F},
                                                 {0xC000, -2.0F},   {0x7BFF, 65504.0F},
                                                 {0x0001, 0x1p-24F}, {0x03FF, 0x3FFp-24F},
                                                 {0x0400, 0x1p-14F}, {0x3555, 0.333251953125F}};
  proto.add_dims(static_cast<std::int64_t>(cases.size()));
  for (const auto& [bits, value] : cases) proto.add_int32_data(bits);
  const Tensor tensor = read_onnx_tensor(proto.SerializeAsString(), "half");
  ASSERT_EQ(tensor.type, ElementType::kFloat32);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(tensor.as<float>()[i], cases[i].second) << std::hex << cases[i].first;
  }
}

TEST(HalfPrecision, KeepsInfinityAndNaN) {
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::FLOAT16);
  proto.add_dims(2);
  proto.set_raw_data(std::string("\x00\xFC\x01\x7E", 4));
  const Tensor tensor = read_onnx_tensor(proto.SerializeAsString(), "half");
  EXPECT_EQ(tensor.as<float>()[0], -std::numeric_limits<float>::infinity());
  EXPECT_NE(tensor.as<float>()[1], tensor.as<float>()[1]);
}

TEST(TypedFields, HoldTheSameAsRawData) {
  onnx::TensorProto typed;
  typed.set_data_type(onnx::TensorProto::INT8);
  typed.add_dims(3);
  for (const int value : {-128, 0, 127}) typed.add_int32_data(value);
  onnx::TensorProto raw;
  raw.set_data_type(onnx::TensorProto::INT8);
  raw.add_dims(3);
  raw.set_raw_data(std::string("\x80\x00\x7F", 3));
  EXPECT_EQ(read_onnx_tensor(typed.SerializeAsString(), "t").bytes,
            read_onnx_tensor(raw.SerializeAsString(), "r").bytes);
}

}  // namespace
}  // namespace faascast
