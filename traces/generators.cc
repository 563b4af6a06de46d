#include "traces/generators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "traces/clients.h"
#include "traces/modulated.h"
#include "traces/population.h"
#include "traces/renewal.h"

namespace faascast {
namespace {

/// Collects what is out of range.
class Checks {
 public:
  void that(bool fine, std::string_view key, double value, std::string mend) {
    if (fine) return;
    problems.push_back({fmt::format("generator.{}", key), fmt::format("{} is out of range", value),
                        std::move(mend)});
  }
  void within(double value, double low, double high, std::string_view key) {
    const bool fine = value >= low && value <= high;  // false for NaN
    that(fine, key, value, fmt::format("give a number from {:g} to {:g}", low, high));
  }
  void above_zero(Duration value, std::string_view key) {
    that(value > Duration::zero(), key, seconds_of(value), "give a duration above zero");
  }

  std::vector<Problem> problems{};
};

void check_kind(const GeneratorSpec& spec, Checks& checks) {
  const std::vector<std::string> kinds = generator_kinds();
  if (std::find(kinds.begin(), kinds.end(), spec.kind) != kinds.end()) return;
  const std::string nearest = nearest_name(spec.kind, kinds);
  checks.problems.push_back(
      {"generator.kind", fmt::format("unknown generator '{}'", spec.kind),
       fmt::format("{}one of: {}",
                   nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                   fmt::join(kinds, ", "))});
}

void check_profile(const GeneratorSpec& spec, Checks& checks) {
  constexpr std::size_t kMostParts = 10'080;  // minutes
  const auto parts = static_cast<double>(spec.profile.size());
  checks.that(!spec.profile.empty() && spec.profile.size() <= kMostParts, "profile", parts,
              fmt::format("give 1 to {} numbers, one for each equal part of the week", kMostParts));
  double sum = 0.0;
  for (const double rate : spec.profile) {
    checks.within(rate, 0.0, 1e9, "profile");
    sum += rate;
  }
  checks.that(spec.profile.empty() || sum > 0.0, "profile", sum, "give a number above zero");
}

std::vector<Problem> problems_of(const GeneratorSpec& spec) {
  Checks checks;
  check_kind(spec, checks);
  checks.that(spec.rate_per_s >= 1e-7 && spec.rate_per_s <= 1e8, "rate_per_s", spec.rate_per_s,
              "give a rate from 1e-7 to 1e8 a second");
  checks.that(spec.cv >= 0.0 && spec.cv <= 100.0, "cv", spec.cv, "give a cv from 0 to 100");
  checks.that(spec.kind == "gamma" || spec.kind == "weibull" || spec.cv == 1.0, "cv", spec.cv,
              "only gamma and weibull have a cv; leave it out");
  checks.above_zero(spec.duration, "duration");
  checks.that(spec.amplitude >= 0.0 && spec.amplitude <= 1.0, "amplitude", spec.amplitude,
              "give an amplitude from 0 to 1");
  checks.that(spec.weekend_factor >= 0.0 && spec.weekend_factor <= 10.0, "weekend_factor",
              spec.weekend_factor, "give a factor from 0 to 10");
  checks.that(std::isfinite(spec.phase) && std::abs(spec.phase) <= 1000.0, "phase", spec.phase,
              "give an angle in radians");
  checks.that(spec.day >= std::chrono::minutes(1) && spec.day <= std::chrono::hours(24 * 365),
              "day", seconds_of(spec.day), "give at least 1 min and at most a year");
  checks.that((spec.kind != "diurnal" && spec.kind != "weekly") ||
                  spec.duration / std::max(spec.day, Duration(1)) < 100'000,
              "duration", seconds_of(spec.duration), "give less than 100,000 days");
  checks.within(spec.batch_size, 1.0, 1e6, "batch_size");
  checks.within(spec.burst_ratio, 1.0, 1e6, "burst_ratio");
  checks.above_zero(spec.calm, "calm");
  checks.above_zero(spec.burst, "burst");
  if (spec.kind == "mmpp") {
    checks.that(spec.duration / std::max(spec.calm + spec.burst, Duration(1)) < 100'000'000, "calm",
                seconds_of(spec.calm), "give longer times: the run has over 100 million changes");
  }
  if (spec.kind == "weekly") check_profile(spec, checks);
  checks.within(spec.peak, 1.0, 1e6, "peak");
  checks.above_zero(spec.decay, "decay");
  checks.within(spec.functions, 1.0, 1e6, "functions");
  checks.within(static_cast<double>(spec.samples), 1.0, 1e9, "samples");
  checks.within(spec.clients, 1.0, 1e6, "clients");
  checks.within(spec.samples_per_query, 1.0, 1e5, "samples_per_query");
  checks.within(spec.think_cv, 0.0, 100.0, "think_cv");
  checks.that(spec.think >= Duration::zero(), "think", seconds_of(spec.think),
              "give a duration of 0 s or more");
  checks.that(spec.back_off >= Duration::zero(), "back_off", seconds_of(spec.back_off),
              "give a duration of 0 s or more");
  return std::move(checks.problems);
}

bool is_one_of(const std::string& kind, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

std::shared_ptr<const Traffic> make_generator(const GeneratorSpec& spec) {
  if (auto problems = problems_of(spec); !problems.empty()) throw InputError(std::move(problems));
  if (spec.kind == "azure-like") return make_population(spec);
  if (spec.kind == "mlperf-offline") return make_offline(spec);
  if (is_closed_loop(spec)) return make_clients(spec);
  if (is_one_of(spec.kind, {"mmpp", "diurnal", "weekly", "flash-crowd"})) {
    return make_modulated(spec);
  }
  return make_renewal(spec);
}

std::vector<std::string> generator_kinds() {
  return {"poisson",
          "gamma",
          "weibull",
          "batch",
          "mmpp",
          "diurnal",
          "weekly",
          "flash-crowd",
          "azure-like",
          "closed-loop",
          "mlperf-server",
          "mlperf-offline",
          "mlperf-single-stream",
          "mlperf-multi-stream"};
}

bool has_rate(const GeneratorSpec& spec) {
  return !is_one_of(spec.kind, {"azure-like", "mlperf-offline"}) && !is_closed_loop(spec);
}

bool is_closed_loop(const GeneratorSpec& spec) {
  return is_one_of(spec.kind, {"closed-loop", "mlperf-single-stream", "mlperf-multi-stream"});
}

bool is_renewal(const GeneratorSpec& spec) {
  return is_one_of(spec.kind, {"poisson", "gamma", "weibull", "batch", "mlperf-server"});
}

}  // namespace faascast
