#include "traces/trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "traces/content.h"
#include "traces/count_traffic.h"
#include "traces/csv.h"
#include "traces/request_format.h"
#include "traces/request_traffic.h"

namespace faascast {
namespace {

constexpr std::string_view kPlain = "plain";
constexpr std::string_view kAzureLlm = "azure-llm-2023";
constexpr std::string_view kAzureFunctions = "azure-functions-2019";

bool has(const std::vector<CsvCell>& cells, std::string_view name) {
  return std::any_of(cells.begin(), cells.end(),
                     [&](const CsvCell& cell) { return cell.text == name; });
}

/// The format that a header belongs to, also when one of its names is mistyped; empty = none.
std::string_view format_of(const std::vector<CsvCell>& cells) {
  if (has(cells, "arrival_s") || has(cells, "timestamp")) return kPlain;
  if (has(cells, "TIMESTAMP") && has(cells, "ContextTokens")) return kAzureLlm;
  if (has(cells, "HashFunction") && has(cells, "1")) return kAzureFunctions;
  const std::vector<std::string> plain_names = plain_format().column_names();
  for (const CsvCell& cell : cells) {
    if (!nearest_name(cell.text, plain_names).empty()) return kPlain;
  }
  return {};
}

std::string recognised_format(const TraceContent& content) {
  LineReader lines = content.lines();
  CsvSplitter csv;
  for (std::string_view line; lines.next(line);) {
    if (is_blank_line(line)) continue;
    const std::string_view format = csv.split(line) ? format_of(csv.cells()) : std::string_view{};
    if (!format.empty()) return std::string(format);
    throw InputError(Problem{
        cell_place(content.name(), lines.line_number(), 1, {}), "no trace format has these columns",
        "plain: arrival_s or timestamp, function, execution_s, ...; azure-llm-2023: "
        "TIMESTAMP, ContextTokens, GeneratedTokens; azure-functions-2019: HashFunction, "
        "Trigger, 1, 2, ... 1440; separated by commas"});
  }
  throw InputError(Problem{content.name(), "the file is empty", "write a header and rows"});
}

std::shared_ptr<const Traffic> open_content(TraceContent content, const TraceOptions& options) {
  const std::vector<std::string> formats = trace_formats();
  const std::string format = options.format.empty() ? recognised_format(content) : options.format;
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
    const std::string nearest = nearest_name(format, formats);
    throw InputError(
        Problem{content.name(), fmt::format("unknown trace format '{}'", format),
                fmt::format("{}formats: {}",
                            nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                            fmt::join(formats, ", "))});
  }
  if (format == kAzureFunctions) return open_count_file(content, options.spread);
  const RequestFormat& rows = format == kPlain ? plain_format() : azure_llm_format();
  return open_request_file(std::move(content), rows, options.reorder);
}

/// A shipped trace, by its file name with or without the ending.
const EmbeddedFile* shipped(const std::string& name) {
  const auto files = traces_data();
  const auto found = std::find_if(files.begin(), files.end(), [&](const EmbeddedFile& file) {
    return file.name == name || file.name == name + ".csv";
  });
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

std::shared_ptr<const Traffic> open_trace(const std::filesystem::path& file,
                                          const TraceOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    // A scenario makes names relative to its folder, so only the last part counts.
    if (const EmbeddedFile* found = shipped(file.filename().string())) {
      return open_content(TraceContent::of_embedded(found->content, std::string(found->name)),
                          options);
    }
    std::vector<std::string> names;
    for (const EmbeddedFile& each : traces_data()) {
      names.emplace_back(each.name.substr(0, each.name.rfind('.')));
    }
    throw InputError(Problem{file.string(), "no such file, and no shipped trace of this name",
                             fmt::format("shipped traces: {}", fmt::join(names, ", "))});
  }
  return open_content(TraceContent::of_file(file), options);
}

std::shared_ptr<const Traffic> open_trace_text(std::string text, std::string name,
                                               const TraceOptions& options) {
  return open_content(TraceContent::of_text(std::move(text), std::move(name)), options);
}

std::vector<std::string> trace_formats() {
  return {std::string(kPlain), std::string(kAzureLlm), std::string(kAzureFunctions)};
}

}  // namespace faascast
