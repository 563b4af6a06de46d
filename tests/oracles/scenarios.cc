#include "tests/oracles/scenarios.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <tuple>
#include <utility>
#include <variant>

#include "sim-core/random.h"

namespace faascast::oracles {
namespace {

/// Random choices for one scenario.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(mix64(seed)) {}
  /// In [0, n).
  std::int64_t below(std::int64_t n) {
    state_ = mix64(state_ + 1);
    return static_cast<std::int64_t>((state_ >> 8U) % static_cast<std::uint64_t>(n));
  }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<std::int64_t>(values.size()))];
  }

 private:
  std::uint64_t state_;
};

class Maker {
 public:
  Maker(std::uint64_t number, ScenarioKind kind)
      : dice_(number * 4 + (kind.servers ? 2 : 0) + (kind.most_requests > 1000 ? 1 : 0)),
        kind_(kind),
        unit_(dice_.one_of<std::int64_t>({1, 1'000, 1'000'000, 1'000'003, 250'000'000})),
        longest_(kind.most_requests > 1000 && dice_.chance(60) ? 150 : 5) {}

  Scenario make() {
    scenario_.functions = dice_.chance(60) ? 1 : static_cast<std::uint32_t>(2 + dice_.below(3));
    scenario_.independent = dice_.chance(50);
    scenario_.seed = {.seed = static_cast<std::uint64_t>(dice_.below(1'000'000)),
                      .replication = static_cast<std::uint32_t>(dice_.below(3))};
    scenario_.block =
        dice_.chance(50) ? kArrivalBlock : static_cast<std::size_t>(1 + dice_.below(7));
    Columns& columns = scenario_.columns;
    columns.number = !scenario_.independent || dice_.chance(30);
    columns.work_word = dice_.chance(30);
    columns.execution = dice_.chance(40);
    columns.cold_execution = columns.execution && dice_.chance(50);
    columns.memory = dice_.chance(30);
    columns.tokens = dice_.chance(30);
    make_requests();
    make_plan();
    return scenario_;
  }

 private:
  std::int64_t grid(std::int64_t most) { return unit_ * dice_.below(most + 1); }

  void make_requests() {
    const auto count = dice_.below(static_cast<std::int64_t>(kind_.most_requests) + 1);
    const std::int64_t densest = 1 + dice_.below(4);
    const int pause_percent = static_cast<int>(dice_.one_of<std::int64_t>({0, 2, 10}));
    std::vector<std::uint64_t> next_number(scenario_.functions,
                                           static_cast<std::uint64_t>(dice_.below(3)));
    std::int64_t now = grid(2);
    for (std::int64_t i = 0; i < count; ++i) {
      Request r{.at = now,
                .function = static_cast<std::uint32_t>(dice_.below(scenario_.functions))};
      r.number = next_number[r.function]++;
      // Numbers with gaps, as thinning leaves them.
      if (scenario_.columns.number && dice_.chance(10)) next_number[r.function] += 2;
      const Columns& columns = scenario_.columns;
      if (columns.execution && dice_.chance(85)) r.execution_ns = grid(longest_);
      if (columns.cold_execution && r.execution_ns >= 0 && dice_.chance(80)) {
        r.cold_execution_ns = grid(9);
      }
      if (columns.memory && dice_.chance(70)) r.memory_mb = 1 + dice_.below(700);
      if (columns.tokens && dice_.chance(90)) r.input_tokens = dice_.below(9);
      if (columns.tokens && dice_.chance(90)) r.output_tokens = dice_.below(9);
      scenario_.requests.push_back(r);
      now += dice_.chance(pause_percent) ? grid(30) : unit_ * dice_.below(densest + 1);
    }
    std::stable_sort(scenario_.requests.begin(), scenario_.requests.end(),
                     [](const Request& a, const Request& b) {
                       return std::tie(a.at, a.function, a.number) <
                              std::tie(b.at, b.function, b.number);
                     });
  }

  void make_plan() {
    Plan& plan = scenario_.plan;
    const std::int64_t last = scenario_.requests.empty() ? 0 : scenario_.requests.back().at;
    const std::int64_t units = last / unit_ + 8;
    plan.horizon.kind =
        dice_.one_of({Horizon::Kind::kAt, Horizon::Kind::kLastCompletion, Horizon::Kind::kDrain});
    if (plan.horizon.kind == Horizon::Kind::kAt) plan.horizon.at = instant_at(grid(units));
    if (dice_.chance(50)) plan.warm_up = instant_at(grid(units / 2));
    const auto deployments = 1 + dice_.below(3);
    for (std::int64_t i = 0; i < deployments; ++i) plan.deployments.push_back(deployment());
  }

  DeploymentPlan deployment() { return kind_.splits ? split(2) : single(kind_); }

  /// @param depth  of splits within splits
  DeploymentPlan split(int depth) {
    ScenarioKind kind = kind_;
    kind.servers = dice_.chance(50);
    kind.detailed = dice_.chance(50);
    if (depth == 0 || dice_.chance(15)) return single(kind);
    DeploymentPlan d;
    if (dice_.chance(60)) {
      d.split = Split::kOverflow;
      kind.servers = true;
      d.parts.push_back(single(kind));
      auto& base = std::get<ServerPlan>(d.parts[0].side);
      if (!base.queue_limit) base.queue_limit = static_cast<std::uint64_t>(dice_.below(3));
      kind.servers = false;
      d.parts.push_back(single(kind));
    } else {
      d.split = Split::kVersions;
      for (auto n = 1 + dice_.below(3); n > 0; --n) {
        d.parts.push_back(split(depth - 1));
        d.weights.push_back(0.25 * static_cast<double>(1 + dice_.below(4)));
      }
    }
    d.side = d.parts[0].side;
    return d;
  }

  DeploymentPlan single(ScenarioKind kind) {
    kind_ = kind;
    DeploymentPlan d;
    d.work = work();
    if (dice_.chance(25)) d.noise.per_request = factor();
    if (kind_.detailed && dice_.chance(25)) d.noise.per_instance = factor();
    if (dice_.chance(30)) d.network = law(3);
    d.request_bytes = Bytes(dice_.below(3) * 1000);
    d.response_bytes = Bytes(dice_.below(3) * 7);
    if (kind_.servers) {
      ServerPlan servers;
      servers.replicas = static_cast<std::uint32_t>(1 + dice_.below(3));
      servers.workers_per_replica = static_cast<std::uint32_t>(1 + dice_.below(3));
      if (dice_.chance(50)) servers.queue_limit = static_cast<std::uint64_t>(dice_.below(4));
      if (dice_.chance(50)) servers.autoscale = autoscale();
      if (!servers.autoscale && dice_.chance(40)) servers.patience = law(6);
      if (kind_.detailed) make_detailed(servers);
      d.side = servers;
    } else {
      d.side = pool();
    }
    return d;
  }

  void make_detailed(ServerPlan& servers) {
    if (dice_.chance(50)) {
      servers.vcpu_share = MilliVcpu(dice_.one_of<std::int64_t>({700, 1000, 2000, 2500, 4000}));
      servers.hyperthread_yield = dice_.one_of<std::uint32_t>({1000, 1300, 2000});
      servers.workers_per_replica = static_cast<std::uint32_t>(1 + dice_.below(6));
    }
    if (dice_.chance(50)) {
      servers.breakdown = {.up = law(30).plus(Duration(unit_)),
                           .down = law(6),
                           .retries = static_cast<std::uint16_t>(dice_.below(3))};
    }
    if (dice_.chance(50)) {
      Batching batching{.maximum_size = static_cast<std::uint32_t>(1 + dice_.below(4)),
                        .maximum_wait = Duration(grid(4))};
      if (dice_.chance(70)) batching.time_factor = {1000};
      if (dice_.chance(70)) batching.time_factor.push_back(1300);
      servers.batching = batching;
    }
    if (dice_.chance(40)) servers.patience = law(6);
  }

  /// Of 10^-9.
  Distribution factor() {
    static const Distribution spread = Distribution::lognormal(std::chrono::seconds(1), 0.5);
    return dice_.chance(30) ? Distribution::constant(Duration(1'500'000'000)) : spread;
  }

  Autoscale autoscale() {
    Autoscale rule;
    rule.target_utilisation = dice_.one_of({0.3, 0.5, 0.6, 0.75, 1.0});
    rule.period = Duration(unit_ * (1 + dice_.below(6)));
    rule.boot_lag = Duration(grid(4));
    rule.cooldown = Duration(grid(10));
    rule.minimum = static_cast<std::uint32_t>(1 + dice_.below(2));
    rule.maximum = rule.minimum + static_cast<std::uint32_t>(dice_.below(5));
    return rule;
  }

  Distribution law(std::int64_t most) {
    // Tables are slow to make and quick to scale.
    static const Distribution exponential = Distribution::exponential(std::chrono::seconds(1));
    static const Distribution lognormal = Distribution::lognormal(std::chrono::seconds(1), 1.5);
    const Duration value{grid(most)};
    switch (dice_.below(4)) {
      case 0:
        return exponential.scaled(seconds_of(value));
      case 1:
        return lognormal.scaled(seconds_of(value));
      default:
        return Distribution::constant(value);
    }
  }

  Work work() {
    Work w;
    w.execution = law(longest_);
    if (dice_.chance(40)) w.handler = Duration(grid(2));
    w.is_final = dice_.chance(30);
    w.uses_tokens = dice_.chance(30);
    w.token_base = Duration(grid(1));
    w.per_input_token = Duration(grid(1));
    w.per_output_token = Duration(grid(1));
    if (dice_.chance(15)) {
      w.state = {.reads = static_cast<std::uint16_t>(dice_.below(3)),
                 .writes = static_cast<std::uint16_t>(dice_.below(3)),
                 .read_latency = law(2),
                 .write_latency = law(2)};
    }
    if (dice_.chance(20)) {
      w.parallel_fraction = dice_.one_of({0.5, 0.9, 1.0});
      w.threads = static_cast<std::uint32_t>(1 + dice_.below(4));
    }
    return w;
  }

  PoolPlan pool() {
    PoolPlan p;
    p.reuse_order = dice_.one_of({ReuseOrder::kMostRecentlyIdle, ReuseOrder::kMostRecentlyIdle,
                                  ReuseOrder::kNewestFirst, ReuseOrder::kOldestFirst,
                                  ReuseOrder::kLeastRecentlyUsed, ReuseOrder::kRandom});
    p.keep_alive = dice_.chance(10)   ? Duration::max()
                   : dice_.chance(15) ? Duration::zero()
                                      : Duration(grid(longest_ + 3));
    if (dice_.chance(30)) p.minimum_instances = static_cast<std::uint32_t>(1 + dice_.below(3));
    if (dice_.chance(50)) {
      const std::int64_t most = longest_ > 5 && dice_.chance(50) ? 90 : 4;
      p.max_instances =
          std::max(p.minimum_instances, static_cast<std::uint32_t>(1 + dice_.below(most)));
    }
    p.at_limit = dice_.one_of({AtLimit::kReject, AtLimit::kQueue});
    if (kind_.detailed) add_mechanisms(p);
    const auto components = dice_.below(5);
    for (std::int64_t i = 0; i < components; ++i) p.cold_start.push_back(component());
    if (dice_.chance(30)) p.init_limit = Duration(grid(4));
    if (dice_.chance(40)) {
      const auto quota = 1 + dice_.below(3);
      p.cpu = {.period = Duration(unit_ * (quota + dice_.below(3))),
               .quota = Duration(unit_ * quota)};
    }
    if (dice_.chance(25)) p.timeout = Duration(grid(10));
    p.metering = {.granularity = Duration(
                      dice_.one_of<std::int64_t>({1, unit_, unit_ + unit_ / 2 + 1, 100'000'000})),
                  .minimum = Duration(grid(3)),
                  .bills_init = dice_.chance(50),
                  .bills_requests = dice_.chance(80)};
    if (std::exchange(per_period_, false)) p.metering.basis = Metering::Basis::kPerActiveInstance;
    p.memory = Megabytes(128 * (1 + dice_.below(8)));
    p.memory_step = Megabytes(dice_.one_of<std::int64_t>({0, 1, 128}));
    const bool by_request = p.metering.basis == Metering::Basis::kPerRequest;
    p.bills_memory_used = by_request && p.minimum_instances == 0 && dice_.chance(40);
    p.vcpu = MilliVcpu(dice_.below(3) * 333);
    p.clock_mhz = dice_.below(3) * 400;
    return p;
  }

  /// Any mix of what only the detailed pool does; sometimes none, so that it runs as a plain one.
  void add_mechanisms(PoolPlan& p) {
    p.queue_limit = dice_.chance(40) ? 1'000'000 : static_cast<std::uint64_t>(dice_.below(5));
    if (dice_.chance(15)) return;
    if (dice_.chance(60)) {
      p.concurrency = static_cast<std::uint32_t>(dice_.one_of<std::int64_t>({2, 3, 5, 80}));
      p.vcpu_share = MilliVcpu(dice_.one_of<std::int64_t>({0, 1000, 1000, 1500, 2000, 3000}));
    }
    if (dice_.chance(25)) {
      p.keep_alive_rule = KeepAliveRule::kDrawn;
      p.idle_life = law(longest_ + 3);
    } else if (dice_.chance(25)) {
      p.keep_alive_rule = KeepAliveRule::kHalving;
    }
    if (dice_.chance(25)) p.maximum_life = Duration(unit_ * (1 + dice_.below(12)));
    if (dice_.chance(30)) {
      p.scale_out = {.burst = static_cast<std::uint32_t>(1 + dice_.below(3)),
                     .instances = static_cast<std::uint32_t>(1 + dice_.below(3)),
                     .period = Duration(unit_ * (1 + dice_.below(8)))};
    }
    if (dice_.chance(30)) p.patience = law(6);
    if (dice_.chance(30)) {
      p.retry = {.most = static_cast<std::uint16_t>(1 + dice_.below(3)),
                 .delay = law(3),
                 .factor = static_cast<std::uint32_t>(1 + dice_.below(3))};
      if (dice_.chance(50)) p.retry.longest = Duration(grid(6));
    }
    if (dice_.chance(25)) p.init_failure = 0.3;
    if (dice_.chance(30)) p.account_concurrency = static_cast<std::uint32_t>(1 + dice_.below(6));
    if (dice_.chance(30)) per_period_ = true;
    if (p.account_concurrency > 0 && dice_.chance(40)) {
      p.reserved.push_back({static_cast<std::uint32_t>(dice_.below(2)),
                            static_cast<std::uint32_t>(dice_.below(p.account_concurrency + 1))});
    }
    // In a part whose end is found by running the clock stops with its own requests.
    const bool ends_alone = kind_.splits && scenario_.plan.horizon.kind != Horizon::Kind::kAt;
    if (dice_.chance(30)) p.warm = warm();
    if (ends_alone && p.warm) {
      p.warm->schedule.clear();
      p.warm->tracking.reset();
    }
    if (!ends_alone && dice_.chance(35)) p.scaling = scaling();
    if (!ends_alone && p.keep_alive_rule == KeepAliveRule::kFixed && dice_.chance(30)) {
      p.keep_alive_rule = KeepAliveRule::kHistogram;
      p.idle_histogram = {.bin = Duration(unit_ * (1 + dice_.below(3))),
                          .bins = static_cast<std::uint32_t>(1 + dice_.below(8)),
                          .head = dice_.one_of({0.05, 0.5}),
                          .tail = dice_.one_of({0.6, 0.99}),
                          .margin = dice_.one_of({0.0, 0.1}),
                          .least_cv = dice_.one_of({0.0, 0.0, 1.0}),
                          .fewest = static_cast<std::uint32_t>(1 + dice_.below(3))};
    }
  }

  WarmCapacity warm() {
    WarmCapacity w;
    const auto some = [&] { return static_cast<std::uint32_t>(dice_.below(4)); };
    w.instances = some();
    w.provisioned = dice_.chance(60);
    w.lead = Duration(grid(3));
    w.configured_step = Duration(grid(4));
    if (dice_.chance(40)) {
      for (std::int64_t at = dice_.below(5), n = dice_.below(4); n > 0; --n) {
        w.schedule.push_back({Duration(unit_ * at), some()});
        at += 1 + dice_.below(6);
      }
      if (dice_.chance(60)) w.repeats = Duration(unit_ * 30);
    } else if (dice_.chance(40)) {
      TargetTracking rule;
      rule.target = dice_.one_of({0.3, 0.7, 1.0});
      rule.period = Duration(unit_ * (1 + dice_.below(6)));
      rule.cooldown = Duration(grid(10));
      rule.minimum = some();
      rule.maximum = rule.minimum + some();
      w.tracking = rule;
    }
    return w;
  }

  ScalingPolicy scaling() {
    ScalingPolicy s;
    s.rule = dice_.one_of({ScalingRule::kKnative, ScalingRule::kCloudRun});
    s.period = Duration(unit_ * (1 + dice_.below(4)));
    s.window = s.period * (1 + dice_.below(6)) + Duration(dice_.below(2));
    s.panic_window = std::min(s.period * (1 + dice_.below(3)), s.window);
    s.target = dice_.one_of({0.3, 0.6, 0.7, 1.0});
    s.panic_threshold = dice_.one_of({1.5, 2.0});
    s.most_up = dice_.one_of({2.0, 1000.0});
    s.most_down = dice_.one_of({1.5, 2.0});
    s.grace = Duration(grid(8));
    return s;
  }

  ColdComponent component() {
    ColdComponent c;
    c.load_at = dice_.one_of({LoadAt::kPlacement, LoadAt::kInit, LoadAt::kHandler});
    c.wall = law(3);
    if (c.load_at != LoadAt::kPlacement && dice_.chance(60)) c.cpu = Duration(grid(3));
    return c;
  }

  Dice dice_;
  bool per_period_ = false;
  ScenarioKind kind_;
  std::int64_t unit_;
  std::int64_t longest_;  ///< service, in units; a long workload may keep a hundred busy
  Scenario scenario_{};
};

std::string text(const Distribution& law) {
  std::ostringstream out;
  out << (law.is_constant() ? "constant " : "table, mean ") << law.mean().count();
  return out.str();
}

void describe_pool(std::ostream& out, const PoolPlan& p) {
  out << "  pool: reuse order " << int(p.reuse_order) << ", keep_alive " << p.keep_alive.count()
      << ", minimum " << p.minimum_instances << ", max " << p.max_instances
      << (p.at_limit == AtLimit::kQueue ? ", queue" : ", reject") << ", init_limit "
      << p.init_limit.count() << ", cpu " << p.cpu.quota.count() << "/" << p.cpu.period.count()
      << ", timeout " << p.timeout.count() << "\n  metering: granularity "
      << p.metering.granularity.count() << ", minimum " << p.metering.minimum.count()
      << ", bills_init " << p.metering.bills_init << ", bills_requests "
      << p.metering.bills_requests << ", memory " << p.memory.value() << " step "
      << p.memory_step.value() << " used " << p.bills_memory_used << ", vcpu " << p.vcpu.value()
      << ", clock " << p.clock_mhz << "\n";
  out << "  concurrency " << p.concurrency << " on " << p.vcpu_share.value()
      << " mvCPU, keep-alive rule " << int(p.keep_alive_rule) << " " << text(p.idle_life)
      << ", life " << p.maximum_life.count() << ", queue limit "
      << (p.queue_limit ? std::to_string(*p.queue_limit) : "none") << ", patience "
      << (p.patience ? text(*p.patience) : "none") << ", scale-out ";
  if (p.scale_out) {
    out << p.scale_out->burst << " + " << p.scale_out->instances << "/"
        << p.scale_out->period.count();
  }
  out << ", retry " << p.retry.most << " after " << text(p.retry.delay) << " x " << p.retry.factor
      << " <= " << p.retry.longest.count() << ", init failure " << p.init_failure << ", account "
      << p.account_concurrency << ", by period "
      << (p.metering.basis == Metering::Basis::kPerActiveInstance) << "\n";
  for (const ReservedConcurrency& r : p.reserved) {
    out << "  reserved: " << r.requests << " for function " << r.function << "\n";
  }
  if (p.warm) {
    out << "  warm: " << p.warm->instances << (p.warm->provisioned ? " provisioned" : " minimum")
        << ", lead " << p.warm->lead.count() << ", step " << p.warm->configured_step.count()
        << ", repeats " << p.warm->repeats.count();
    for (const auto& step : p.warm->schedule) {
      out << ", " << step.instances << " at " << step.at.count();
    }
    if (const auto& t = p.warm->tracking) {
      out << ", tracks " << t->target << " every " << t->period.count() << ", cooldown "
          << t->cooldown.count() << ", " << t->minimum << " to " << t->maximum;
    }
    out << "\n";
  }
  const ScalingPolicy& s = p.scaling;
  if (s.rule != ScalingRule::kPerRequest) {
    out << "  scaling: rule " << int(s.rule) << " every " << s.period.count() << " over "
        << s.window.count() << "/" << s.panic_window.count() << ", target " << s.target
        << ", panic at " << s.panic_threshold << ", up " << s.most_up << ", down " << s.most_down
        << ", grace " << s.grace.count() << "\n";
  }
  if (p.keep_alive_rule == KeepAliveRule::kHistogram) {
    const IdleHistogram& h = p.idle_histogram;
    out << "  histogram: " << h.bins << " of " << h.bin.count() << ", " << h.head << " to "
        << h.tail << " +- " << h.margin << ", cv " << h.least_cv << ", fewest " << h.fewest << "\n";
  }
  for (const ColdComponent& c : p.cold_start) {
    out << "  component: load_at " << int(c.load_at) << ", wall " << text(c.wall) << ", cpu "
        << c.cpu.count() << "\n";
  }
}

void describe_deployment(std::ostream& out, const DeploymentPlan& d) {
  if (d.split != Split::kNone) {
    out << (d.split == Split::kOverflow ? "overflow" : "versions") << " of " << d.parts.size()
        << " (weights";
    for (const double weight : d.weights) out << " " << weight;
    out << "):\n";
    for (const DeploymentPlan& part : d.parts) describe_deployment(out, part);
    return;
  }
  const Work& w = d.work;
  out << "deployment: execution " << text(w.execution) << ", handler " << w.handler.count()
      << ", final " << w.is_final << ", tokens " << w.uses_tokens << " (" << w.token_base.count()
      << ", " << w.per_input_token.count() << ", " << w.per_output_token.count() << "), network "
      << text(d.network) << ", state " << w.state.reads << " x " << text(w.state.read_latency)
      << " + " << w.state.writes << " x " << text(w.state.write_latency) << "\n";
  if (d.noise.per_request) out << "  noise " << text(*d.noise.per_request) << "\n";
  if (d.noise.per_instance) out << "  unlike " << text(*d.noise.per_instance) << "\n";
  if (w.threads > 1) out << "  parallel " << w.parallel_fraction << " on " << w.threads << "\n";
  if (const auto* pool = std::get_if<PoolPlan>(&d.side)) {
    describe_pool(out, *pool);
  } else {
    const auto& s = std::get<ServerPlan>(d.side);
    out << "  servers: " << s.replicas << " x " << s.workers_per_replica << ", queue limit "
        << (s.queue_limit ? std::to_string(*s.queue_limit) : "none") << ", patience "
        << (s.patience ? text(*s.patience) : "none") << ", " << s.vcpu_share.value()
        << " mvCPU with yield " << s.hyperthread_yield << "\n";
    if (s.breakdown) {
      out << "  breakdown: up " << text(s.breakdown->up) << ", down " << text(s.breakdown->down)
          << ", retries " << s.breakdown->retries << "\n";
    }
    if (s.batching) {
      out << "  batches of " << s.batching->maximum_size << " after "
          << s.batching->maximum_wait.count() << ", factors";
      for (const auto factor : s.batching->time_factor) out << " " << factor;
      out << "\n";
    }
    if (const auto& rule = s.autoscale) {
      out << "  autoscale: target " << rule->target_utilisation << ", period "
          << rule->period.count() << ", boot_lag " << rule->boot_lag.count() << ", cooldown "
          << rule->cooldown.count() << ", replicas " << rule->minimum << " to " << rule->maximum
          << "\n";
    }
  }
}

}  // namespace

Plan with_traffic(const Scenario& scenario) {
  Plan plan = scenario.plan;
  plan.traffic =
      std::make_shared<ScriptedTraffic>(scenario.requests, scenario.functions, scenario.independent,
                                        scenario.columns, scenario.block);
  return plan;
}

Scenario random_scenario(std::uint64_t number, ScenarioKind kind) {
  return Maker(number, kind).make();
}

std::string describe(const Scenario& s) {
  std::ostringstream out;
  out << s.functions << (s.independent ? " independent" : " merged") << " functions, seed "
      << s.seed.seed << "/" << s.seed.replication << ", blocks of " << s.block << ", warm_up "
      << ns_of(s.plan.warm_up) << ", horizon kind " << int(s.plan.horizon.kind) << " at "
      << ns_of(s.plan.horizon.at) << "\n";
  for (const DeploymentPlan& d : s.plan.deployments) describe_deployment(out, d);
  out << s.requests.size() << " requests (columns: number " << s.columns.number << ", word "
      << s.columns.work_word << ", execution " << s.columns.execution << ", cold "
      << s.columns.cold_execution << ", memory " << s.columns.memory << ", tokens "
      << s.columns.tokens << ")\n";
  for (std::size_t i = 0; i < s.requests.size() && i < 60; ++i) {
    const Request& r = s.requests[i];
    out << "  at " << r.at << " function " << r.function << " number " << r.number;
    if (s.columns.execution) out << " execution " << r.execution_ns;
    if (s.columns.cold_execution) out << " cold " << r.cold_execution_ns;
    if (s.columns.memory) out << " memory " << r.memory_mb;
    if (s.columns.tokens) out << " tokens " << r.input_tokens << "/" << r.output_tokens;
    out << "\n";
  }
  return out.str();
}

}  // namespace faascast::oracles
