#include "studies/paper/optimised_models.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "studies/report/figures.h"
#include "studies/report/table.h"
#include "workloads/accuracy.h"
#include "workloads/models.h"
#include "workloads/onnx_reader.h"
#include "workloads/passes/pass_report.h"
#include "workloads/test_set.h"

namespace faascast {
namespace {

/// Models, and what was distilled from them ("" where nothing was).
struct Family {
  const char* model = "";
  const char* student = "";
};
constexpr Family kFamilies[] = {{"logreg-mnist-odd", ""},
                                {"cnn-mnist", "cnn-mnist-student"},
                                {"lstm-sentiment", ""},
                                {"dqn-cartpole", "dqn-cartpole-student"}};

std::filesystem::path data_folder() {
  const char* folder = std::getenv("FAASCAST_DATA");
  return folder != nullptr ? folder : "../shared/data";
}

std::vector<std::string> split(std::string_view line, char by) {
  std::vector<std::string> cells(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == by && !is_quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::optional<double> number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Of a model's task; nothing where its test set is not here.
std::optional<TestSet> test_set_of(const Graph& graph) {
  for (const std::filesystem::path& place : {data_folder() / "datasets", std::filesystem::path()}) {
    try {
      return find_test_set(graph, place);
    } catch (const InputError&) {
      continue;
    }
  }
  return std::nullopt;
}

/// Images of the training set: what ranges of activations are taken from.
std::vector<RunInputs> calibration_of(const Graph& graph, const ExecutorOptions& options) {
  const std::filesystem::path images = data_folder() / "datasets/train10k-images-idx3-ubyte.gz";
  std::vector<RunInputs> runs = made_up_inputs(graph, options, 100);
  if (!std::filesystem::exists(images)) return runs;
  const IdxBytes pixels = read_idx(images);
  std::size_t at = 0;
  for (RunInputs& run : runs) {
    if (run.size() != 1 || run[0].type != ElementType::kFloat32) return runs;
    for (float& value : run[0].as<float>()) {
      constexpr float kWhite = 255.0F;
      value = static_cast<float>(pixels.values[at++ % pixels.values.size()]) / kWhite;
    }
  }
  return runs;
}

/// The pass table of one model, and with it how often each is right.
std::vector<OptimisedModel> table_of(const std::string& name, const std::vector<std::string>& passes) {
  const ModelFile file = find_model(name);
  const Graph graph = read_onnx(file.content, file.name);
  const std::optional<TestSet> tests = test_set_of(graph);
  PassTableOptions options;
  if (tests && tests->kind == TestSet::Kind::kImages) {
    options.pass.calibration = calibration_of(graph, options.pass.executor);
  }
  std::vector<Accuracy> accuracies;
  if (tests) {
    options.evaluate = [&](Executor& executor) {
      accuracies.push_back(measure_accuracy(executor, *tests));
      return accuracies.back().value / accuracies.back().best;
    };
  }
  std::vector<OptimisedModel> models;
  std::size_t evaluated = 0;
  for (const PassRow& row : pass_table(file.content, file.name, passes, options).rows) {
    OptimisedModel one;
    one.model = name;
    one.passes = row.passes;
    one.bytes = row.bytes;
    one.compressed_bytes = row.compressed_bytes;
    one.load_s = seconds_of(row.load);
    one.latency_s = seconds_of(row.latency_p50);
    one.refused = row.refused;
    if (row.accuracy && evaluated < accuracies.size()) {
      const Accuracy& accuracy = accuracies[evaluated++];
      one.accuracy = row.accuracy;
      one.accuracy_low = accuracy.low / accuracy.best;
      one.accuracy_high = accuracy.high / accuracy.best;
      one.test_set = accuracy.test_set;
    }
    models.push_back(std::move(one));
  }
  return models;
}

}  // namespace

std::vector<OptimisedModel> pinned_optimised_models() {
  std::vector<OptimisedModel> models;
  const std::string_view text = paper_data("optimised_models.csv");
  std::size_t at = 0;
  bool is_head = true;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::vector<std::string> cells = split(text.substr(at, end - at), ',');
    at = end + 1;
    constexpr std::size_t kColumns = 11;
    if (std::exchange(is_head, false) || cells.size() != kColumns) continue;
    OptimisedModel one;
    one.model = cells[0];
    one.passes = cells[1];
    one.bytes = static_cast<std::uint64_t>(number(cells[2]).value_or(0.0));
    one.compressed_bytes = static_cast<std::uint64_t>(number(cells[3]).value_or(0.0));
    one.load_s = number(cells[4]).value_or(0.0);
    one.latency_s = number(cells[5]).value_or(0.0);
    one.accuracy = number(cells[6]);
    one.accuracy_low = number(cells[7]);
    one.accuracy_high = number(cells[8]);
    one.test_set = cells[9];
    one.refused = cells[10];
    models.push_back(std::move(one));
  }
  return models;
}

std::vector<OptimisedModel> measured_optimised_models(const std::vector<std::string>& passes) {
  std::vector<OptimisedModel> models;
  for (const Family& family : kFamilies) {
    for (OptimisedModel& one : table_of(family.model, passes)) models.push_back(std::move(one));
    if (*family.student == '\0') continue;
    OptimisedModel student = table_of(family.student, {}).front();
    student.model = family.model;
    student.passes = "student";
    models.push_back(std::move(student));
  }
  return models;
}

std::string optimised_models_csv(const std::vector<OptimisedModel>& models) {
  Table table({{"model"}, {"passes"}, {"bytes"}, {"compressed_bytes"}, {"load_s"}, {"latency_s"},
               {"accuracy"}, {"accuracy_low"}, {"accuracy_high"}, {"test_set"}, {"refused"}});
  for (const OptimisedModel& one : models) {
    table.add({one.model, one.passes, std::to_string(one.bytes), std::to_string(one.compressed_bytes),
               exact_text(one.load_s), exact_text(one.latency_s), exact_text(one.accuracy),
               exact_text(one.accuracy_low), exact_text(one.accuracy_high), one.test_set,
               one.refused});
  }
  return table.csv();
}

}  // namespace faascast
