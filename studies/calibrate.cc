#include "studies/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "input/quantity.h"
#include "platforms/platform_spec.h"
#include "sim-core/error.h"
#include "studies/calibration_file.h"
#include "studies/idle_replay.h"
#include "traces/measured_log.h"

namespace faascast {
namespace {

constexpr double kSecondsPerNs = 1e-9;
constexpr std::array kProbabilities = {0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
/// Of millions of samples, evenly chosen ones tell as much.
constexpr std::size_t kMostFitted = 20'000;

double seconds(std::int64_t ns) { return static_cast<double>(ns) * kSecondsPerNs; }

std::string date_text(std::int64_t ns) {
  const auto time = static_cast<std::time_t>(ns / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

CalibratedLaw fitted_law(std::vector<double> samples, const std::string& what) {
  CalibratedLaw law;
  std::erase_if(samples, [](double sample) { return !(sample > 0.0); });
  law.samples = samples.size();
  if (samples.size() < kFewestSamples) {
    law.refusal = fmt::format("{} {}; at least {} are needed", samples.size(), what, kFewestSamples);
    return law;
  }
  for (const double sample : samples) law.mean += sample / static_cast<double>(samples.size());
  double square = 0.0;
  for (const double sample : samples) square += (sample - law.mean) * (sample - law.mean);
  law.cv = std::sqrt(square / static_cast<double>(samples.size())) / law.mean;
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  for (const double p : kProbabilities) law.quantiles.push_back(sample_quantile(sorted, p));
  law.quantiles.push_back({1.0, sorted.back(), sorted.back(), sorted.back()});
  if (sorted.front() == sorted.back()) {
    law.refusal = fmt::format("all {} are {:.6g} s: nothing to fit", what, sorted.front());
    return law;
  }
  if (samples.size() > kMostFitted) {
    std::vector<double> some;
    for (std::size_t i = 0; i < kMostFitted; ++i) {
      some.push_back(samples[i * samples.size() / kMostFitted]);
    }
    samples = std::move(some);
  }
  law.fits = fit_laws(samples);
  law.takes_law = law.fits.front().ks <= ks_bound(samples.size());
  return law;
}

/// Everything that is gathered over the files before fitting.
struct Gathered {
  std::vector<double> cold_start{};
  std::vector<double> cold_handler{};
  std::vector<double> execution{};
  std::vector<double> noise{};
  std::vector<IdleObservation> idle{};
  std::size_t same_as_warm = 0;  ///< cold requests that took no longer than the median warm one
  std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
  bool dated = true;
  bool sampled = false;
  bool knows_cold = true;
  bool every_row_cold = true;
};

using ByFunction = std::map<std::uint32_t, std::vector<const MeasuredRow*>>;

double median_warm(const std::vector<const MeasuredRow*>& rows) {
  std::vector<double> times;
  for (const MeasuredRow* row : rows) {
    if (!row->cold && !row->failed) times.push_back(seconds(row->warm_ns));
  }
  if (times.empty()) return 0.0;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void gather_durations(const std::vector<const MeasuredRow*>& rows, ColdKnowledge knows,
                      Gathered& out) {
  const double median = median_warm(rows);
  for (const MeasuredRow* row : rows) {
    if (row->failed) continue;
    const double warm = seconds(row->warm_ns);
    const double total = seconds(row->total_ns);
    if (!row->cold) {
      out.execution.push_back(warm);
      if (median > 0.0) out.noise.push_back(warm / median);
      continue;
    }
    if (knows == ColdKnowledge::kInit) {
      out.cold_start.push_back(total - warm);
      if (median > 0.0) out.cold_handler.push_back(warm - median);
    } else if (row->total_ns != row->warm_ns) {
      out.cold_start.push_back(total - warm);
    } else if (median > 0.0) {
      out.cold_start.push_back(total - median);
      out.same_as_warm += total <= median ? 1 : 0;
    }
  }
}

std::string platform_of(const std::string& format) {
  if (format.starts_with("lambda")) return "aws-lambda";
  if (format.starts_with("google-functions")) return "google-cloud-functions";
  if (format == "cloud-run-log") return "google-cloud-run";
  if (format == "application-insights") return "azure-functions-consumption";
  return {};
}

void add_log(const MeasuredLog& log, CalibrationReport& report, Gathered& gathered) {
  ByFunction functions;
  for (const MeasuredRow& row : log.rows) {
    functions[row.function].push_back(&row);
    gathered.first_ns = std::min(gathered.first_ns, row.at_ns);
    gathered.last_ns = std::max(gathered.last_ns, row.at_ns + row.total_ns);
    report.cold_requests += row.cold ? 1 : 0;
    gathered.every_row_cold = gathered.every_row_cold && row.cold;
  }
  report.requests += log.rows.size();
  report.functions += functions.size();
  gathered.dated = gathered.dated && log.dated;
  gathered.sampled = gathered.sampled || log.sampled;
  gathered.knows_cold = gathered.knows_cold && log.knows != ColdKnowledge::kNone;
  for (const auto& [function, rows] : functions) {
    gather_durations(rows, log.knows, gathered);
    const std::vector<IdleObservation> idle = idle_times(rows);
    gathered.idle.insert(gathered.idle.end(), idle.begin(), idle.end());
  }
}

KeepAliveAnswer keep_alive_of(Gathered& gathered) {
  KeepAliveAnswer refused;
  if (!gathered.knows_cold) {
    refused.refusal = "the log does not tell which requests were cold";
  } else if (gathered.every_row_cold) {
    refused.refusal =
        "every row has a cold duration, so the log does not tell which requests were cold";
  } else if (gathered.sampled) {
    refused.refusal = "the log is a sample: what happened between its rows is not known";
  } else {
    return fit_keep_alive(std::move(gathered.idle));
  }
  return refused;
}

void add_notes(const Gathered& gathered, CalibrationReport& report) {
  auto& notes = report.notes;
  if (report.cold_start.is_fitted()) {
    notes.push_back(report.is_init
                        ? "The fitted INIT holds the measured function's imports and whatever it "
                          "loads there: leave handler.import and model.load_cpu out beside it. "
                          "Placement is inherited: no REPORT line shows it."
                        : "The fitted cold start holds everything beyond a warm request: leave "
                          "handler.import and model.load_cpu out beside it.");
  }
  if (gathered.same_as_warm > 0) {
    notes.push_back(fmt::format(
        "{} cold requests took no longer than the median warm one and are left out.",
        gathered.same_as_warm));
  }
  if (!report.keep_alive.fits.empty()) {
    const KeepAliveFit& best = report.keep_alive.fits.front();
    notes.push_back(
        "Idle times are those in which nothing of the function ran, since the last request ended.");
    if (best.spread > 0.0) {
      notes.push_back(fmt::format(
          "Instances do not all go at once (spread {:.2g} of the logarithm): the window in the "
          "platform file is the median.",
          best.spread));
    }
  }
  notes.push_back(
      "Intervals cover the sampling of these requests only: another day, region or function may "
      "lie outside. How instances differ among themselves needs instance names, which logs lack.");
}

std::vector<Problem> refusals(const CalibrationReport& report, const std::string& where) {
  const std::string mend = "give a longer log";
  return {{where, "cold start: " + report.cold_start.refusal, mend},
          {where, "keep-alive: " + report.keep_alive.refusal, "give a log with longer idle times"},
          {where, "execution: " + report.execution.refusal, mend}};
}

}  // namespace

CalibrationReport calibrate(const CalibrationRequest& request) {
  CalibrationReport report;
  Gathered gathered;
  std::vector<Problem> problems;
  std::optional<ColdKnowledge> knows;
  report.platform = request.platform;
  for (const std::filesystem::path& file : request.files) {
    try {
      const MeasuredLog log = read_measured_log(file, request.format);
      if (knows && *knows != log.knows) {
        problems.push_back({log.name, "tells other things of cold starts than the files before",
                            "calibrate logs of one format at a time"});
      }
      knows = log.knows;
      report.is_init = log.knows == ColdKnowledge::kInit;
      if (report.platform.empty()) report.platform = platform_of(log.format);
      if (report.platform.empty()) {
        problems.push_back({log.name, "the format does not tell the platform",
                            "name it, such as --platform aws-lambda"});
        report.platform = "aws-lambda";
      }
      add_log(log, report, gathered);
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
    report.files.push_back(file.filename().string());
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  (void)load_platform(report.platform);  // that it exists

  report.name = request.name.empty() ? report.platform + "-calibrated" : request.name;
  const std::string none =
      gathered.knows_cold ? "cold starts" : "cold starts are marked in this format";
  report.cold_start = fitted_law(std::move(gathered.cold_start), none);
  if (report.is_init) {
    report.cold_handler =
        fitted_law(std::move(gathered.cold_handler), "cold requests longer than warm ones");
  } else {
    report.cold_handler.refusal = "the log does not show initialisation by itself";
  }
  report.execution = fitted_law(std::move(gathered.execution), "warm requests");
  report.noise = fitted_law(std::move(gathered.noise), "warm requests");
  report.keep_alive = keep_alive_of(gathered);
  if (!report.cold_start.is_fitted() && report.keep_alive.fits.empty() &&
      !report.execution.is_fitted()) {
    throw InputError(refusals(report, request.files.front().string()));
  }
  if (gathered.dated) {
    const std::string from = date_text(gathered.first_ns);
    const std::string to = date_text(gathered.last_ns);
    report.as_of = from == to ? from : from + ".." + to;
  } else {
    report.as_of = request.today;
    report.notes.push_back("The log has no dates: today's is given to the figures.");
  }
  add_notes(gathered, report);
  report.platform_file = calibration_file(report);
  return report;
}

}  // namespace faascast
