// A policy of the user's own in the place of the pool's rules: known rules written as policies give
// the same bits as the engine's.
#include "sim-core/user_policy.h"

#include <gtest/gtest.h>

#include "listed_traffic.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;

/// Of the idle instances of a request's function the best, by a rule; else a new one.
class Choosing : public UserPolicy {
 public:
  Route route(const RequestView& request, PolicyHost& host) override {
    const InstanceView* best = nullptr;
    for (const InstanceView& i : host.instances()) {
      if (i.function != request.function || i.state != InstanceView::State::kIdle) continue;
      if (best == nullptr || better(i, *best)) best = &i;
    }
    if (best == nullptr) return {Route::Kind::kNew, 0};
    return {Route::Kind::kInstance, best->id};
  }
  Duration keep_alive(const InstanceView& /*instance*/, PolicyHost& /*host*/) override {
    return 5s;
  }

 protected:
  virtual bool better(const InstanceView& a, const InstanceView& b) const = 0;
};

class MostRecentlyIdle final : public Choosing {
  bool better(const InstanceView& a, const InstanceView& b) const override {
    return a.idle_since > b.idle_since;
  }
};

class NewestFirst final : public Choosing {
  bool better(const InstanceView& a, const InstanceView& b) const override { return a.id > b.id; }
};

/// Keeps one instance ready: starts it at 3 s, and has it go at 9 s.
class Clockwork final : public UserPolicy {
 public:
  Route route(const RequestView& /*request*/, PolicyHost& host) override {
    for (const InstanceView& i : host.instances()) {
      if (i.state == InstanceView::State::kIdle) return {Route::Kind::kInstance, i.id};
    }
    return {Route::Kind::kTurnAway, 0};
  }
  Duration keep_alive(const InstanceView& /*instance*/, PolicyHost& /*host*/) override {
    return Duration::max();
  }
  std::optional<Instant> wake(PolicyHost& host) override {
    if (host.now() == Instant{}) return Instant(3s);
    if (host.now() == Instant(3s)) {
      id_ = host.start(0);
      return Instant(9s);
    }
    EXPECT_TRUE(host.remove(id_));
    return std::nullopt;
  }

 private:
  std::uint64_t id_ = 0;
};

template <class Policy>
class Makes final : public PolicyFactory {
 public:
  std::unique_ptr<UserPolicy> make() const override { return std::make_unique<Policy>(); }
};

PoolPlan pool(ReuseOrder order) {
  PoolPlan plan;
  plan.reuse_order = order;
  plan.keep_alive = 5s;
  plan.cold_start = {{"init", LoadAt::kInit, Distribution::constant(500ms), 0ns}};
  plan.memory = Megabytes(128);
  return plan;
}

Plan plan_of(PoolPlan pool, std::uint32_t functions, Duration span) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(functions, 500ms, span);
  plan.deployments = {on(std::move(pool), taking(Distribution::exponential(1s)))};
  plan.horizon = until(span);
  plan.warm_up = Instant(span / 10);
  return plan;
}

void expect_same(const DeploymentResult& a, const DeploymentResult& b) {
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(a.cold_starts, b.cold_starts);
  EXPECT_EQ(a.latency.sum_ns, b.latency.sum_ns);
  EXPECT_EQ(a.instances.live_ns, b.instances.live_ns);
  EXPECT_EQ(a.instances.busy_ns, b.instances.busy_ns);
  EXPECT_EQ(a.instances.expired, b.instances.expired);
  EXPECT_EQ(a.instances.peak, b.instances.peak);
  EXPECT_EQ(a.usage, b.usage);
}

TEST(UserPolicy, MostRecentlyIdleInUserCodeGivesTheSameBits) {
  const Plan engines = plan_of(pool(ReuseOrder::kMostRecentlyIdle), 3, 600s);
  Plan users = engines;
  std::get<PoolPlan>(users.deployments[0].side).policy =
      std::make_shared<Makes<MostRecentlyIdle>>();
  expect_same(run(engines).deployments[0], run(users).deployments[0]);
}

TEST(UserPolicy, NewestFirstInUserCodeGivesTheSameBits) {
  const Plan engines = plan_of(pool(ReuseOrder::kNewestFirst), 2, 600s);
  Plan users = engines;
  std::get<PoolPlan>(users.deployments[0].side).policy = std::make_shared<Makes<NewestFirst>>();
  expect_same(run(engines).deployments[0], run(users).deployments[0]);
}

// SimFaaS takes the newest idle instance. At an offered load of 2 with a keep-alive of 5 service
// times 9.22 % of requests start cold, where the most recently idle one would give 9.97 %.
TEST(UserPolicy, ReproducesSimFaaS) {
  PoolPlan rules = pool(ReuseOrder::kMostRecentlyIdle);
  rules.cold_start.clear();
  rules.policy = std::make_shared<Makes<NewestFirst>>();
  const DeploymentResult r = run(plan_of(rules, 1, 40'000s)).deployments[0];
  const double cold = static_cast<double>(r.cold_starts) / static_cast<double>(r.requests);
  EXPECT_NEAR(cold, 0.0922, 0.003);  // 72 000 requests: three standard errors, correlation included
}

TEST(UserPolicy, ActsByTheClock) {
  PoolPlan rules = pool(ReuseOrder::kMostRecentlyIdle);
  rules.policy = std::make_shared<Makes<Clockwork>>();
  std::vector<Row> rows;
  for (const double at : {1.0, 3.2, 3.6, 9.0}) rows.push_back({.at_s = at});
  const DeploymentResult r =
      result_of_rows(rows, on(rules, taking(Distribution::constant(1s))), until(20s));
  EXPECT_EQ(r.completed, 1U);  // that at 3.6 s: ready at 3.5 s, gone at 9 s
  EXPECT_EQ(r.throttled, 3U);
  EXPECT_EQ(r.own_starts, 1U);
  EXPECT_EQ(r.instances.live_ns, 6'000'000'000);
}

}  // namespace
}  // namespace faascast
