#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

#include "platforms/compile.h"
#include "studies/validation/sets.h"
#include "studies/validation/table_file.h"

namespace faascast {
namespace {

BlindRow row_of(std::string set, std::string function, std::string condition, const char* quantity,
                const char* unit, double measured) {
  BlindRow row;
  row.set = std::move(set);
  row.function = std::move(function);
  row.condition = std::move(condition);
  row.quantity = quantity;
  row.unit = std::string(unit);
  row.measured = measured;
  return row;
}

using ByMemory = std::map<std::int64_t, std::vector<double>>;

void add_scaled(const std::string& function, const ByMemory& times, std::vector<Case>& cases) {
  constexpr std::int64_t kReferenceMb = 1024;
  const double reference = quantile_of(times.at(kReferenceMb), 0.5);
  for (const auto& [memory, values] : times) {
    if (memory == kReferenceMb) continue;
    cases.push_back({row_of("CPU work by memory", function, fmt::format("{} MB", memory), "p50",
                            "s", quantile_of(values, 0.5)),
                     function, reference,
                     stretch_on("aws-lambda", memory) / stretch_on("aws-lambda", kReferenceMb),
                     false});
  }
}

/// Median of placement and runtime together, as the platform file has them.
double cold_median(const std::string& platform, const std::string& language) {
  DeploymentConfig config;
  config.language = language;
  const CompiledPool pool = make_pool(load_platform(platform), config, {});
  double sum = 0.0;
  for (const ColdComponent& component : pool.pool.cold_start) {
    sum += seconds_of(component.wall.quantile(0.5));
  }
  return sum;
}

}  // namespace

void add_cpu_by_memory(const std::filesystem::path& measured, Validation& out) {
  std::vector<Case> cases;
  const auto faasdom = measured / "faasdom_2020" / "raw_general_aws_data.csv.gz";
  if (std::filesystem::exists(faasdom)) {
    const TableFile table(faasdom);
    std::map<std::string, ByMemory> by_runtime;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto memory = table.number(i, "memory_mb");
      const auto time = table.number(i, "measured_ms");
      if (memory && time) {
        by_runtime[table.text(i, "runtime")][std::llround(*memory)].push_back(*time * 1e-3);
      }
    }
    for (const auto& [runtime, times] : by_runtime) add_scaled("faasdom " + runtime, times, cases);
  }
  const auto primes = measured / "jcxplorer_cloudrun_lambda_2020_a.csv.gz";
  if (std::filesystem::exists(primes)) {
    // Every sixth of 46 sizes: neighbours tell the same, and would outweigh all other sets.
    constexpr std::array kSizes = {128, 256, 512, 768, 1024, 1536, 1792, 2048, 3008};
    const TableFile table(primes);
    ByMemory times;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto memory = table.number(i, "setting");
      const auto events = table.number(i, "value");
      if (table.text(i, "experiment") != "sysbench-lambda-single-threaded" || !memory || !events) {
        continue;
      }
      for (const int size : kSizes) {
        if (size == *memory) times[size].push_back(10.0 / *events);  // s an event of a 10 s run
      }
    }
    add_scaled("prime loop", times, cases);
  }
  if (cases.empty()) {
    out.notes.emplace_back("CPU work by memory: neither faasdom_2020 nor jcxplorer data.");
    return;
  }
  for (BlindRow& row : predicted(cases)) out.blind.push_back(std::move(row));
  out.notes.emplace_back(
      "CPU work by memory: known is a program's time at 1024 MB; the share by memory is the "
      "platform file's, errors come from the other programs.");
}

void add_mxnet_models(const std::filesystem::path& measured, Validation& out) {
  const auto file = measured / "cocktail_lambda_cold_warm.csv";
  if (!std::filesystem::exists(file)) {
    out.notes.emplace_back("Image models on Lambda: no cocktail_lambda_cold_warm.csv.");
    return;
  }
  struct Network {
    double gmac;  ///< multiply-accumulates of an inference, 10^9
    double mb;    ///< weights as float32
  };
  // As the networks' papers and model zoos give them; "Inception" is taken to be v3.
  static const std::map<std::string, Network> networks = {
      {"Squeezenet", {0.35, 4.9}}, {"Resnet-18", {1.8, 46.8}},  {"Resnet-50", {4.1, 102.2}},
      {"Resnet-101", {7.8, 178.2}}, {"Resnet-200", {15.0, 259.0}}, {"Inception", {5.7, 95.3}},
      {"Caffenet", {0.72, 243.9}}};
  const TableFile table(file);
  std::vector<Point> warm;
  std::vector<Point> cold;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto found = networks.find(table.text(i, "Model"));
    const auto warm_ms = table.number(i, "warm_execution");
    const auto cold_ms = table.number(i, "cold_execution");
    if (found == networks.end() || !warm_ms || !cold_ms || *cold_ms <= *warm_ms) continue;
    const std::string set = "Image models on Lambda";
    warm.push_back({row_of(set, found->first, "-", "warm mean", "s",
                           *warm_ms * 1e-3),
                    found->second.gmac});
    cold.push_back({row_of(set, found->first, "-", "cold - warm", "s",
                           (*cold_ms - *warm_ms) * 1e-3),
                    found->second.mb});
  }
  constexpr std::size_t kFewest = 4;
  if (warm.size() < kFewest) return;
  for (const auto* points : {&warm, &cold}) {
    for (BlindRow& row : predicted_by_regression(*points)) out.blind.push_back(std::move(row));
  }
  out.notes.emplace_back(
      "Image models on Lambda (cocktail): the time of a model is a power of its published "
      "arithmetic, what a cold one takes more is a power of its weights' bytes, both fitted to the "
      "other six models.");
}

void add_cold_starts(const std::filesystem::path& measured, Validation& out) {
  std::vector<Case> cases;
  const auto faasdom = measured / "faasdom_2020" / "raw_coldstart_all_data.csv";
  if (std::filesystem::exists(faasdom)) {
    static const std::map<std::string, std::string> platforms = {
        {"aws", "aws-lambda"},
        {"google", "google-cloud-functions"},
        {"azure", "azure-functions-consumption"}};
    static const std::map<std::string, std::string> languages = {
        {"Node.js", "node"}, {"Python", "python"}, {".NET", "dotnet"}, {"Go", "go"}};
    const TableFile table(faasdom);
    std::map<std::pair<std::string, std::string>, std::vector<double>> times;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto platform = platforms.find(table.text(i, "cloud"));
      const auto language = languages.find(table.text(i, "runtime"));
      const auto ms = table.number(i, "ms");
      if (platform == platforms.end() || language == languages.end() || !ms) continue;
      times[{platform->second, language->second}].push_back(*ms * 1e-3);
    }
    for (const auto& [key, values] : times) {
      cases.push_back({row_of("Cold starts 2020", key.second, key.first, "cold p50", "s",
                              quantile_of(values, 0.5)),
                       key.first + " " + key.second, cold_median(key.first, key.second), 1.0,
                       false});
    }
  }
  const auto cloud_run = measured / "cloudrun_coldstart_2026_a.csv";
  if (std::filesystem::exists(cloud_run)) {
    static const std::map<std::string, std::string> languages = {
        {"rust-actix", "rust"},     {"go-gin", "go"},           {"node-express", "node"},
        {"typescript-fastify", "node"}, {"python-flask", "python"}, {"python-django", "python"},
        {"java-spring2", "java"}};
    const TableFile table(cloud_run);
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto language = languages.find(table.text(i, "service"));
      const auto ms = table.number(i, "median_ms");
      if (language == languages.end() || !ms) continue;
      cases.push_back({row_of("Cloud Run cold starts 2026", language->second, language->first,
                              "cold p50", "s", *ms * 1e-3),
                       language->first, cold_median("google-cloud-run", language->second), 1.0,
                       false});
    }
  }
  if (cases.empty()) {
    out.notes.emplace_back("Cold starts: neither faasdom_2020 nor cloudrun_coldstart data.");
    return;
  }
  for (BlindRow& row : predicted(cases)) out.blind.push_back(std::move(row));
  out.notes.emplace_back(
      "Cold starts: medians of the platform files, which hold none of these measurements, times "
      "the mean error on the other languages of all clouds.");
}

void add_azure_bursts(const std::filesystem::path& measured, Validation& out) {
  struct Burst {
    const char* file;
    const char* function;
  };
  bool found = false;
  for (const Burst& burst : {Burst{"azure_120", "uploader"}, Burst{"azure_210_python", "thumbnailer"}}) {
    const auto file = measured / "sebs_2020" / fmt::format("{}_result.csv.gz", burst.file);
    if (!std::filesystem::exists(file)) continue;
    found = true;
    const TableFile table(file);
    std::vector<double> alone;
    std::vector<double> in_burst;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto provider = table.number(i, "provider_time");
      const auto client = table.number(i, "client_time");
      if (table.text(i, "type") == "sequential" && provider) alone.push_back(*provider * 1e-6);
      if (table.text(i, "type") == "burst" && client) in_burst.push_back(*client * 1e-6);
    }
    if (alone.empty() || in_burst.empty()) continue;
    constexpr double kAtOnce = 50.0;  // SeBS sends fifty at once
    constexpr double kMostInstances = 3.0;
    constexpr double kSlower = 2.0;
    double mean = 0.0;
    for (const double each : alone) mean += each / static_cast<double>(alone.size());
    for (const auto& [quantity, p] : {std::pair{"burst p50", 0.5}, std::pair{"burst p99", 0.99}}) {
      BlindRow row = row_of("Azure bursts", burst.function, "50 at once", quantity, "s",
                            quantile_of(in_burst, p));
      row.predicted = p * kAtOnce * mean;
      row.low = row.predicted / kMostInstances;
      row.high = row.predicted * kSlower;
      out.blind.push_back(std::move(row));
    }
  }
  if (!found) {
    out.notes.emplace_back("Azure bursts: no sebs_2020/azure_*_result.csv.gz.");
    return;
  }
  out.notes.emplace_back(
      "Azure bursts: fifty requests queue for one worker of one instance, each as long as when "
      "alone. The interval is an assumption, not learned: one to three instances, up to twice as "
      "slow.");
}

}  // namespace faascast
