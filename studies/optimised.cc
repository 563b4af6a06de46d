#include "studies/optimised.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "sim-core/error.h"
#include "workloads/accuracy.h"
#include "workloads/cartpole.h"
#include "workloads/models.h"
#include "workloads/onnx_reader.h"
#include "workloads/test_set.h"

namespace faascast {
namespace {

constexpr std::size_t kCalibrationRuns = 200;

/// The model's own test set; nothing where none is named and it plays no game.
std::optional<TestSet> test_set_of(const Graph& graph, const std::string& data) {
  if (!data.empty()) return find_test_set(graph, data);
  try {
    return find_test_set(graph, {});
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// Training images beside the test images.
std::optional<TestSet> training_set(const std::string& data) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(data, ignored)) return std::nullopt;
  for (const char* name : {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"}) {
    const auto file = std::filesystem::path(data) / name;
    if (std::filesystem::exists(file, ignored)) return read_image_set(file);
  }
  return std::nullopt;
}

std::vector<RunInputs> image_runs(const TestSet& set, const Executor& executor) {
  std::vector<RunInputs> runs;
  const Shape& shape = executor.input_shape(0);
  const auto pixels = static_cast<std::size_t>(element_count(shape).value_or(0));
  if (pixels == 0) return {};
  for (std::size_t first = 0; first + pixels <= set.pixels.size() && runs.size() < kCalibrationRuns;
       first += pixels) {
    Tensor tensor = make_tensor(ElementType::kFloat32, shape);
    std::transform(set.pixels.begin() + static_cast<std::ptrdiff_t>(first),
                   set.pixels.begin() + static_cast<std::ptrdiff_t>(first + pixels),
                   tensor.as<float>().begin(),
                   [](std::uint8_t p) { return static_cast<float>(p) / 255.0F; });
    runs.push_back({std::move(tensor)});
  }
  return runs;
}

/// The last words of each text, with zeros before them, as the accuracy is measured.
std::vector<RunInputs> text_runs(const TestSet& set, const Executor& executor) {
  std::vector<RunInputs> runs;
  const auto words = static_cast<std::size_t>(element_count(executor.input_shape(0)).value_or(0));
  for (const auto& text : set.texts) {
    if (runs.size() == kCalibrationRuns) break;
    Tensor tensor = make_tensor(executor.input_type(0), executor.input_shape(0));
    if (tensor.type != ElementType::kInt64) return {};
    const std::size_t count = std::min(words, text.size());
    std::copy(text.end() - static_cast<std::ptrdiff_t>(count), text.end(),
              tensor.as<std::int64_t>().end() - static_cast<std::ptrdiff_t>(count));
    runs.push_back({std::move(tensor)});
  }
  return runs;
}

/// What the policy itself meets in a few episodes.
std::vector<RunInputs> game_runs(Executor& executor) {
  std::vector<RunInputs> runs;
  constexpr std::size_t kEpisodes = 5;
  const auto policy = [&](std::span<const std::array<float, 4>> seen, std::span<std::uint8_t> right) {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      std::copy(seen[i].begin(), seen[i].end(), executor.input_as<float>(0).begin());
      executor.run();
      const auto values = executor.output_as<float>(0);
      right[i] = values[1] > values[0] ? 1 : 0;
      if (runs.size() < kEpisodes * CartPole::kMostSteps) {
        runs.push_back({float_tensor(executor.input_shape(0), seen[i])});
      }
    }
  };
  static_cast<void>(play_cartpole(policy, kEpisodes, 1, 1));
  return runs;
}

std::vector<RunInputs> calibration_of(const Graph& graph, const OptimiseModelRequest& request,
                                      const TestSet& set) {
  Executor executor(graph, request.executor);
  if (executor.inputs() != 1) return {};
  switch (set.kind) {
    case TestSet::Kind::kImages:
      if (auto training = training_set(request.data)) return image_runs(*training, executor);
      return image_runs(set, executor);
    case TestSet::Kind::kTokens:
      return text_runs(set, executor);
    case TestSet::Kind::kCartPole:
      break;
  }
  return game_runs(executor);
}

PassTableOptions table_options(const Graph& graph, const OptimiseModelRequest& request) {
  PassTableOptions options{.max_seconds = request.max_seconds};
  options.pass.executor = request.executor;
  options.pass.per_channel = request.per_channel;
  auto set = test_set_of(graph, request.data);
  if (!set) return options;
  options.pass.calibration = calibration_of(graph, request, *set);
  AccuracyOptions how;
  how.examples = request.examples;
  const Accuracy first = measure_accuracy(graph, *set, how);
  options.accuracy_name = std::string(first.is_return ? "mean steps of an episode, " : "share right, ")
                              .append(first.test_set)
                              .append(", ")
                              .append(std::to_string(first.examples))
                              .append(first.is_return ? " episodes" : " examples");
  options.evaluate = [set = std::make_shared<const TestSet>(*std::move(set)), how](const Graph& model) {
    return measure_accuracy(model, *set, how).value;
  };
  return options;
}

}  // namespace

std::vector<std::string> shipped_students(const std::string& model) {
  if (model == "cnn-mnist") return {"cnn-mnist-student"};
  if (model == "dqn-cartpole-robust") return {"dqn-cartpole-student"};
  if (model == "lstm-sentiment") return {"lstm-sentiment-student"};
  return {};
}

PassTable optimise_model(const OptimiseModelRequest& request) {
  const ModelFile file = find_model(request.model);
  const Graph graph = read_onnx(file.content, file.name);
  PassTableOptions options = table_options(graph, request);
  for (const std::string& student : request.students) {
    options.students.push_back(find_model(student));
  }
  return pass_table(file.content, file.name, request.passes, options);
}

PassResult passed_model(const OptimiseModelRequest& request) {
  const ModelFile file = find_model(request.model);
  const Graph graph = read_onnx(file.content, file.name);
  PassOptions options{.executor = request.executor, .per_channel = request.per_channel};
  if (const auto set = test_set_of(graph, request.data)) {
    options.calibration = calibration_of(graph, request, *set);
  }
  return apply_passes(parse_passes(request.passes.front()), graph, options);
}

}  // namespace faascast
