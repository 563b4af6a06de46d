#include <fmt/format.h>

#include <cmath>
#include <map>
#include <tuple>

#include "platforms/compile.h"
#include "sim-core/error.h"
#include "studies/validation/sets.h"
#include "studies/validation/table_file.h"

namespace faascast {
namespace {

constexpr std::int64_t kReferenceMb = 1024;
constexpr double kUs = 1e-6;

struct Source {
  const char* file;
  const char* platform;
  const char* function;
};
constexpr Source kSources[] = {{"aws_120", "aws-lambda", "uploader"},
                               {"aws_210_python", "aws-lambda", "thumbnailer"},
                               {"aws_411", "aws-lambda", "resnet-50"},
                               {"gcp_120", "google-cloud-functions", "uploader"},
                               {"gcp_210_python", "google-cloud-functions", "thumbnailer"},
                               {"gcp_411", "google-cloud-functions", "resnet-50"}};

std::string set_of(const std::string& function) {
  return function == "resnet-50" ? "ResNet-50 by memory" : "SeBS functions";
}

std::string condition_of(const Source& source, std::int64_t memory) {
  const bool is_aws = std::string_view(source.platform) == "aws-lambda";
  return fmt::format("{} {} MB", is_aws ? "Lambda" : "GCF", memory);
}

using ByMemory = std::map<std::int64_t, std::vector<double>>;

ByMemory handler_times(const TableFile& table, const std::string& type) {
  ByMemory times;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto memory = table.number(i, "memory");
    const auto time = table.number(i, "exec_time");
    if (table.text(i, "type") != type || !memory || !time) continue;
    times[std::llround(*memory)].push_back(*time * kUs);
  }
  return times;
}

BlindRow row_of(const Source& source, std::int64_t memory, const char* quantity, double measured) {
  BlindRow row;
  row.set = set_of(source.function);
  row.function = source.function;
  row.condition = condition_of(source, memory);
  row.quantity = quantity;
  row.unit = std::string("s");
  row.measured = measured;
  return row;
}

void add_source(const TableFile& table, const Source& source, MemoryLessons& lessons) {
  const std::string cluster = fmt::format("{} {}", source.platform, source.function);
  const auto ratio = [&](std::int64_t memory) {
    return stretch_on(source.platform, memory) / stretch_on(source.platform, kReferenceMb);
  };
  const ByMemory warm = handler_times(table, "warm");
  const double reference = quantile_of(warm.at(kReferenceMb), 0.5);
  for (const auto& [memory, times] : warm) {
    const double median = quantile_of(times, 0.5);
    lessons.tail.push_back({row_of(source, memory, "warm p99", quantile_of(times, 0.99) / median - 1),
                            cluster, 1.0, 1.0, false});
    if (memory == kReferenceMb) continue;
    lessons.warm.push_back(
        {row_of(source, memory, "warm p50", median), cluster, reference, ratio(memory), true});
  }
  const ByMemory cold = handler_times(table, "cold");
  const double cold_reference = quantile_of(cold.at(kReferenceMb), 0.5);
  const bool throttles = throttles_cold(source.platform);
  for (const auto& [memory, times] : cold) {
    if (memory == kReferenceMb) continue;
    lessons.cold.push_back({row_of(source, memory, "cold p50", quantile_of(times, 0.5)), cluster,
                            cold_reference, throttles ? ratio(memory) : 1.0, false});
  }
}

/// Rows of p99: the predicted p50 and the other functions' tails.
void add_tails(const std::vector<BlindRow>& medians, const MemoryLessons& lessons,
               std::vector<BlindRow>& out) {
  const std::vector<BlindRow> extras = predicted(lessons.tail);
  for (const BlindRow& extra : extras) {
    for (const BlindRow& median : medians) {
      if (median.function != extra.function || median.condition != extra.condition) continue;
      BlindRow row = raised(median, extra.predicted, extra.low, extra.high);
      row.quantity = "warm p99";
      row.measured = median.measured * (1.0 + extra.measured);
      out.push_back(std::move(row));
    }
  }
}

/// Dollars for a million calls in 2020: time in steps of 100 ms.
double cost_of(const std::string& platform, std::int64_t memory, double seconds) {
  const double steps = std::ceil(seconds * 10.0 - 1e-9);
  const double gb_s = steps * 0.1 * static_cast<double>(memory) / 1024.0;
  if (platform == "aws-lambda") return gb_s * 16.67 + 0.2;
  static const std::map<std::int64_t, double> ghz = {
      {128, 0.2}, {256, 0.4}, {512, 0.8}, {1024, 1.4}, {2048, 2.4}};
  return gb_s * 2.5 + steps * 0.1 * ghz.at(memory) * 10.0 + 0.4;
}

void add_costs(const std::filesystem::path& folder, const std::vector<BlindRow>& medians,
               Validation& out) {
  for (const Source& source : kSources) {
    const std::string bench = std::string(source.function) == "uploader"    ? "120"
                              : std::string(source.function) == "resnet-50" ? "411"
                                                                            : "";
    const std::string cloud = std::string(source.platform) == "aws-lambda" ? "aws" : "gcp";
    const auto file = folder / fmt::format("cost_{}_{}.csv.gz", bench, cloud);
    if (bench.empty() || !std::filesystem::exists(file)) continue;
    const TableFile table(file);
    ByMemory costs;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto memory = table.number(i, "memory");
      const auto cost = table.number(i, "cost");
      if (table.text(i, "type") == "warm" && memory && cost) {
        costs[std::llround(*memory)].push_back(*cost);
      }
    }
    for (const auto& [memory, values] : costs) {
      const std::string condition = condition_of(source, memory);
      for (const BlindRow& median : medians) {
        if (median.function != source.function || median.condition != condition) continue;
        BlindRow row = median;
        row.quantity = "1 M calls";
        row.unit = std::string("$");
        row.predicted = cost_of(source.platform, memory, median.predicted);
        row.low = cost_of(source.platform, memory, median.low);
        row.high = cost_of(source.platform, memory, median.high);
        row.measured = quantile_of(values, 0.5);
        out.blind.push_back(std::move(row));
      }
    }
  }
}

}  // namespace

double stretch_on(const std::string& platform, std::int64_t memory_mb, std::optional<double> vcpu) {
  static std::map<std::string, PlatformSpec> known;
  auto found = known.find(platform);
  if (found == known.end()) found = known.emplace(platform, load_platform(platform)).first;
  const PlatformSpec& spec = found->second;
  const Megabytes memory(memory_mb);
  if (nearest_memory(spec.memory, memory) != memory) {
    throw InputError(Problem{{}, fmt::format("{} sells no {} MB", spec.title, memory_mb),
                             fmt::format("the nearest is {} MB",
                                         nearest_memory(spec.memory, memory).value())});
  }
  return 1.0 / std::min(1.0, vcpu_share(spec, memory, vcpu));
}

bool throttles_cold(const std::string& platform) {
  return load_platform(platform).cpu.throttles_cold_request;
}

MemoryLessons add_sebs(const std::filesystem::path& measured, Validation& out) {
  const std::filesystem::path folder = measured / "sebs_2020";
  MemoryLessons lessons;
  for (const Source& source : kSources) {
    const auto file = folder / fmt::format("{}_result.csv.gz", source.file);
    if (!std::filesystem::exists(file)) continue;
    add_source(TableFile(file), source, lessons);
  }
  if (lessons.warm.empty()) {
    out.notes.emplace_back("SeBS: no sebs_2020/*_result.csv.gz, so nothing is predicted from it.");
    return lessons;
  }
  const std::vector<BlindRow> medians = predicted(lessons.warm);
  out.blind.insert(out.blind.end(), medians.begin(), medians.end());
  add_tails(medians, lessons, out.blind);
  for (BlindRow& row : predicted(lessons.cold)) out.blind.push_back(std::move(row));
  add_costs(folder, medians, out);
  out.notes.emplace_back(
      "SeBS functions and ResNet-50: known of a function are its warm and cold medians at 1024 MB; "
      "the processor share by memory is the platform file's; which part of a handler scales with "
      "it, tails and errors come from the other two functions, on both clouds. Costs follow from "
      "the predicted medians and the prices of 2020.");
  return lessons;
}

}  // namespace faascast
