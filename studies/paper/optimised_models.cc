#include "studies/paper/optimised_models.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "studies/optimised.h"

namespace faascast {
namespace {

/// Models, and what was distilled from them (empty where nothing was).
struct Family {
  const char* model = "";
  const char* student = "";
  bool sees_images = false;
};
constexpr Family kFamilies[] = {{"logreg-mnist-odd", "", true},
                                {"cnn-mnist", "cnn-mnist-student", true},
                                {"lstm-sentiment", "lstm-sentiment-student", false},
                                {"dqn-cartpole", "dqn-cartpole-student", false}};
constexpr double kBestReturn = 500.0;  // of CartPole-v1

/// The folder of test sets; empty where it is not here.
std::string data_folder() {
  const char* folder = std::getenv("FAASCAST_DATA");
  const std::filesystem::path sets =
      std::filesystem::path(folder != nullptr ? folder : "../shared/data") / "datasets";
  std::error_code ignored;
  return std::filesystem::is_directory(sets, ignored) ? sets.string() : std::string();
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "share right, t10k-images-idx3-ubyte.gz, 10000 examples"
void describe(const std::string& accuracy_name, OptimisedModel& one) {
  const std::size_t first = accuracy_name.find(", ");
  const std::size_t last = accuracy_name.rfind(", ");
  if (first == std::string::npos || last <= first) return;
  one.test_set = accuracy_name.substr(first + 2, last - first - 2);
  const std::string_view count = std::string_view(accuracy_name).substr(last + 2);
  one.examples = number_in(count.substr(0, count.find(' '))).value_or(0.0);
}

std::vector<OptimisedModel> table_of(const std::string& name, bool sees_images,
                                     const std::vector<std::string>& passes) {
  const PassTable table = optimise_model(
      {.model = name, .passes = passes, .data = sees_images ? data_folder() : std::string()});
  const bool is_return = table.accuracy_name.starts_with("mean steps");
  std::vector<OptimisedModel> models;
  for (const PassRow& row : table.rows) {
    OptimisedModel one;
    one.model = name;
    one.passes = row.passes;
    one.bytes = row.bytes;
    one.compressed_bytes = row.compressed_bytes;
    one.load_s = seconds_of(row.load);
    one.latency_s = seconds_of(row.latency_p50);
    one.refused = row.refused;
    if (row.accuracy) {
      one.accuracy = is_return ? *row.accuracy / kBestReturn : *row.accuracy;
      describe(table.accuracy_name, one);
    }
    models.push_back(std::move(one));
  }
  return models;
}

}  // namespace

std::vector<OptimisedModel> pinned_optimised_models() {
  constexpr std::size_t kColumns = 10;
  std::vector<OptimisedModel> models;
  const std::string_view text = paper_data("optimised_models.csv");
  std::size_t at = text.find('\n') + 1;  // after the heads
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::vector<std::string> cells = cells_of(text.substr(at, end - at));
    at = end + 1;
    if (cells.size() != kColumns) continue;
    OptimisedModel one;
    one.model = cells[0];
    one.passes = cells[1];
    one.bytes = static_cast<std::uint64_t>(number_in(cells[2]).value_or(0.0));
    one.compressed_bytes = static_cast<std::uint64_t>(number_in(cells[3]).value_or(0.0));
    one.load_s = number_in(cells[4]).value_or(0.0);
    one.latency_s = number_in(cells[5]).value_or(0.0);
    one.accuracy = number_in(cells[6]);
    one.examples = number_in(cells[7]).value_or(0.0);
    one.test_set = cells[8];
    one.refused = cells[9];
    models.push_back(std::move(one));
  }
  return models;
}

std::vector<OptimisedModel> measured_optimised_models(const std::vector<std::string>& passes) {
  std::vector<OptimisedModel> models;
  for (const Family& family : kFamilies) {
    for (OptimisedModel& one : table_of(family.model, family.sees_images, passes)) {
      models.push_back(std::move(one));
    }
    if (*family.student == '\0') continue;
    OptimisedModel student = table_of(family.student, family.sees_images, {}).front();
    student.model = family.model;
    student.passes = "student";
    models.push_back(std::move(student));
  }
  return models;
}

}  // namespace faascast
