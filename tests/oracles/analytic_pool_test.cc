// Pools against theory: M/G/infinity, loss systems, keep-alive pools, batches, setups.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim-core/random.h"
#include "tests/oracles/estimate.h"

namespace faascast::oracles {
namespace {

double cold_share(const DeploymentResult& d) {
  return share(d.cold_starts, d.requests - d.throttled);
}

double mean_ns(Int128 sum, std::uint64_t count) {
  return static_cast<double>(sum) / static_cast<double>(count);
}

// With keep-alive zero and m warm instances an arrival is cold exactly when it finds m or more
// busy, and Poisson arrivals see time averages: P(N < m) = 1 - P(cold).
class BusyCount {
 public:
  BusyCount(double a, const Distribution& service, Span span, const std::set<int>& levels)
      : levels_(levels.begin(), levels.end()) {
    std::vector<DeploymentPlan> deployments;
    for (const int level : levels_) {
      deployments.push_back(
          pool_of(service, {.minimum_instances = static_cast<std::uint32_t>(level) + 1}));
    }
    plan_ = plan_of(poisson(a), span, deployments);
  }

  /// P(N <= level) and P(N = level) for every level.
  void run_all() {
    const auto estimates = replicate(plan_, [&](const RunResult& result) {
      std::vector<double> row;
      for (std::size_t i = 0; i < levels_.size(); ++i) {
        const double here = 1.0 - cold_share(result.deployments[i]);
        const bool next = i > 0 && levels_[i - 1] == levels_[i] - 1;
        const double below = next ? 1.0 - cold_share(result.deployments[i - 1]) : 0.0;
        row.push_back(here);
        row.push_back(here - below);  // of a level whose predecessor is asked for, or 0
      }
      return row;
    });
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      at_most[levels_[i]] = estimates[2 * i];
      exactly[levels_[i]] = estimates[2 * i + 1];
    }
  }

  std::map<int, Estimate> at_most{};
  std::map<int, Estimate> exactly{};

 private:
  std::vector<int> levels_;
  Plan plan_{};
};

int level_in(const std::string& quantity) {
  return std::stoi(quantity.substr(quantity.find('=') + 1));
}

TEST(MgInf, BusyInstancesArePoisson) {
  struct Setting {
    Distribution service;
    double length_s;
    double precision;
  };
  // The answer holds for every service law.
  const std::map<double, Setting> settings{
      {2, {Distribution::exponential(seconds(1)), 50'000, 0.02}},
      {20, {Distribution::lognormal(seconds(1), 2), 15'000, 0.05}},
      {2000, {Distribution::lognormal(seconds(1), 0.5), 500, 0.08}}};
  for (const auto& rows : oracle_cases("mg_inf")) {
    const double a = rows.front().number("a");
    const Setting& setting = settings.at(a);
    std::set<int> levels;
    for (const OracleRow& row : rows) {
      const int level = row.quantity.starts_with("quantile") ? static_cast<int>(row.value())
                                                             : level_in(row.quantity);
      levels.insert(level);
      if (level > 0 && !row.quantity.starts_with("P(N<=")) levels.insert(level - 1);
    }
    BusyCount busy(a, setting.service, {40, setting.length_s}, levels);
    busy.run_all();
    for (const OracleRow& row : rows) {
      if (row.quantity.starts_with("P(N<=")) {
        expect_matches(row, busy.at_most.at(level_in(row.quantity)), setting.precision);
      } else if (row.quantity.starts_with("P(N=")) {
        expect_matches(row, busy.exactly.at(level_in(row.quantity)), setting.precision);
      } else {
        // "quantile q of N" is k: P(N <= k) reaches q and P(N <= k - 1) does not, as far as the
        // simulation can tell; and what it can tell is worth at most 2 % of k.
        const double q = std::stod(row.quantity.substr(9));
        const double k = row.value();
        const Estimate at = busy.at_most.at(static_cast<int>(k));
        const Estimate below = busy.at_most.at(static_cast<int>(k) - 1);
        const double mass = std::exp(k * std::log(a) - a - std::lgamma(k + 1));
        EXPECT_GE(at.mean + kStudentT * at.standard_error, q) << row.parameters << row.quantity;
        EXPECT_LT(below.mean - kStudentT * below.standard_error, q) << row.parameters;
        EXPECT_LT(kStudentT * at.standard_error / mass, std::max(0.02 * k, 1.0)) << row.parameters;
      }
    }
  }
}

TEST(MgInfTransient, BusyInstancesFromEmpty) {
  for (const OracleRow& row : oracle_rows("mg_inf_transient")) {
    constexpr std::uint32_t kFunctions = 300;
    // The busy instances of one nanosecond, summed over independent functions.
    const Span span{row.number("t"), 1e-9};
    const Plan plan =
        plan_of(poisson(row.number("lambda")), span,
                {pool_of(service_law(row.word("law"), row.number("mean"), row.number("cv")), {})},
                kFunctions);
    const auto found = replicate(plan, [](const RunResult& result) {
      return std::vector{static_cast<double>(result.deployments[0].instances.busy_ns) / kFunctions};
    });
    expect_matches(row, found[0], 0.005);
  }
}

TEST(ErlangB, BlockingAndBusyMatchTheory) {
  std::size_t number = 0;
  for (const auto& rows : oracle_cases("erlang_b")) {
    const double a = rows.front().number("a");
    const auto c = static_cast<std::uint32_t>(rows.front().number("c"));
    // Insensitive to the law of service.
    const Distribution service = number++ % 2 == 0 ? Distribution::exponential(seconds(1))
                                                   : Distribution::lognormal(seconds(1), 1.5);
    const Span span{20, std::max(600.0, 100'000 / a)};
    const Plan plan = plan_of(poisson(a), span,
                              {pool_of(service, {.keep_alive = seconds(3), .max_instances = c}),
                               servers_of(service, c, 0)});
    const auto found = replicate(plan, [](const RunResult& result) {
      const DeploymentResult& pool = result.deployments[0];
      const DeploymentResult& servers = result.deployments[1];
      const double span_ns = static_cast<double>((result.horizon - result.warm_up).count());
      return std::vector{share(pool.throttled, pool.requests), pool.instances.busy_mean,
                         share(servers.throttled, servers.requests),
                         static_cast<double>(servers.execution.sum_ns) / span_ns};
    });
    for (const OracleRow& row : rows) {
      const std::size_t quantity = row.quantity == "P(block)" ? 0 : 1;
      ASSERT_TRUE(quantity == 0 || row.quantity == "E[busy]") << row.quantity;
      expect_matches(row, found[quantity], 0.05);
      expect_matches(row, found[quantity + 2], 0.05);
    }
  }
}

TEST(PoolLimit1, OneInstanceWithRejection) {
  for (const auto& rows : oracle_cases("pool_limit1")) {
    const OracleRow& first = rows.front();
    PoolPlan pool{.keep_alive = seconds(first.number("keepalive")), .max_instances = 1};
    pool.cold_start.push_back(
        {.load_at = LoadAt::kPlacement,
         .wall = Distribution::lognormal(seconds(first.number("E[cold extra]")), 0.7)});
    const double rate = first.number("lambda");
    const Plan plan =
        plan_of(poisson(rate), {200 / rate, 30'000 / rate},
                {pool_of(Distribution::exponential(seconds(first.number("E[warm]"))), pool)});
    const auto found = replicate(plan, [](const RunResult& result) {
      const DeploymentResult& d = result.deployments[0];
      return std::vector{cold_share(d), share(d.throttled, d.requests), d.instances.mean};
    });
    const std::vector<std::string> quantities{"P(cold|accepted)", "P(reject)", "E[instances]"};
    for (const OracleRow& row : rows) {
      const auto at = std::find(quantities.begin(), quantities.end(), row.quantity);
      ASSERT_NE(at, quantities.end()) << row.quantity;
      expect_matches(row, found[static_cast<std::size_t>(at - quantities.begin())], 0.01);
    }
  }
}

TEST(PoolZeroService, ColdWhenTheGapReachesKeepAlive) {
  for (const OracleRow& row : oracle_rows("pool_zero_service")) {
    const double rate = row.number("lambda");
    const RenewalLaw law = row.word("interarrival") == "exp" ? poisson(rate) : erlang(3, 1 / rate);
    const Plan plan =
        plan_of(law, {10 / rate, 20'000 / rate},
                {pool_of(Distribution(), {.keep_alive = seconds(row.number("keepalive"))})});
    const auto found = replicate(plan, [](const RunResult& result) {
      return std::vector{cold_share(result.deployments[0])};
    });
    EXPECT_EQ(row.quantity, "P(cold)");
    expect_matches(row, found[0], 0.01);
  }
}

/// Long enough for some 5000 cold starts over all replications, and for 20 keep-alives each.
Span pool_span(double a, double theta, double cold_share_expected) {
  const double requests = std::clamp(250 / cold_share_expected, 30'000.0, 2'000'000.0);
  return {2 * theta + 30, std::max(requests / a, 20 * theta)};
}

TEST(PoolMru, KeepAlivePoolMatchesTheory) {
  for (const auto& rows : oracle_cases("pool_mru_mm_inf")) {
    const double a = rows.front().number("a");
    const double theta = rows.front().number("theta");
    const OracleRow& cold_row = rows.front();
    ASSERT_EQ(cold_row.quantity, "P(cold)");
    const OracleRow& level_row = rows.back();
    ASSERT_TRUE(level_row.quantity.starts_with("P(instances<="));
    // E[instances] with m + 1 always warm less that with m is P(instances <= m).
    const auto m = static_cast<std::uint32_t>(level_in(level_row.quantity));
    const Distribution service = Distribution::exponential(seconds(1));
    std::vector<DeploymentPlan> deployments;
    for (const std::uint32_t minimum : {0U, m, m + 1}) {
      deployments.push_back(
          pool_of(service, {.keep_alive = seconds(theta), .minimum_instances = minimum}));
    }
    const Plan plan = plan_of(poisson(a), pool_span(a, theta, cold_row.value()), deployments);
    const auto found = replicate(plan, [](const RunResult& result) {
      const auto& d = result.deployments;
      return std::vector{cold_share(d[0]), d[0].instances.mean, d[0].instances.idle_mean,
                         mean_ns(d[0].instances.live_ns, d[0].cold_starts) * 1e-9,
                         d[2].instances.mean - d[1].instances.mean};
    });
    ASSERT_EQ(rows.size(), found.size());
    const std::vector<std::string> order{"P(cold)", "E[instances]", "E[idle instances]",
                                         "E[instance lifetime]*mu", "P(instances<="};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_TRUE(rows[i].quantity.starts_with(order[i])) << rows[i].quantity;
      expect_matches(rows[i], found[i], 0.05);
    }
  }
}

TEST(PoolMru, MinimumInstancesMatchTheory) {
  for (const OracleRow& row : oracle_rows("pool_mru_mm_inf_min")) {
    const double a = row.number("a");
    const double theta = row.number("theta");
    const PoolPlan pool{
        .keep_alive = seconds(theta),
        .minimum_instances = static_cast<std::uint32_t>(row.number("min instances"))};
    const Plan plan = plan_of(poisson(a), pool_span(a, theta, 0.005),
                              {pool_of(Distribution::exponential(seconds(1)), pool)});
    const auto found = replicate(plan, [](const RunResult& result) {
      return std::vector{result.deployments[0].instances.mean};
    });
    EXPECT_EQ(row.quantity, "E[instances]");
    expect_matches(row, found[0], 0.01);
  }
}

TEST(PoolMru, LimitedPoolMatchesTheory) {
  for (const auto& rows : oracle_cases("pool_mru_mm_L_L")) {
    const double a = rows.front().number("a");
    const double theta = rows.front().number("theta");
    const PoolPlan pool{
        .keep_alive = seconds(theta),
        .max_instances = static_cast<std::uint32_t>(rows.front().number("limit L"))};
    const Plan plan = plan_of(poisson(a), pool_span(a, theta, 0.002),
                              {pool_of(Distribution::exponential(seconds(1)), pool)});
    const auto found = replicate(plan, [](const RunResult& result) {
      const DeploymentResult& d = result.deployments[0];
      return std::vector{share(d.throttled, d.requests), cold_share(d), d.instances.mean};
    });
    const std::vector<std::string> quantities{"P(reject)", "P(cold|accepted)", "E[instances]"};
    for (const OracleRow& row : rows) {
      const auto at = std::find(quantities.begin(), quantities.end(), row.quantity);
      ASSERT_NE(at, quantities.end()) << row.quantity;
      expect_matches(row, found[static_cast<std::size_t>(at - quantities.begin())], 0.03, 1e-8);
    }
  }
}

// A tenth of the table's rows that a short run can settle.
TEST(PoolMru, TableOfKeepAlivePools) {
  std::size_t checked = 0, candidate = 0;
  for (const PoolRow& row : pool_table()) {
    if (row.a < 0.01 || row.a > 50 || row.theta > 200 || row.cold_share < 0.005) continue;
    if (candidate++ % 10 != 0) continue;
    const Plan plan = plan_of(
        poisson(row.a), pool_span(row.a, row.theta, row.cold_share),
        {pool_of(Distribution::exponential(seconds(1)), {.keep_alive = seconds(row.theta)})});
    const auto found = replicate(plan, [](const RunResult& result) {
      return std::vector{cold_share(result.deployments[0]), result.deployments[0].instances.mean};
    });
    const std::string where = "a=" + std::to_string(row.a) + ";theta=" + std::to_string(row.theta);
    expect_matches({"pool_mru_table", where, "P(cold)", std::to_string(row.cold_share)}, found[0],
                   0.05, 1e-5);  // std::to_string keeps six decimals
    expect_matches({"pool_mru_table", where, "E[instances]", std::to_string(row.instances)},
                   found[1], 0.02, 1e-3);
    ++checked;
  }
  EXPECT_GT(checked, 20U);
}

TEST(DeterministicPool, ExactCounts) {
  for (const auto& rows : oracle_cases("deterministic_pool")) {
    const OracleRow& first = rows.front();
    std::vector<Request> requests;
    for (int i = 0; i < static_cast<int>(first.number("N")); ++i) {
      requests.push_back({.at = (seconds(first.number("p")) * i).count(),
                          .number = static_cast<std::uint64_t>(i)});
    }
    PoolPlan pool{.keep_alive = seconds(first.number("T"))};
    pool.cold_start.push_back(
        {.load_at = LoadAt::kPlacement,
         .wall = Distribution::constant(seconds(first.number("cold delay")))});
    const Plan plan{
        .traffic = std::make_shared<ScriptedTraffic>(requests, 1, true, Columns{}),
        .deployments = {pool_of(Distribution::constant(seconds(first.number("s"))), pool)},
        .horizon = {.kind = Horizon::Kind::kDrain}};
    const DeploymentResult d = run(plan, {.threads = 1}).deployments.at(0);
    for (const OracleRow& row : rows) {
      if (row.quantity == "cold starts") {
        EXPECT_EQ(static_cast<double>(d.cold_starts), row.value()) << row.parameters;
      } else if (row.quantity == "max instances") {
        EXPECT_EQ(static_cast<double>(d.instances.peak), row.value()) << row.parameters;
      } else {
        ASSERT_EQ(row.quantity, "instance-seconds until last reclaim");
        EXPECT_DOUBLE_EQ(static_cast<double>(d.instances.live_ns) * 1e-9, row.value())
            << row.parameters;
      }
    }
  }
}

// Batches: the count at one instant, from many independent runs; its variance is as informative as
// its mean.
TEST(BatchArrivals, MeanAndVarianceOfBusy) {
  for (const auto& rows : oracle_cases("mx_m_inf")) {
    const OracleRow& first = rows.front();
    const double mean_size = first.number("E[X]");
    const double square = first.number("E[X^2]");
    const double rate = first.number("batch rate");
    const std::string service = first.word("service");  // "exp mean 2"
    const double mean_s = std::stod(service.substr(service.rfind(' ') + 1));
    RenewalLaw law = poisson(rate);
    // Two-valued sizes: square / mean with the probability that gives the mean, else none.
    const auto size = static_cast<std::uint32_t>(std::llround(square / mean_size));
    const double chance = mean_size / size;
    law.size = [=](std::uint64_t seed, std::uint64_t entity, std::uint64_t batch) {
      return Stream(seed, entity, Purpose::kPhase).uniform(batch) < chance ? size : 0U;
    };
    const Plan plan = plan_of(law, {12 * mean_s, 1e-9},
                              {pool_of(Distribution::exponential(seconds(mean_s)), {})});
    constexpr std::uint64_t kRuns = 200;  // in each of the 20 replications
    std::vector<double> means, variances;
    for (std::uint64_t r = 0; r < kReplications; ++r) {
      std::vector<double> counts;
      for (std::uint64_t i = 0; i < kRuns; ++i) {
        const RunResult result = run(plan, {.seed = {.seed = 50'000 * (r + 1) + i}, .threads = 1});
        counts.push_back(static_cast<double>(result.deployments[0].instances.busy_ns));
      }
      const Estimate e = estimate(counts);
      means.push_back(e.mean);
      variances.push_back(e.standard_error * e.standard_error * static_cast<double>(kRuns));
    }
    for (const OracleRow& row : rows) {
      ASSERT_TRUE(row.quantity == "E[N]" || row.quantity == "Var[N]") << row.quantity;
      expect_matches(row, estimate(row.quantity == "E[N]" ? means : variances), 0.05);
    }
  }
}

// One instance with a queue: a single server with setups and a delayed switch-off. Its wait is the
// queue's plus the setup of the request that meets no instance.
TEST(SetupDelayedOff, WaitAndSetups) {
  for (const auto& rows : oracle_cases("mg1_setup_delayed_off")) {
    const OracleRow& first = rows.front();
    const double rate = first.number("lambda");
    const double cv = first.number("cvS");
    PoolPlan pool{.keep_alive = seconds(first.number("keepalive")),
                  .max_instances = 1,
                  .at_limit = AtLimit::kQueue};
    pool.cold_start.push_back(
        {.load_at = LoadAt::kPlacement,
         .wall = Distribution::lognormal(seconds(first.number("E[U]")), first.number("cvU"))});
    const Plan plan = plan_of(
        poisson(rate), {200 / rate, 50'000 / rate},
        {pool_of(service_law(cv == 1 ? "exp" : "lognormal", first.number("E[S]"), cv), pool)});
    const auto found = replicate(plan, [](const RunResult& result) {
      const DeploymentResult& d = result.deployments[0];
      return std::vector{mean_ns(d.wait.sum_ns + d.cold_start.sum_ns, d.completed) * 1e-9,
                         cold_share(d)};
    });
    for (const OracleRow& row : rows) {
      ASSERT_TRUE(row.quantity == "E[Wq]" || row.quantity == "P(arrival starts a setup)");
      expect_matches(row, found[row.quantity == "E[Wq]" ? 0 : 1], 0.02);
    }
  }
}

}  // namespace
}  // namespace faascast::oracles
