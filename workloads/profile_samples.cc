#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "workloads/profile.h"

namespace faascast {
namespace {

constexpr double kMostSeconds = 864'000.0;  ///< ten days, as in profiles
constexpr std::size_t kMostProblems = 20;

/// A cell of a comma-separated line without the blanks around it; empty where the line is shorter.
struct Cell {
  std::string_view text{};
  std::size_t column = 1;  ///< of its first character in the line, from 1
};

Cell cell(std::string_view line, std::size_t number) {
  std::size_t at = 0;
  for (; number > 0; --number) {
    const std::size_t comma = line.find(',', at);
    if (comma == std::string_view::npos) return {.column = line.size() + 1};
    at = comma + 1;
  }
  std::string_view text = line.substr(at, line.find(',', at) - at);
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
    ++at;
  }
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return {.text = text, .column = at + 1};
}

std::optional<std::size_t> column_of(std::string_view header, std::string_view name) {
  const auto columns = static_cast<std::size_t>(std::count(header.begin(), header.end(), ',')) + 1;
  for (std::size_t i = 0; i < columns; ++i) {
    if (cell(header, i).text == name) return i;
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t median_of(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

ExecutionProfile profile_from_samples(const std::filesystem::path& file) {
  LineReader lines(file);
  std::vector<Problem> problems;
  const auto report = [&](std::size_t column, std::string what, std::string mend) {
    problems.push_back({.where = fmt::format("{}:{}:{}", lines.name(), lines.line_number(), column),
                        .what = std::move(what),
                        .mend = std::move(mend)});
  };
  std::string_view line;
  const bool has_header = lines.next(line);
  const auto column = has_header ? column_of(line, "execution_s") : std::nullopt;
  const auto batch_column = has_header ? column_of(line, "batch") : std::nullopt;
  if (!column) {
    report(1, "the header has no column 'execution_s'", "write execution_s on the first line");
    throw InputError(std::move(problems));
  }
  constexpr std::int64_t kMostBatch = 1'000'000;
  std::map<std::int64_t, std::vector<std::int64_t>> by_batch;
  while (problems.size() < kMostProblems && lines.next(line)) {
    if (line.empty()) continue;
    const Cell time = cell(line, *column);
    const auto seconds = number_in<double>(time.text);
    if (!seconds || !(*seconds >= 0.0) || *seconds > kMostSeconds) {
      report(time.column, fmt::format("'{}' is not a duration in seconds", time.text.substr(0, 40)),
             "write a decimal number of seconds between 0 and 864000, such as 0.0132");
    }
    std::optional<std::int64_t> batch = 1;
    if (batch_column) {
      const Cell size = cell(line, *batch_column);
      batch = number_in<std::int64_t>(size.text);
      if (!batch || *batch < 1 || *batch > kMostBatch) {
        report(size.column, fmt::format("'{}' is not a batch", size.text.substr(0, 40)),
               "write a whole number from 1");
      }
    }
    if (problems.empty()) by_batch[*batch].push_back(std::llround(*seconds * 1e9));
  }
  if (problems.empty() && by_batch[1].empty()) {
    report(1, by_batch.size() > 1 ? "there is no sample of batch 1" : "there is no sample",
           "give at least one duration of a single inference");
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  ExecutionProfile profile;
  profile.model = file.filename().string();
  profile.samples_ns = by_batch[1];
  for (auto& [batch, samples] : by_batch) {
    const std::int64_t ns = median_of(std::move(samples));
    if (by_batch.size() > 1 && ns > 0) profile.batches.push_back({batch, ns});
  }
  if (profile.batches.size() < 2 || profile.batches.front().count != 1) profile.batches.clear();
  profile.program_version = FAASCAST_VERSION;
  return profile;
}

}  // namespace faascast
