#include "sim-core/workflow.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <memory>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "sim-core/deployment_run.h"
#include "sim-core/merged_source.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

/// A request that comes to a step.
struct Coming {
  std::int64_t at;
  std::uint32_t function;
  std::uint64_t number;
  friend bool operator>(const Coming& a, const Coming& b) {
    return std::tie(a.at, a.function, a.number) > std::tie(b.at, b.function, b.number);
  }
};

/// A request on its way.
struct Way {
  std::int64_t at = 0;
  std::int64_t last = 0;                 ///< end of a step, so far
  std::uint32_t under_way = 0;           ///< steps
  std::uint32_t over = 0;                ///< steps, those that were not taken too
  std::vector<std::uint32_t> missing{};  ///< by step: steps before it that are not over
  std::vector<std::int64_t> ready_at{};  ///< by step: when those before it were over, so far
  std::vector<bool> taken{};             ///< by step
};

using Key = std::pair<std::uint32_t, std::uint64_t>;  ///< function and number
struct KeyHash {
  std::size_t operator()(const Key& key) const { return mix64(mix64(key.first) ^ key.second); }
};

/// One step's deployment, and what comes to it.
struct Station {
  std::unique_ptr<Tally> tally{};
  std::unique_ptr<DeploymentRun> run{};
  ReplaySeed seed{};
  std::vector<Ledger::Ended> ended{};
  std::vector<std::size_t> next{};  ///< steps that come after it
  std::priority_queue<Coming, std::vector<Coming>, std::greater<Coming>> coming{};
  /// Its ends become known in the order of time: one pool. Else they are all known at the end.
  bool is_ordered = false;
  std::int64_t served_until = -1;  ///< all ends before this instant are known
};

class WorkflowReplay {
 public:
  WorkflowReplay(const Plan& plan, const std::vector<WorkflowStep>& steps,
                 const RunOptions& options)
      : plan_(plan), steps_(steps), options_(options), stations_(steps.size()) {
    window_.begin = ns_of(plan.warm_up);
    window_.kind = plan.horizon.kind;
    if (window_.kind == Horizon::Kind::kAt) {
      window_.end = std::max(ns_of(plan.horizon.at), window_.begin);
    }
    for (std::size_t s = 0; s < steps.size(); ++s) {
      Station& station = stations_[s];
      const DeploymentPlan& deployment = plan.deployments[steps[s].deployment];
      station.seed = options.seed;
      if (s > 0) station.seed.seed = mix64(options.seed.seed ^ mix64(s));
      station.tally = std::make_unique<Tally>(deployment, window_, options.timeline);
      if (plan.traffic->functions() > 1) station.tally->log_events();
      station.is_ordered =
          deployment.parts.empty() && plan.traffic->independent() && plan.traffic->functions() == 1;
      log_ends(*station.tally, &station.ended);
      station.run = make_deployment_run(deployment, station.seed, *station.tally);
      for (const std::size_t before : steps[s].after) {
        assert(before < s && "steps come after those that they follow");
        stations_[before].next.push_back(s);
      }
    }
  }

  WorkflowResult run() {
    read_all();
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      serve(s, kForEver);
      stations_[s].run->finish(plan_.traffic->functions(), out_.run.interrupted);
      take_ends(s);
    }
    for (const auto& [key, way] : ways_) {
      if (way.at >= window_.begin) ++out_.in_flight;  // a count: the order does not matter
    }
    collect();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::unique_ptr<ArrivalSource> source() const {
    const Traffic& traffic = *plan_.traffic;
    if (traffic.independent() && traffic.functions() > 1) {
      return std::make_unique<MergedSource>(traffic, options_.seed);
    }
    return traffic.open(0, options_.seed);
  }

  void read_all() {
    const auto in = source();
    Progress progress;
    progress.expected_requests = plan_.traffic->expected_requests(0);
    for (ArrivalBlock block = in->fill(); block.size() > 0; block = in->fill()) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (window_.kind == Horizon::Kind::kAt && block.at[i] >= ns_of(plan_.horizon.at)) return;
        arrive({block.at[i], block.function.empty() ? 0 : block.function[i],
                block.number.empty() ? block.first_number + i : block.number[i]});
      }
      for (std::size_t s = 0; s < steps_.size(); ++s) serve(s, known_until(s, block.at.back()));
      progress.requests += block.size();
      if (options_.monitor && !options_.monitor(progress)) {
        out_.run.interrupted = true;
        return;
      }
    }
  }

  /// Everything that comes to a step before this instant has come.
  [[nodiscard]] std::int64_t known_until(std::size_t step, std::int64_t read_until) const {
    std::int64_t until = read_until;
    for (const std::size_t before : steps_[step].after) {
      until = std::min(until, stations_[before].served_until);
    }
    return until;
  }

  void arrive(const Coming& coming) {
    out_.run.last_arrival = instant_at(coming.at);
    Way way;
    way.at = way.last = coming.at;
    way.ready_at.assign(steps_.size(), coming.at);
    for (const WorkflowStep& step : steps_) {
      way.missing.push_back(static_cast<std::uint32_t>(step.after.size()));
    }
    way.taken = choice(coming);
    Way& own = ways_[{coming.function, coming.number}] = std::move(way);
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      if (steps_[s].after.empty()) begin(s, own, coming);
    }
    if (own.under_way == 0) end_way(coming);
  }

  [[nodiscard]] std::vector<bool> choice(const Coming& coming) const {
    std::vector<bool> taken(steps_.size(), true);
    std::unordered_map<std::uint16_t, double> passed;  // of each branch: looked up only
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      const WorkflowStep& step = steps_[s];
      if (step.probability >= 1.0 && step.branch == 0) continue;
      const auto stream = static_cast<std::uint16_t>(step.branch > 0 ? 0x8000U + step.branch : s);
      const double u = Stream(options_.seed.seed, coming.function, Purpose::kBranch, stream,
                              options_.seed.replication)
                           .uniform(coming.number);
      double& from = passed[stream];
      taken[s] = u >= from && u < from + step.probability;
      from += step.probability;
    }
    return taken;
  }

  /// The steps before it are over.
  void begin(std::size_t step, Way& way, const Coming& coming) {
    if (way.taken[step]) {
      ++way.under_way;
      stations_[step].coming.push({way.ready_at[step], coming.function, coming.number});
    } else {
      pass(step, way, coming, way.ready_at[step]);
    }
  }
  void pass(std::size_t step, Way& way, const Coming& coming, std::int64_t at) {
    ++way.over;
    way.last = std::max(way.last, at);
    for (const std::size_t next : stations_[step].next) {
      way.ready_at[next] = std::max(way.ready_at[next], at);
      if (--way.missing[next] == 0) begin(next, way, coming);
    }
  }

  /// Serves what comes to a step before `until`, and hands on what ends.
  void serve(std::size_t step, std::int64_t until) {
    Station& station = stations_[step];
    while (!station.coming.empty() && station.coming.top().at < until) {
      std::size_t n = 0;
      for (; n < kArrivalBlock && !station.coming.empty() && station.coming.top().at < until; ++n) {
        const Coming& first = station.coming.top();
        at_[n] = first.at;
        function_[n] = first.function;
        number_[n] = first.number;
        work_[n] = word(station.seed, first, Purpose::kRequest, 1);
        network_[n] = word(station.seed, first, Purpose::kNetwork, 0);
        station.coming.pop();
      }
      Requests requests;
      requests.block.at = std::span(at_).first(n);
      if (plan_.traffic->functions() > 1 || !plan_.traffic->independent()) {
        requests.block.function = std::span(function_).first(n);
      }
      requests.block.number = std::span(number_).first(n);
      requests.work_words = std::span(work_).first(n);
      requests.network_words = std::span(network_).first(n);
      station.run->serve(requests);
      if (station.is_ordered) station.served_until = at_[n - 1];
      take_ends(step);
    }
  }
  static std::uint64_t word(ReplaySeed seed, const Coming& coming, Purpose purpose,
                            std::size_t which) {
    const Stream stream(seed.seed, coming.function, purpose, 0, seed.replication);
    return stream.words(coming.number)[which];
  }

  void take_ends(std::size_t step) {
    std::vector<Ledger::Ended> ended;
    ended.swap(stations_[step].ended);
    for (const Ledger::Ended& end : ended) {
      const auto at = ways_.find({end.function, end.number});
      assert(at != ways_.end() && "a request that ends was under way");
      Way& way = at->second;
      --way.under_way;
      way.last = std::max(way.last, end.at);
      const Coming coming{end.at, end.function, end.number};
      if (end.outcome == Outcome::kCompleted) pass(step, way, coming, end.at);
      if (way.under_way == 0) end_way(coming);
    }
  }

  void end_way(const Coming& coming) {
    const auto at = ways_.find({coming.function, coming.number});
    const Way& way = at->second;
    if (way.at >= window_.begin) {
      const bool all = way.over == steps_.size();
      ++(all ? out_.completed : out_.failed);
      if (all) out_.latency.add(way.last - way.at);
    }
    ways_.erase(at);
  }

  void collect() {
    out_.requests = out_.completed + out_.failed + out_.in_flight;
    out_.run.warm_up = plan_.warm_up;
    std::int64_t end = 0;
    for (const Station& station : stations_) end = std::max(end, end_of(*station.tally));
    out_.run.horizon = instant_at(end);
    out_.run.deployments.resize(plan_.deployments.size());
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      stations_[s].run->run_on(end);
      const std::size_t d = steps_[s].deployment;
      out_.run.deployments[d] = result_of(plan_.deployments[d], *stations_[s].tally, end);
    }
    for (const DeploymentResult& d : out_.run.deployments) {
      out_.run.fingerprint = mix64(out_.run.fingerprint ^ d.fingerprint);
    }
  }

  const Plan& plan_;
  const std::vector<WorkflowStep>& steps_;
  const RunOptions& options_;
  Window window_{};
  std::vector<Station> stations_;
  std::unordered_map<Key, Way, KeyHash> ways_{};
  WorkflowResult out_{};
  std::array<std::int64_t, kArrivalBlock> at_{};
  std::array<std::uint32_t, kArrivalBlock> function_{};
  std::array<std::uint64_t, kArrivalBlock> number_{};
  std::array<std::uint64_t, kArrivalBlock> work_{};
  std::array<std::uint64_t, kArrivalBlock> network_{};
};

}  // namespace

WorkflowResult run_workflow(const Plan& plan, const std::vector<WorkflowStep>& steps,
                            const RunOptions& options) {
  return WorkflowReplay(plan, steps, options).run();
}

}  // namespace faascast
