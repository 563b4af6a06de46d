#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim-core/usage.h"
#include "studies/validation/sets.h"
#include "studies/validation/table_file.h"

namespace faascast {
namespace {

using std::chrono::milliseconds;

constexpr Metering kSteps100{milliseconds(100), Duration(0), false, true};
constexpr Metering kSteps1{milliseconds(1), Duration(0), false, true};

/// Billed milliseconds of a duration in milliseconds.
double billed_ms(const Metering& metering, double ms) {
  return static_cast<double>(billed_duration(metering, Duration(std::llround(ms * 1e6))).count()) *
         1e-6;
}

class Check {
 public:
  Check(std::string name, std::string rule) {
    check_.name = std::move(name);
    check_.rule = std::move(rule);
  }
  void add(double computed, double published, double rounding) {
    ++check_.rows;
    if (std::abs(computed - published) <= rounding) ++check_.equal;
    if (published != 0.0) {
      check_.worst = std::max(check_.worst, std::abs(computed / published - 1.0));
    }
  }
  void finish(Validation& out) const {
    if (check_.rows > 0) out.arithmetic.push_back(check_);
  }

 private:
  ArithmeticCheck check_{};
};

/// The price list of 2020 gave dollars for 100 ms, to a whole nano-dollar.
double usd_per_100ms(double memory_mb) {
  return std::floor(1667.0 * memory_mb / 1024.0 + 0.5) * 1e-9;
}

void add_workflows(const std::filesystem::path& folder, const std::string& app, Validation& out) {
  const auto logs_file = folder / (app + "_Lambda_Logs.csv.gz");
  const auto runs_file = folder / (app + "_SFN_Logs.csv.gz");
  const auto costs_file = folder / (app + "_Cost_AWS.csv.gz");
  if (!std::filesystem::exists(logs_file)) return;
  const TableFile logs(logs_file);
  Check rounding("SLApp " + app + ", billed time", "duration in steps of 100 ms");
  for (std::size_t i = 0; i < logs.rows(); ++i) {
    const auto duration = logs.number(i, "Duration");
    const auto billed = logs.number(i, "Billed Duration");
    if (duration && billed) rounding.add(billed_ms(kSteps100, *duration), *billed, 0.0);
  }
  rounding.finish(out);
  if (!std::filesystem::exists(runs_file) || !std::filesystem::exists(costs_file)) return;
  const TableFile runs(runs_file);
  const TableFile costs(costs_file);
  std::vector<double> starts;
  for (std::size_t i = 0; i < runs.rows(); ++i) starts.push_back(runs.number(i, "Start").value_or(0));
  double computed = 0.0;
  for (std::size_t i = 0; i < logs.rows(); ++i) {
    const auto memory = logs.number(i, "Memory Size");
    const auto billed = logs.number(i, "Billed Duration");
    if (!memory || !billed) continue;
    computed += *billed / 100.0 * usd_per_100ms(*memory) + 2e-7;
  }
  double published = 0.0;
  for (std::size_t i = 0; i < costs.rows(); ++i) {
    published += costs.number(i, "1M_Exe_Cost").value_or(0.0);
  }
  // The published costs leave the first and last runs out, so the means are compared.
  Check bill("SLApp " + app + ", mean bill of a workflow",
             "sum of its functions' steps and requests at the prices of 2020");
  const double mean = computed / static_cast<double>(starts.size()) * 1e6;
  const double published_mean = published / static_cast<double>(costs.rows());
  bill.add(mean, published_mean, 0.01 * published_mean);
  bill.finish(out);
}

void add_sebs_costs(const std::filesystem::path& folder, Validation& out) {
  static const std::map<int, double> ghz = {
      {128, 0.2}, {256, 0.4}, {512, 0.8}, {1024, 1.4}, {2048, 2.4}};
  for (const std::string name : {"120_aws", "411_aws", "120_gcp", "411_gcp"}) {
    const auto file = folder / fmt::format("cost_{}.csv.gz", name);
    if (!std::filesystem::exists(file)) continue;
    const bool is_aws = name.ends_with("aws");
    const TableFile table(file);
    Check check("SeBS cost " + name,
                is_aws ? "GB-s in steps of 100 ms x $0.00001667, and the request"
                       : "GB-s and GHz-s in steps of 100 ms, and the request");
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto memory = table.number(i, "memory");
      const auto time = table.number(i, "provider_time");
      const auto cost = table.number(i, "cost");
      if (!memory || !time || !cost) continue;
      const double s = billed_ms(kSteps100, *time * 1e-3) * 1e-3;
      const double gb_s = s * *memory / 1024.0;
      const auto clock = ghz.find(static_cast<int>(*memory));
      if (!is_aws && clock == ghz.end()) continue;
      check.add(is_aws ? gb_s * 16.67 + 0.2 : gb_s * 2.5 + s * clock->second * 10.0 + 0.4, *cost,
                1e-6 * *cost);
    }
    check.finish(out);
  }
}

void add_break_even(const std::filesystem::path& folder, Validation& out) {
  const auto file = folder / "iaas_breakeven.csv";
  if (!std::filesystem::exists(file)) return;
  const TableFile table(file);
  Check check("SeBS break-even, requests/h", "$0.0116 an hour / (GB-s x $0.0000166667)");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (const std::string kind : {"eco", "perf"}) {
      const auto cost = table.number(i, kind + "_cost_per_1M_usd");
      const auto rate = table.number(i, kind + "_breakeven_req_per_hour");
      if (cost && rate) check.add(0.0116 / (*cost * 1e-6), *rate, 5e-4 * *rate);
    }
  }
  check.finish(out);
}

void add_init_billing(const std::filesystem::path& measured, Validation& out) {
  const auto file = measured / "mbwilding_lambda_2023_python311_rust.csv.gz";
  if (!std::filesystem::exists(file)) return;
  const TableFile table(file);
  Check managed("Lambda 2023, python: INIT not billed", "duration in steps of 1 ms");
  Check custom("Lambda 2023, rust: INIT billed", "duration + INIT in steps of 1 ms");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto duration = table.number(i, "duration_ms");
    const auto billed = table.number(i, "billed_duration_ms");
    if (!duration || !billed) continue;
    const double init = table.number(i, "init_duration_ms").value_or(0.0);
    if (table.text(i, "runtime") == "rust") {
      custom.add(billed_ms(kSteps1, *duration + init), *billed, 0.0);
    } else {
      managed.add(billed_ms(kSteps1, *duration), *billed, 0.0);
    }
  }
  managed.finish(out);
  custom.finish(out);
}

void add_run_billing(const std::filesystem::path& folder, Validation& out) {
  if (!std::filesystem::is_directory(folder)) return;
  Check check("Lambda runs of 28 h, billed time", "duration in steps of 100 ms");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("res-")) continue;
    const TableFile table(entry.path());
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const auto duration = table.number(i, "aws_duration");
      const auto billed = table.number(i, "aws_billed_duration");
      if (duration && billed) check.add(billed_ms(kSteps100, *duration), *billed, 0.0);
    }
  }
  check.finish(out);
}

}  // namespace

void add_arithmetic(const std::filesystem::path& measured, Validation& out) {
  for (const std::string app : {"App8", "App10"}) {
    add_workflows(measured / "slapp_lambda_2020", app, out);
  }
  add_sebs_costs(measured / "sebs_2020", out);
  add_break_even(measured / "sebs_2020", out);
  add_init_billing(measured, out);
  add_run_billing(measured / "pacslab_lambda_2020", out);
}

}  // namespace faascast
