#include "traces/function_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "input/decimal.h"
#include "input/quantity.h"
#include "sim-core/error.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr std::string_view kCounts = "invocations_per_function_md";
constexpr std::string_view kDurations = "function_durations_percentiles";
constexpr std::string_view kMemory = "app_memory_percentiles";

/// The file beside `counts` whose name has `role` in place of the counts' own, in any of the
/// compressed forms; empty = none.
std::filesystem::path sibling(const std::filesystem::path& counts, std::string_view role,
                              std::string_view short_name) {
  std::string name = counts.filename().string();
  if (const std::size_t at = name.find(kCounts); at != std::string::npos) {
    name.replace(at, kCounts.size(), role);
  } else if (name.starts_with("invocations.")) {
    name = short_name;
  } else {
    return {};
  }
  for (const std::string_view ending : {".zstd", ".zst", ".gz"}) {
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  }
  for (const std::string_view ending : {"", ".gz", ".zst", ".zstd"}) {
    std::filesystem::path file = counts.parent_path() / (name + std::string(ending));
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) return file;
  }
  return {};
}

/// Rows of a CSV by the names of some columns; others are left alone.
class NamedRows {
 public:
  /// @throws InputError when one of `required` is missing
  NamedRows(const std::filesystem::path& file, const std::vector<std::string>& required)
      : lines_(file) {
    std::string_view line;
    do {
      if (!lines_.next(line)) fail(1, {}, "the file is empty", "write a header and rows");
    } while (is_blank_line(line));
    split(line);
    for (std::size_t i = 0; i < csv_.cells().size(); ++i) {
      columns_.emplace(std::string(csv_.cells()[i].text), i);
    }
    for (const std::string& name : required) {
      if (!has(name)) fail(1, {}, "no column " + name, "add it");
    }
    width_ = csv_.cells().size();
  }

  [[nodiscard]] bool has(const std::string& name) const { return columns_.count(name) > 0; }

  bool next() {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
    } while (is_blank_line(line));
    split(line);
    const std::size_t cells = csv_.cells().size();
    if (cells == width_) return true;
    fail(csv_.cells().back().column, {},
         fmt::format("the row has {} cells, the header {} columns", cells, width_),
         "write one cell for each column; an empty one is absent");
  }

  [[nodiscard]] std::string_view text(const std::string& name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? std::string_view{} : csv_.cells()[found->second].text;
  }

  /// A number in units of 10^-places; nothing when the cell is empty.
  [[nodiscard]] std::optional<std::int64_t> number(const std::string& name, int places) const {
    const std::string_view cell = text(name);
    if (cell.empty() || cell == "nan" || cell == "NaN") return std::nullopt;
    const ScaledDecimal value = parse_scaled_decimal(cell, places);
    if (!value.ok() || value.value < 0) {
      fail(csv_.cells()[columns_.at(name)].column, name,
           fmt::format("'{}' is not a number from 0", cell.substr(0, 60)),
           "write such as 125 or 0.5");
    }
    return value.value;
  }

 private:
  void split(std::string_view line) {
    if (csv_.split(line)) return;
    fail(csv_.error_column(), {}, "a quote is not closed", "close it, or double quotes inside");
  }
  [[noreturn]] void fail(std::size_t column, std::string_view name, std::string what,
                         std::string mend) const {
    throw InputError(Problem{cell_place(lines_.name(), lines_.line_number(), column, name),
                             std::move(what), std::move(mend)});
  }

  LineReader lines_;
  CsvSplitter csv_{};
  std::map<std::string, std::size_t> columns_{};
  std::size_t width_ = 0;
};

std::string key_of(const NamedRows& rows, bool with_function) {
  std::string key;
  for (const char* column : {"HashOwner", "HashApp", "HashFunction"}) {
    if (!with_function && std::string_view(column) == "HashFunction") break;
    key += rows.text(column);
    key += '\n';
  }
  return key;
}

using Durations = std::map<std::string, FunctionSize, std::less<>>;

/// Of several rows of one function the first counts.
Durations read_durations(const std::filesystem::path& file) {
  static const std::vector<std::string> kPercentiles = {
      "percentile_Average_0",  "percentile_Average_1",  "percentile_Average_25",
      "percentile_Average_50", "percentile_Average_75", "percentile_Average_99",
      "percentile_Average_100"};
  std::vector<std::string> required = kPercentiles;
  required.emplace_back("HashFunction");
  NamedRows rows(file, required);
  Durations all;
  while (rows.next()) {
    FunctionSize size;
    std::int64_t least = 0;
    bool complete = true;
    for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
      const auto value = rows.number(kPercentiles[i], 6);
      complete = complete && value.has_value();
      least = std::max(least, value.value_or(0));  // published rows are not always ascending
      size.quantiles_ns[i] = least;
    }
    if (complete) all.emplace(key_of(rows, true), size);
  }
  return all;
}

/// Megabytes by application, or by function where the file names functions.
struct Memories {
  bool by_function = false;
  std::map<std::string, std::int64_t, std::less<>> mb{};
};

Memories read_memory(const std::filesystem::path& file) {
  NamedRows rows(file, {"HashApp", "AverageAllocatedMb"});
  Memories memories;
  memories.by_function = rows.has("HashFunction");
  while (rows.next()) {
    const auto micro = rows.number("AverageAllocatedMb", 6);
    if (!micro) continue;
    memories.mb.emplace(key_of(rows, memories.by_function), *micro);
  }
  return memories;
}

/// "owner\napp\n" of "owner\napp\nfunction\n".
std::string_view app_of(std::string_view key) {
  const std::size_t owner = key.find('\n');
  return key.substr(0, key.find('\n', owner + 1) + 1);
}

}  // namespace

std::int64_t FunctionSize::execution_ns(double u) const {
  std::size_t i = 1;
  while (i + 1 < kShares.size() && u > kShares[i]) ++i;
  const double part = (u - kShares[i - 1]) / (kShares[i] - kShares[i - 1]);
  const auto low = static_cast<double>(quantiles_ns[i - 1]);
  return static_cast<std::int64_t>(low + part * (static_cast<double>(quantiles_ns[i]) - low));
}

std::shared_ptr<const FunctionSizes> FunctionSizes::beside(const std::filesystem::path& counts,
                                                           CountTable& table) {
  const std::filesystem::path durations_file = sibling(counts, kDurations, "durations.csv");
  if (durations_file.empty()) return nullptr;
  const Durations durations = read_durations(durations_file);
  const std::filesystem::path memory_file = sibling(counts, kMemory, "memory.csv");
  const Memories memories = memory_file.empty() ? Memories{} : read_memory(memory_file);
  std::map<std::string_view, std::int64_t> functions_of_app;
  for (const auto& function : table.functions()) ++functions_of_app[app_of(function.key)];

  auto sizes = std::make_shared<FunctionSizes>();
  std::vector<CountTable::Function> kept;
  std::uint64_t requests_left_out = 0;
  for (const CountTable::Function& function : table.functions()) {
    const auto duration = durations.find(function.key);
    if (duration == durations.end()) {
      requests_left_out += function.requests;
      continue;
    }
    FunctionSize size = duration->second;
    const auto memory = memories.by_function ? memories.mb.find(function.key)
                                             : memories.mb.find(app_of(function.key));
    if (memory != memories.mb.end()) {
      const std::int64_t share =
          memories.by_function ? 1 : functions_of_app.at(app_of(function.key));
      constexpr std::int64_t kMillion = 1'000'000;
      size.memory_mb = (memory->second / share + kMillion - 1) / kMillion;
    }
    kept.push_back(function);
    sizes->sizes_.push_back(size);
  }
  if (kept.empty()) {
    throw InputError(Problem{durations_file.string(), "no function of the file of counts",
                             "put the files of one day together, or move this one away"});
  }
  sizes->description_ = "execution times from the percentiles beside";
  if (!memory_file.empty()) sizes->description_ += ", memory too";
  if (kept.size() < table.functions().size()) {
    sizes->description_ += fmt::format("; {} functions with {} requests have none and are left out",
                                       format_count(table.functions().size() - kept.size()),
                                       format_count(requests_left_out));
  }
  table = CountTable(std::move(kept), table.bins(), table.width());
  return sizes;
}

}  // namespace faascast
