// How fast the engine is, as a ratio to the ideal loop: draw inter-arrival and service times, add
// to a latency histogram and to the billing sums, no pool. Both run in this process, interleaved,
// on one thread. A goal (<= 15), reported and never asserted.
//
//   bench_engine            ratios and the ideal loop's rate
//   bench_engine --quick    the same from short runs: does it run at all
//   bench_engine --memory   peak memory after 10^6, 10^7 and 10^8 requests
#include <fmt/core.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/draw.h"
#include "sim-core/engine.h"
#include "sim-core/kernels.h"
#include "tests/bench/ideal_loop.h"

namespace {

using namespace faascast;
using namespace std::chrono_literals;

constexpr Duration kMeanService = 100ms;
constexpr Duration kKeepAlive = 300 * kMeanService;

class Poisson final : public Traffic {
 public:
  /// @param functions number f is called in proportion to 1 / (f + 1)
  Poisson(double mean_gap_ns, std::uint64_t requests, std::uint32_t functions)
      : mean_gap_ns_(mean_gap_ns),
        requests_(requests),
        functions_(functions),
        duration_(static_cast<std::int64_t>(mean_gap_ns * static_cast<double>(requests))) {}

  bool independent() const override { return true; }
  std::uint32_t functions() const override { return functions_; }
  std::uint64_t expected_requests(std::uint32_t function) const override {
    return static_cast<std::uint64_t>(static_cast<double>(requests_) * share(function));
  }
  std::unique_ptr<ArrivalSource> open(std::uint32_t function, ReplaySeed seed) const override {
    return std::make_unique<RenewalSource>(function, seed, mean_gap_ns_ / share(function),
                                           duration_);
  }
  Duration duration() const override { return duration_; }
  std::string description() const override { return "Poisson arrivals"; }
  ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  double share(std::uint32_t function) const {
    if (functions_ == 1) return 1.0;
    return 1.0 / (function + 1.0) / (std::log(static_cast<double>(functions_)) + 0.5772);
  }

  double mean_gap_ns_;
  std::uint64_t requests_;
  std::uint32_t functions_;
  Duration duration_;
};

double mean_gap_ns(double busy) { return static_cast<double>(kMeanService.count()) / busy; }

enum class Setup { kPool, kLambda, kSharing, kServers, kManyFunctions, kAccountLimit };

/// The shipped AWS Lambda in its mechanisms: pools that halve, four cold components, a CPU quota,
/// noise of requests and of instances.
void make_lambda(DeploymentPlan& deployment, PoolPlan& pool) {
  pool.keep_alive = 380s;
  pool.keep_alive_rule = KeepAliveRule::kHalving;
  pool.cold_start = {{"placement", LoadAt::kPlacement, Distribution::lognormal(120ms, 0.3), 0ns},
                     {"runtime", LoadAt::kInit, Distribution::lognormal(90ms, 0.25), 0ns},
                     {"import", LoadAt::kInit, Distribution::constant(0ns), 150ms},
                     {"weights", LoadAt::kHandler, Distribution::constant(10ms), 80ms}};
  pool.init_limit = 10s;
  pool.cpu = {.period = 20ms, .quota = 11'577'000ns};
  pool.memory = Megabytes(1024);
  deployment.noise.per_request = Distribution::lognormal(1s, 0.1);
  deployment.noise.per_instance = Distribution::lognormal(1s, 0.05);
}

Plan plan_of(double busy, std::uint64_t requests, Setup setup = Setup::kPool) {
  PoolPlan pool;
  pool.keep_alive = kKeepAlive;
  pool.cold_start = {{"init", LoadAt::kInit, Distribution::constant(200ms), 0ns}};
  pool.metering = {.granularity = 1ms, .minimum = 1ms, .bills_init = true};
  pool.memory = Megabytes(1769);
  if (setup == Setup::kSharing) {  // 80 requests on 40 vCPUs: contention above 40
    pool.concurrency = 80;
    pool.vcpu_share = MilliVcpu(40'000);
    pool.metering.basis = Metering::Basis::kPerActiveInstance;
  }
  DeploymentPlan deployment;
  std::uint32_t functions = 1;
  if (setup == Setup::kLambda) make_lambda(deployment, pool);
  if (setup == Setup::kManyFunctions) functions = 46'000;
  if (setup == Setup::kAccountLimit) {
    functions = 1'000;
    pool.account_concurrency = 1'000;
  }
  deployment.side = pool;
  if (setup == Setup::kServers) deployment.side = ServerPlan{.replicas = 2048};
  deployment.work.execution = Distribution::lognormal(kMeanService, 1.0);
  Plan plan;
  plan.traffic = std::make_shared<Poisson>(mean_gap_ns(busy), requests, functions);
  plan.deployments = {deployment};
  plan.horizon = {Horizon::Kind::kAt, Instant(plan.traffic->duration())};
  return plan;
}

struct Case {
  std::string_view name;
  double busy;
  Setup setup = Setup::kPool;
  std::vector<double> ratios{};
};

volatile std::uint64_t sink = 0;

/// Seconds a request.
double engine_time(const Plan& plan) {
  std::uint64_t done = 0;
  const double time = seconds([&] { done = run(plan, {.threads = 1}).deployments[0].requests; });
  return time / static_cast<double>(done);
}

void report_ratios(bool quick) {
  const std::uint64_t requests = quick ? 200'000 : 4'000'000;
  const int pairs = quick ? 2 : 21;
  std::array<Case, 7> cases{Case{"single-2000-busy", 2000.0},
                            Case{"single-20-busy", 20.0},
                            Case{"aws-lambda-default", 2000.0, Setup::kLambda},
                            Case{"azure-46k-functions", 2000.0, Setup::kManyFunctions},
                            Case{"account-limit", 950.0, Setup::kAccountLimit},
                            Case{"sharing-80", 2000.0, Setup::kSharing},
                            Case{"servers-2048", 1900.0, Setup::kServers}};
  std::vector<Plan> plans;
  for (const Case& c : cases) plans.push_back(plan_of(c.busy, requests, c.setup));
  IdealLoop ideal;
  std::vector<double> ideal_times;
  for (int pair = 0; pair < pairs; ++pair) {
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const double time = seconds([&] { sink = sink + ideal(requests); });
      ideal_times.push_back(time / static_cast<double>(requests));
      cases[c].ratios.push_back(engine_time(plans[c]) / ideal_times.back());
    }
  }
  for (const Case& c : cases) fmt::print("ratio {}: {:.2f}\n", c.name, median(c.ratios));
  fmt::print("ideal_per_s: {:.0f}\n", 1.0 / median(ideal_times));
  fmt::print("instruction_set: {}\n", kernels().name);
}

void report_memory() {
  for (const std::uint64_t requests : {1'000'000U, 10'000'000U, 100'000'000U}) {
    engine_time(plan_of(2000.0, requests));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("peak_rss_kb after {} requests: {}\n", requests, usage.ru_maxrss);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == "--memory") {
    report_memory();
  } else {
    report_ratios(option == "--quick");
  }
  return 0;
}
