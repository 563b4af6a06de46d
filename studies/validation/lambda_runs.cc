#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include "sim-core/engine.h"
#include "studies/idle_replay.h"
#include "studies/validation/sets.h"
#include "studies/validation/table_file.h"
#include "traces/generators.h"

namespace faascast {
namespace {

constexpr std::uint32_t kReplications = 40;

/// One run of 28 hours: a function at one rate.
struct Run {
  std::string name{};
  double rate_per_s = 0.0;
  double span_s = 0.0;
  std::vector<MeasuredRow> rows{};
  std::vector<double> warm_s{};
  std::vector<double> extra_s{};  ///< of cold requests, beyond the median warm one
  double cold_share = 0.0;
  double instances = 0.0;
  double billed_ms = 0.0;  ///< mean
  [[nodiscard]] double warm_mean() const {
    double sum = 0.0;
    for (const double each : warm_s) sum += each;
    return sum / static_cast<double>(warm_s.size());
  }
};

Run read_run(const std::filesystem::path& file) {
  const TableFile table(file);
  Run run;
  run.name = file.filename().string().substr(7, 10);  // the date
  std::vector<std::string> ids;
  std::vector<double> cold_s;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto start = table.number(i, "client_start_time");
    const auto duration = table.number(i, "aws_duration");
    const auto billed = table.number(i, "aws_billed_duration");
    if (!start || !duration || !billed) continue;
    MeasuredRow row;
    row.at_ns = std::llround(*start * 1e9);
    row.total_ns = row.warm_ns = std::llround(*duration * 1e6);
    row.cold = table.text(i, "is_cold") == "True";
    (row.cold ? cold_s : run.warm_s).push_back(*duration * 1e-3);
    run.billed_ms += *billed;
    ids.push_back(table.text(i, "exist_id"));
    run.rows.push_back(row);
  }
  std::sort(run.rows.begin(), run.rows.end(),
            [](const MeasuredRow& a, const MeasuredRow& b) { return a.at_ns < b.at_ns; });
  const auto n = static_cast<double>(run.rows.size());
  run.span_s = static_cast<double>(run.rows.back().at_ns - run.rows.front().at_ns) * 1e-9;
  run.rate_per_s = n / run.span_s;
  run.cold_share = static_cast<double>(cold_s.size()) / n;
  run.billed_ms /= n;
  std::sort(ids.begin(), ids.end());
  run.instances = static_cast<double>(std::unique(ids.begin(), ids.end()) - ids.begin());
  const double median = quantile_of(run.warm_s, 0.5);
  for (const double each : cold_s) run.extra_s.push_back(std::max(0.0, each - median));
  return run;
}

/// What the other runs say.
struct FromOthers {
  std::vector<double> windows_s{};  ///< low, median, high
  Distribution warm{};
  Distribution extra{};
};

std::optional<FromOthers> from_others(const std::vector<Run>& runs, const Run& left_out) {
  std::vector<IdleObservation> idle;
  std::vector<Duration> warm;
  std::vector<Duration> extra;
  const auto duration = [](double s) { return Duration(std::llround(s * 1e9)); };
  for (const Run& run : runs) {
    if (&run == &left_out) continue;
    std::vector<const MeasuredRow*> rows;
    for (const MeasuredRow& row : run.rows) rows.push_back(&row);
    const std::vector<IdleObservation> seen = idle_times(rows);
    idle.insert(idle.end(), seen.begin(), seen.end());
    for (const double each : run.warm_s) warm.push_back(duration(each));
    for (const double each : run.extra_s) extra.push_back(duration(each));
  }
  const KeepAliveAnswer answer = fit_keep_alive(std::move(idle));
  if (answer.fits.empty() || warm.empty() || extra.empty()) return {};
  const KeepAliveFit& fit = answer.fits.front();
  return FromOthers{{fit.low_s, fit.median_s, fit.high_s},
                    Distribution::empirical(std::move(warm)),
                    Distribution::empirical(std::move(extra))};
}

struct Figures {
  std::vector<double> cold_share{};
  std::vector<double> instances{};
  std::vector<double> billed_ms{};
};

Figures simulated(const Run& run, const FromOthers& others, std::uint64_t seed) {
  GeneratorSpec spec;
  spec.rate_per_s = run.rate_per_s;
  spec.duration = Duration(std::llround(run.span_s * 1e9));
  Plan plan;
  plan.traffic = make_generator(spec);
  plan.horizon = {Horizon::Kind::kAt, Instant(spec.duration)};
  for (const double window : others.windows_s) {
    PoolPlan pool;
    pool.keep_alive = Duration(std::llround(window * 1e9));
    pool.cold_start.push_back({"start", LoadAt::kHandler, others.extra, Duration(0)});
    pool.metering = {std::chrono::milliseconds(100), Duration(0), true, true};
    pool.memory = Megabytes(1);
    DeploymentPlan deployment;
    deployment.name = fmt::format("{}", window);
    deployment.side = pool;
    deployment.work.execution = others.warm;
    deployment.work.is_final = true;
    plan.deployments.push_back(std::move(deployment));
  }
  Figures figures;
  for (std::uint32_t replication = 0; replication < kReplications; ++replication) {
    const RunResult result = faascast::run(plan, {{seed, replication}, 1, {}});
    for (const DeploymentResult& each : result.deployments) {
      const auto n = static_cast<double>(std::max<std::uint64_t>(1, each.completed));
      const auto cold = static_cast<double>(each.cold_starts);
      figures.cold_share.push_back(cold / n);
      figures.instances.push_back(cold);
      const Int128 mb_ns = each.usage[Meter::kMemoryTime];
      figures.billed_ms.push_back(static_cast<double>(mb_ns) * 1e-6 / n);
    }
  }
  return figures;
}

BlindRow row_of(const Run& run, const char* quantity, const char* unit,
                const std::vector<double>& values, double measured) {
  BlindRow row;
  row.set = "Lambda runs of 28 h";
  row.function = run.name;
  row.condition = fmt::format("{:.4f}/s", run.rate_per_s);
  row.quantity = quantity;
  row.unit = unit;
  row.predicted = quantile_of(values, 0.5);
  row.low = quantile_of(values, 0.05);
  row.high = quantile_of(values, 0.95);
  row.measured = measured;
  return row;
}

}  // namespace

void add_lambda_runs(const std::filesystem::path& measured, std::uint64_t seed, Validation& out) {
  const std::filesystem::path folder = measured / "pacslab_lambda_2020";
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().filename().string().starts_with("res-")) files.push_back(entry.path());
    }
  }
  constexpr std::size_t kFewest = 3;
  if (files.size() < kFewest) {
    out.notes.emplace_back("Lambda runs of 28 h: no pacslab_lambda_2020/res-*.csv.gz.");
    return;
  }
  std::sort(files.begin(), files.end());
  std::vector<Run> runs;
  for (const auto& file : files) runs.push_back(read_run(file));
  for (const Run& run : runs) {
    const auto others = from_others(runs, run);
    if (!others) continue;
    const Figures figures = simulated(run, *others, seed);
    out.blind.push_back(row_of(run, "cold share", "", figures.cold_share, run.cold_share));
    out.blind.push_back(row_of(run, "instances", "", figures.instances, run.instances));
    BlindRow billed = row_of(run, "billed", "ms", figures.billed_ms, run.billed_ms);
    // Warm times of one run are alike; runs differ among themselves.
    double low = 1.0;
    double high = 1.0;
    for (const Run& other : runs) {
      if (&other == &run) continue;
      low = std::min(low, other.warm_mean() / seconds_of(others->warm.mean()));
      high = std::max(high, other.warm_mean() / seconds_of(others->warm.mean()));
    }
    billed.low *= low;
    billed.high *= high;
    out.blind.push_back(std::move(billed));
  }
  out.notes.emplace_back(
      "Lambda runs of 28 h (billed: mean of a request): each is simulated with Poisson arrivals "
      "at its rate, 40 replications; "
      "keep-alive (with its interval), warm times and what a cold request takes more are fitted to "
      "the other six runs of the same function.");
}

}  // namespace faascast
