// Wikipedia's page counts: "project page requests bytes", one line a page, one file an hour.
#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "input/decimal.h"
#include "sim-core/error.h"
#include "traces/count_table.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr std::size_t kMostProblems = 20;

/// Cuts the text after the last blank off. @return nothing when there is none
std::string_view take_last_word(std::string_view& line) {
  const std::size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view word = line.substr(blank + 1);
  line = line.substr(0, blank);
  return word;
}

/// The requests of a line, and its project and page; nothing when it is none of such a file.
std::optional<std::uint32_t> split_page_count(std::string_view line, std::string_view& page) {
  const ScaledDecimal bytes = parse_scaled_decimal(take_last_word(line), 0);
  const ScaledDecimal count = parse_scaled_decimal(take_last_word(line), 0);
  page = line;
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  if (!bytes.ok() || bytes.value < 0 || !count.ok() || count.value < 0 || count.value > kMost ||
      line.find(' ') == std::string_view::npos) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(count.value);
}

}  // namespace

bool is_page_count(std::string_view line) {
  std::string_view page;
  return split_page_count(line, page).has_value();
}

CountTable CountTable::read_page_counts(const TraceContent& content, Duration width) {
  LineReader lines = content.lines();
  std::vector<Function> functions;
  std::vector<Problem> problems;
  for (std::string_view line; lines.next(line);) {
    if (is_blank_line(line)) continue;
    std::string_view page;
    const auto count = split_page_count(line, page);
    if (!count) {
      problems.push_back({cell_place(lines.name(), lines.line_number(), 1, {}),
                          "no line of project, page, requests and bytes",
                          "write the four with a blank between them"});
      if (problems.size() >= kMostProblems) break;
      continue;
    }
    Function& function = functions.emplace_back();
    function.key = page;
    if (*count > 0) function.bins.push_back({0, *count});
  }
  if (functions.empty() && problems.empty()) {
    problems.push_back({lines.name(), "no page in the file", "write a line for each page"});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  return {std::move(functions), 1, width};
}

}  // namespace faascast
