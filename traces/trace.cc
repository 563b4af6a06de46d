#include "traces/trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "traces/binary_trace.h"
#include "traces/client_rates.h"
#include "traces/content.h"
#include "traces/count_table.h"
#include "traces/count_traffic.h"
#include "traces/function_sizes.h"
#include "traces/recognise.h"
#include "traces/request_format.h"
#include "traces/request_traffic.h"

namespace faascast {
namespace {

constexpr std::string_view kAzureFunctions = "azure-functions-2019";
constexpr std::string_view kHuawei = "huawei-2023";
constexpr std::string_view kSeries = "minute-series";
constexpr std::string_view kLocust = "locust";
constexpr std::string_view kPages = "wikipedia-pagecounts";
constexpr std::string_view kClients = "servegen";
constexpr std::string_view kBinary = "binary";

/// Formats with counts instead of requests; nothing when it is none of them.
std::shared_ptr<const Traffic> open_counts(const TraceContent& content, std::string_view format,
                                           const TraceOptions& options,
                                           const std::filesystem::path& file) {
  CountOptions counts;
  counts.spread = options.spread;
  if (format == kAzureFunctions) {
    CountTable table = CountTable::read(content);
    if (!file.empty()) counts.sizes = FunctionSizes::beside(file, table);
    counts.title = "minute counts " + content.name();
    return make_count_traffic(std::move(table), std::move(counts));
  }
  if (format == kHuawei) {
    counts.title = "Huawei 2023 counts " + content.name();
    return make_count_traffic(CountTable::read_wide(content), std::move(counts));
  }
  if (format == kLocust) {
    counts.title = "Locust history " + content.name();
    return make_count_traffic(CountTable::read_locust(content), std::move(counts));
  }
  if (format != kSeries && format != kPages && format != kClients) return nullptr;
  const Duration usual = format == kSeries  ? std::chrono::minutes(1)
                         : format == kPages ? std::chrono::hours(1)
                                            : std::chrono::minutes(10);
  const Duration width = options.bin.value_or(usual);
  if (width <= Duration::zero()) {
    throw InputError(Problem{"traffic.bin", "the width is zero", "give the time of one line"});
  }
  if (format == kClients) return open_client_rates(content, width);
  if (format == kPages) {
    counts.title = "page counts " + content.name();
    return make_count_traffic(CountTable::read_page_counts(content, width), std::move(counts));
  }
  counts.title =
      fmt::format("series {}{}", content.name(), options.bin ? "" : ", one minute a line assumed");
  return make_count_traffic(CountTable::read_series(content, width), std::move(counts));
}

std::shared_ptr<const Traffic> open_content(TraceContent content, const TraceOptions& options,
                                            const std::filesystem::path& file = {}) {
  const std::vector<std::string> formats = trace_formats();
  const bool binary = is_binary_trace(content.begin(8));
  const std::string format = !options.format.empty() ? options.format
                             : binary                ? std::string(kBinary)
                                                     : recognised_format(content);
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
    const std::string nearest = nearest_name(format, formats);
    throw InputError(
        Problem{content.name(), fmt::format("unknown trace format '{}'", format),
                fmt::format("{}formats: {}",
                            nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                            fmt::join(formats, ", "))});
  }
  if (format == kBinary) {
    if (!binary) {
      throw InputError(Problem{content.name(), "does not begin as a binary trace",
                               "unpack it, or name another format"});
    }
    auto [bytes, owner] = content.bytes();
    return open_binary_trace(bytes, std::move(owner), content.name());
  }
  if (auto counts = open_counts(content, format, options, file)) return counts;
  return open_request_file(std::move(content), *find_request_format(format),
                           {options.reorder, options.drop_failed, options.spread});
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
  return open_content(TraceContent::of_file(file), options, file);
}

std::shared_ptr<const Traffic> open_trace_text(std::string text, std::string name,
                                               const TraceOptions& options) {
  return open_content(TraceContent::of_text(std::move(text), std::move(name)), options);
}

std::vector<std::string> spread_names() {
  return {"uniform", "poisson", "equidistant", "burst", "bursty"};
}

Spread spread_named(std::string_view name) {
  const std::vector<std::string> names = spread_names();
  return static_cast<Spread>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::vector<std::string> trace_formats() {
  std::vector<std::string> names;
  for (const RequestFormat& format : request_formats()) names.emplace_back(format.name);
  for (const std::string_view name :
       {kAzureFunctions, kHuawei, kSeries, kLocust, kPages, kClients, kBinary}) {
    names.emplace_back(name);
  }
  return names;
}

}  // namespace faascast
