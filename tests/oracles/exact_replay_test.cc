// The engine against the plain simulator of reference.h: ten thousand random workloads, every figure
// equal. Where they differ, the smallest workload found that still shows it is printed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>

#include "sim-core/engine.h"
#include "tests/oracles/reference.h"
#include "tests/oracles/scenarios.h"

namespace faascast::oracles {
namespace {

std::string decimal(Int128 value) {
  std::string digits;
  for (Int128 rest = value < 0 ? -value : value; rest > 0 || digits.empty(); rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  if (value < 0) digits.insert(digits.begin(), '-');
  return digits;
}

/// Collects what differs.
class Differences {
 public:
  void same(const std::string& name, Int128 engine, Int128 reference) {
    if (engine == reference) return;
    out_ << "  " << name << ": engine " << decimal(engine) << ", reference " << decimal(reference)
         << "\n";
  }
  void near(const std::string& name, double engine, double reference, double tolerance) {
    if (std::abs(engine - reference) <= tolerance) return;
    out_ << "  " << name << ": engine " << engine << ", reference " << reference << "\n";
  }
  /// Sums and extremes exactly; order statistics to the histogram's 0.1 %.
  void same(const std::string& name, const DurationSummary& engine, const Samples& reference) {
    same(name + ".count", Int128(engine.count), Int128(reference.ns.size()));
    same(name + ".sum", engine.sum_ns, reference.sum());
    same(name + ".max", engine.max_ns, reference.max());
    for (const double q : {0.01, 0.5, 0.9, 0.95, 0.99, 1.0}) {
      const auto read = engine.quantile_s(q);
      if (read.has_value() != !reference.ns.empty()) out_ << "  " << name << ": quantile or none\n";
      if (!read || reference.ns.empty()) continue;
      const double exact = static_cast<double>(reference.quantile(q)) * 1e-9;
      near(name + ".quantile", *read, exact, 1e-3 * exact + 1e-12);
    }
  }
  [[nodiscard]] std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_{};
};

void compare(Differences& d, const DeploymentResult& engine, const ReferenceResult& reference,
             Instant warm_up) {
  d.same("requests", Int128(engine.requests), Int128(reference.requests));
  d.same("completed", Int128(engine.completed), Int128(reference.completed));
  d.same("throttled", Int128(engine.throttled), Int128(reference.throttled));
  d.same("timed_out", Int128(engine.timed_out), Int128(reference.timed_out));
  d.same("abandoned", Int128(engine.abandoned), Int128(reference.abandoned));
  d.same("failed", Int128(engine.failed), Int128(reference.failed));
  d.same("retries", Int128(engine.retries), Int128(reference.retries));
  d.same("batches", Int128(engine.batches), Int128(reference.batches));
  d.same("own_starts", Int128(engine.own_starts), Int128(reference.own_starts));
  d.same("cold_affected", Int128(engine.cold_affected), Int128(reference.cold_affected));
  d.same("contention", engine.contention_ns, reference.contention_ns);
  d.same("in_flight", Int128(engine.in_flight), 0);
  d.same("cold_starts", Int128(engine.cold_starts), Int128(reference.cold_starts));
  d.same("latency", engine.latency, reference.latency);
  d.same("execution", engine.execution, reference.execution);
  d.same("cold_start", engine.cold_start, reference.cold_start);
  d.same("wait", engine.wait, reference.wait);
  d.same("live_ns", engine.instances.live_ns, reference.live_ns);
  d.same("busy_ns", engine.instances.busy_ns, reference.busy_ns);
  d.same("peak", Int128(engine.instances.peak), Int128(reference.peak));
  d.same("expired", Int128(engine.instances.expired), Int128(reference.expired));
  const double span = static_cast<double>((reference.horizon - warm_up).count());
  if (span > 0) {
    const double live = static_cast<double>(reference.live_ns) / span;
    const double busy = static_cast<double>(reference.busy_ns) / span;
    d.near("mean", engine.instances.mean, live, 1e-9 * (1 + live));
    d.near("busy_mean", engine.instances.busy_mean, busy, 1e-9 * (1 + live));
    d.near("idle_mean", engine.instances.idle_mean, live - busy, 1e-9 * (1 + live));
  }
  for (std::size_t i = 0; i < kMeters; ++i) {
    const auto meter = static_cast<Meter>(i);
    d.same(std::string(name_of(meter)), engine.usage[meter], reference.usage[meter]);
  }
  const std::size_t functions = std::max(engine.functions.size(), reference.functions.size());
  for (std::size_t f = 0; f < functions; ++f) {
    const FunctionTotals a = f < engine.functions.size() ? engine.functions[f] : FunctionTotals{};
    const FunctionTotals b =
        f < reference.functions.size() ? reference.functions[f] : FunctionTotals{};
    const std::string name = "function " + std::to_string(f) + " ";
    d.same(name + "requests", Int128(a.requests), Int128(b.requests));
    d.same(name + "cold_starts", Int128(a.cold_starts), Int128(b.cold_starts));
    d.same(name + "latency sum", a.latency_sum_ns, b.latency_sum_ns);
    d.same(name + "latency max", a.latency_max_ns, b.latency_max_ns);
  }
}

/// Part by part; the whole is their sum.
void compare_any(Differences& d, const DeploymentResult& engine, const ReferenceResult& reference,
                 Instant warm_up) {
  d.same("parts", Int128(engine.parts.size()), Int128(reference.parts.size()));
  if (reference.parts.empty()) return compare(d, engine, reference, warm_up);
  DeploymentResult sum;
  for (std::size_t i = 0; i < reference.parts.size(); ++i) {
    const DeploymentResult& part = engine.parts.at(i);
    compare_any(d, part, reference.parts[i], warm_up);
    sum.requests += part.requests;
    sum.completed += part.completed;
    sum.latency.merge(part.latency);
    sum.instances.live_ns += part.instances.live_ns;
    sum.instances.peak += part.instances.peak;
    sum.usage += part.usage;
  }
  d.same("all requests", Int128(engine.requests), Int128(sum.requests));
  d.same("all completed", Int128(engine.completed), Int128(sum.completed));
  d.same("all latency", engine.latency.sum_ns, sum.latency.sum_ns);
  d.same("all live_ns", engine.instances.live_ns, sum.instances.live_ns);
  d.same("all usage", engine.usage == sum.usage ? 1 : 0, 1);
  if (engine.instances.peak > sum.instances.peak) d.same("all peak", 1, 0);
}

/// What differs between engine and reference, and with `gears` between two threads and one and
/// between merged and independent traffic; empty = nothing.
std::string differences(const Scenario& scenario, bool gears) {
  Differences d;
  const Plan plan = with_traffic(scenario);
  const RunResult result = run(plan, {.seed = scenario.seed, .threads = 1});
  d.same("deployments", Int128(result.deployments.size()), Int128(plan.deployments.size()));
  for (std::size_t i = 0; i < result.deployments.size(); ++i) {
    compare_any(d, result.deployments[i], replay(plan, i, scenario.seed), plan.warm_up);
  }
  if (!gears) return d.text();
  const RunResult threaded = run(plan, {.seed = scenario.seed, .threads = 2});
  d.same("fingerprint with two threads", Int128(threaded.fingerprint), Int128(result.fingerprint));

  Scenario other = scenario;
  other.independent = !scenario.independent;
  other.columns.number = true;
  const RunResult other_gear = run(with_traffic(other), {.seed = scenario.seed, .threads = 1});
  d.same("fingerprint merged and independent", Int128(other_gear.fingerprint),
         Int128(result.fingerprint));
  return d.text();
}

/// Drops deployments, then requests, one by one, while the scenario still fails.
Scenario shrunk(Scenario scenario, bool gears) {
  for (std::size_t i = 0; i < scenario.plan.deployments.size();) {
    Scenario smaller = scenario;
    smaller.plan.deployments.erase(smaller.plan.deployments.begin() +
                                   static_cast<std::ptrdiff_t>(i));
    if (!smaller.plan.deployments.empty() && !differences(smaller, gears).empty()) {
      scenario = smaller;
    } else {
      ++i;
    }
  }
  Scenario numbered = scenario;
  numbered.columns.number = true;  // so that a dropped request leaves the others' draws alone
  if (differences(numbered, gears).empty()) return scenario;
  for (std::size_t chunk = std::max<std::size_t>(numbered.requests.size() / 2, 1); chunk > 0;
       chunk /= 2) {
    for (std::size_t i = 0; i + chunk <= numbered.requests.size();) {
      Scenario smaller = numbered;
      const auto first = smaller.requests.begin() + static_cast<std::ptrdiff_t>(i);
      smaller.requests.erase(first, first + static_cast<std::ptrdiff_t>(chunk));
      if (differences(smaller, gears).empty()) {
        i += chunk;
      } else {
        numbered = smaller;
      }
    }
  }
  return numbered;
}

/// FAASCAST_SCENARIOS multiplies the number of scenarios, for a long hunt.
std::uint64_t times(std::uint64_t count) {
  const char* factor = std::getenv("FAASCAST_SCENARIOS");
  return factor == nullptr ? count : count * std::strtoull(factor, nullptr, 10);
}

void expect_same(std::uint64_t first, std::uint64_t count, ScenarioKind kind) {
  for (std::uint64_t number = first; number < first + count; ++number) {
    const Scenario scenario = random_scenario(number, kind);
    const bool gears = number % 4 == 0;
    if (differences(scenario, gears).empty()) continue;
    const Scenario small = shrunk(scenario, gears);
    FAIL() << "scenario " << number << ":\n"
           << describe(small) << "differs in\n"
           << differences(small, gears);
  }
}

TEST(ExactReplay, TinyPools) { expect_same(0, times(2000), {.most_requests = 8}); }

TEST(ExactReplay, SmallPools) { expect_same(10'000'000, times(700), {.most_requests = 60}); }

TEST(ExactReplay, LongPools) { expect_same(20'000'000, times(20), {.most_requests = 12'000}); }

TEST(ExactReplay, TinyDetailedPools) {
  expect_same(50'000'000, times(2000), {.most_requests = 8, .detailed = true});
}

TEST(ExactReplay, SmallDetailedPools) {
  expect_same(60'000'000, times(700), {.most_requests = 60, .detailed = true});
}

TEST(ExactReplay, LongDetailedPools) {
  expect_same(70'000'000, times(8), {.most_requests = 3'000, .detailed = true});
}

TEST(ExactReplay, SmallServers) {
  expect_same(30'000'000, times(500), {.most_requests = 40, .servers = true});
}

TEST(ExactReplay, LongServers) {
  expect_same(40'000'000, times(8), {.most_requests = 12'000, .servers = true});
}

TEST(ExactReplay, TinyDetailedServers) {
  expect_same(80'000'000, times(2000), {.most_requests = 8, .servers = true, .detailed = true});
}

TEST(ExactReplay, SmallDetailedServers) {
  expect_same(90'000'000, times(700), {.most_requests = 60, .servers = true, .detailed = true});
}

TEST(ExactReplay, LongDetailedServers) {
  expect_same(100'000'000, times(8), {.most_requests = 3'000, .servers = true, .detailed = true});
}

TEST(ExactReplay, TinySplits) {
  expect_same(110'000'000, times(1000), {.most_requests = 8, .splits = true});
}

TEST(ExactReplay, SmallSplits) {
  expect_same(120'000'000, times(400), {.most_requests = 60, .splits = true});
}

}  // namespace
}  // namespace faascast::oracles
