// Reference inputs and outputs of whole models, and the official ONNX backend tests of single
// operators (Debian package libonnx-testdata).
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "support.h"
#include "workloads/operators/operators.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-5;
};

template <class T>
std::string compare_values(std::span<const T> got, std::span<const T> want, Tolerance tolerance) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto a = static_cast<double>(got[i]);
    const auto b = static_cast<double>(want[i]);
    if (std::isnan(a) && std::isnan(b)) continue;
    if (a == b) continue;
    if (!(std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b))) {
      std::ostringstream text;
      text << "element " << i << " is " << a << " instead of " << b;
      return text.str();
    }
  }
  return {};
}

/// Empty when the tensors agree.
std::string difference(const Tensor& got, const Tensor& want, Tolerance tolerance) {
  if (got.type != want.type) return "another element type";
  if (got.shape != want.shape) {
    return "shape " + shape_text(got.shape) + " instead of " + shape_text(want.shape);
  }
  if (got.type == ElementType::kFloat32) {
    return compare_values(got.as<float>(), want.as<float>(), tolerance);
  }
  if (got.type == ElementType::kFloat64) {
    return compare_values(got.as<double>(), want.as<double>(), tolerance);
  }
  return got.bytes == want.bytes ? "" : "other values";
}

struct Case {
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};

std::vector<Tensor> tensors_in(const fs::path& folder, const std::string& prefix) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path file = folder / (prefix + std::to_string(i) + ".pb");
    if (!fs::exists(file)) return tensors;
    tensors.push_back(read_onnx_tensor(file_bytes(file), file.string()));
  }
}

Case read_case(const fs::path& folder) {
  return {.inputs = tensors_in(folder, "input_"), .outputs = tensors_in(folder, "output_")};
}

/// Empty when the outputs agree. Open sizes are taken from the inputs.
std::string run_open(const Graph& graph, const Case& data, Tolerance tolerance,
                     ExecutorOptions options) {
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < data.inputs.size(); ++i) {
    const std::string& name = graph.values[static_cast<std::size_t>(graph.inputs[i])].name;
    if (options.fixed_inputs.contains(name)) continue;
    options.input_shapes[name] = data.inputs[i].shape;
    inputs.push_back(data.inputs[i]);
  }
  Executor executor(graph, options);
  const std::vector<Tensor> results = executor.run_on(inputs);
  if (results.size() != data.outputs.size()) return "another number of outputs";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string text = difference(results[i], data.outputs[i], tolerance);
    if (!text.empty()) return "output " + std::to_string(i) + ": " + text;
  }
  return {};
}

/// The suite gives shapes, axes and conditions as inputs; where a model needs to know them before it
/// runs, all inputs but the floats (other than scales of Resize) are fixed.
std::string run_case(const Graph& graph, const Case& data, Tolerance tolerance) {
  if (data.inputs.size() != graph.inputs.size()) return "another number of inputs";
  try {
    return run_open(graph, data, tolerance, {});
  } catch (const InputError&) {
    ExecutorOptions options;
    for (std::size_t i = 0; i < data.inputs.size(); ++i) {
      const std::string& name = graph.values[static_cast<std::size_t>(graph.inputs[i])].name;
      const bool is_shape = data.inputs[i].elements() == 1 || name == "scales" || name == "roi";
      if (data.inputs[i].type == ElementType::kFloat32 && !is_shape) continue;
      options.fixed_inputs[name] = data.inputs[i];
    }
    return run_open(graph, data, tolerance, options);
  }
}

void expect_reference(const fs::path& model, const fs::path& data, Tolerance tolerance = {}) {
  const Graph graph = read_onnx_file(model);
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(data)) {
    if (!entry.path().filename().string().starts_with("test_data_set_")) continue;
    EXPECT_EQ(run_case(graph, read_case(entry.path()), tolerance), "") << entry.path();
    ++cases;
  }
  EXPECT_GT(cases, 0) << data;
}

class ShippedModel : public ::testing::TestWithParam<const char*> {};

TEST_P(ShippedModel, MatchesItsReference) {
  const fs::path models = project_root() / "workloads/models";
  expect_reference(models / (std::string(GetParam()) + ".onnx"), models / GetParam());
}
INSTANTIATE_TEST_SUITE_P(Models, ShippedModel,
                         ::testing::Values("cnn-mnist", "cnn-mnist-student", "logreg-mnist-odd",
                                           "dqn-cartpole", "dqn-cartpole-robust", "dqn-cartpole-student",
                                           "lstm-sentiment", "lstm-sentiment-student"));

struct PublicCase {
  const char* name;
  Tolerance tolerance{};
};
void PrintTo(const PublicCase& model, std::ostream* out) { *out << model.name; }
class PublicModel : public ::testing::TestWithParam<PublicCase> {};

TEST_P(PublicModel, MatchesItsReference) {
  const fs::path models = public_data() / "models";
  const std::string name = GetParam().name;
  if (!fs::exists(models / (name + ".onnx"))) {
    GTEST_SKIP() << "no " << name << ".onnx under " << models << "; set FAASCAST_DATA";
  }
  expect_reference(models / (name + ".onnx"), models / name, GetParam().tolerance);
}
INSTANTIATE_TEST_SUITE_P(Models, PublicModel,
                         ::testing::Values(PublicCase{"mnist-8"}, PublicCase{"mnist-8-opt"},
                                           PublicCase{"iris"},
                                           PublicCase{"squeezenet_fp16", {2e-2, 1e-4}},
                                           PublicCase{"ultraface-RFB-320"},
                                           PublicCase{"byte_bidi_lstm"},
                                           PublicCase{"silero_vad_16k_op15"},
                                           PublicCase{"lstm-sentiment"}));

/// Counts of the official suite.
struct Tally {
  int passed = 0;
  int refused = 0;
  int not_tensors = 0;
  std::vector<std::string> wrong{};
  std::map<std::string, int> passed_by_operator{};
};

void run_official_case(const fs::path& folder, Tally& tally) {
  Case data;
  try {
    data = read_case(folder / "test_data_set_0");
  } catch (const InputError&) {
    ++tally.not_tensors;  // sequences, optionals, strings
    return;
  }
  try {
    const Graph graph = read_onnx_file(folder / "model.onnx");
    const std::string text = run_case(graph, data, {.relative = 1e-3, .absolute = 1e-7});
    if (text.empty()) {
      ++tally.passed;
      ++tally.passed_by_operator[graph.nodes.front().op];
    } else {
      tally.wrong.push_back(folder.filename().string() + ": " + text);
    }
  } catch (const InputError& error) {
    ++tally.refused;
    for (const Problem& problem : error.problems()) {
      EXPECT_FALSE(problem.what.empty()) << folder;
      EXPECT_NE(problem.where.find("model.onnx"), std::string::npos) << folder;
    }
  }
}

class OfficialSuite : public ::testing::TestWithParam<const char*> {};

TEST_P(OfficialSuite, GivesRightResultsOrRefuses) {
  const fs::path root = fs::path("/usr/share/libonnx-testdata/data") / GetParam();
  if (!fs::exists(root)) GTEST_SKIP() << "install the package libonnx-testdata";
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(root)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  Tally tally;
  for (const fs::path& folder : folders) run_official_case(folder, tally);
  for (const std::string& text : tally.wrong) ADD_FAILURE() << text;
  const std::map<std::string, int> least{{"node", 686}, {"simple", 7}, {"pytorch-converted", 63},
                                         {"pytorch-operator", 34}};
  EXPECT_GE(tally.passed, least.at(GetParam()));
  std::cout << GetParam() << ": " << tally.passed << " passed, " << tally.refused << " refused, "
            << tally.not_tensors << " not tensors, " << tally.wrong.size() << " wrong of "
            << folders.size() << "\n";
  for (const auto& [op, count] : tally.passed_by_operator) std::cout << "  " << op << " " << count << "\n";
}
INSTANTIATE_TEST_SUITE_P(Official, OfficialSuite,
                         ::testing::Values("node", "simple", "pytorch-converted",
                                           "pytorch-operator"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(OfficialSuite, ReachesEveryOperatorThatWeClaim) {
  const fs::path root = "/usr/share/libonnx-testdata/data/node";
  if (!fs::exists(root)) GTEST_SKIP() << "install the package libonnx-testdata";
  Tally tally;
  for (const auto& entry : fs::directory_iterator(root)) run_official_case(entry.path(), tally);
  const std::set<std::string_view> newer{"Gelu", "Mish"};  // than the suite; see operators_test.cc
  for (const Operator& row : operator_table()) {
    if (newer.contains(row.name) || !row.domain.empty() || row.name == "Upsample") continue;
    EXPECT_GT(tally.passed_by_operator[std::string(row.name)], 0) << row.name;
  }
}

}  // namespace
}  // namespace faascast
