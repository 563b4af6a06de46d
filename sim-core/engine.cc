#include "sim-core/engine.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

#include "sim-core/deployment_run.h"
#include "sim-core/detailed_pool.h"
#include "sim-core/merged_source.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

/// Tells the caller of progress and hears whether to stop, from all threads.
class Watch {
 public:
  Watch(const Monitor& monitor, std::uint64_t expected) : monitor_(monitor), expected_(expected) {}

  /// @return false: stop
  bool goes_on(std::uint64_t replayed) {
    replayed_.fetch_add(replayed, std::memory_order_relaxed);
    if (!monitor_) return true;
    if (stopped_.load(std::memory_order_relaxed)) return false;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    const auto now = std::chrono::steady_clock::now();
    if (!lock || now < next_) return true;
    next_ = now + std::chrono::milliseconds(50);
    if (!monitor_({replayed_.load(std::memory_order_relaxed), expected_})) stopped_ = true;
    return !stopped_;
  }
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  const Monitor& monitor_;
  std::uint64_t expected_;
  std::atomic<std::uint64_t> replayed_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_{};
  std::chrono::steady_clock::time_point next_ =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
};

/// Cuts blocks at the horizon and adds the words that the deployments draw from.
class Reader {
 public:
  Reader(std::unique_ptr<ArrivalSource> source, std::uint32_t function, std::uint32_t functions,
         ReplaySeed seed, std::int64_t end, bool draws_work, bool draws_network, bool draws_noise)
      : source_(std::move(source)),
        function_(function),
        functions_(functions),
        seed_(seed),
        end_(end),
        draws_work_(draws_work),
        draws_network_(draws_network),
        draws_noise_(draws_noise) {}

  /// The next block; empty = no more.
  Requests next() {
    Requests requests;
    requests.only_function = function_;
    requests.functions = functions_;
    if (over_) return requests;
    requests.block = source_->fill();
    cut(requests.block);
    if (requests.size() == 0) return requests;
    last_arrival_ = requests.block.at.back();
    if (draws_work_) {
      requests.work_words = requests.block.work_word;
      if (requests.work_words.empty()) {
        requests.work_words = draw(requests, Purpose::kRequest, 1, work_streams_, work_words_);
      }
    }
    if (draws_network_) {
      requests.network_words =
          draw(requests, Purpose::kNetwork, 0, network_streams_, network_words_);
    }
    if (draws_noise_) {
      requests.noise_words = draw(requests, Purpose::kNoise, 0, noise_streams_, noise_words_);
    }
    return requests;
  }
  [[nodiscard]] std::int64_t last_arrival() const { return last_arrival_; }

 private:
  using Words = std::array<std::uint64_t, kArrivalBlock>;

  void cut(ArrivalBlock& block) {
    const auto kept = static_cast<std::size_t>(
        std::lower_bound(block.at.begin(), block.at.end(), end_) - block.at.begin());
    if (kept == block.size()) return;
    over_ = true;
    const auto shorten = [&](auto& column) {
      if (!column.empty()) column = column.first(kept);
    };
    shorten(block.at);
    shorten(block.function);
    shorten(block.number);
    shorten(block.work_word);
    shorten(block.execution_ns);
    shorten(block.cold_execution_ns);
    shorten(block.memory_mb);
    shorten(block.input_tokens);
    shorten(block.output_tokens);
  }

  std::span<const std::uint64_t> draw(const Requests& requests, Purpose purpose, std::size_t word,
                                      std::vector<std::optional<Stream>>& streams, Words& words) {
    const auto out = std::span(words).first(requests.size());
    if (!requests.many_functions() && requests.block.number.empty()) {
      const Stream& stream = stream_of(function_, purpose, streams);
      if (word == 0) stream.words(requests.block.first_number, out, {});
      if (word == 1) stream.words(requests.block.first_number, {}, out);
    } else {
      for (std::size_t i = 0; i < out.size(); ++i) {
        const Stream& stream = stream_of(requests.function(i), purpose, streams);
        out[i] = stream.words(requests.number(i))[word];
      }
    }
    return out;
  }
  const Stream& stream_of(std::uint32_t function, Purpose purpose,
                          std::vector<std::optional<Stream>>& streams) {
    const std::size_t index = function == function_ ? 0 : function + std::size_t{1};
    if (index >= streams.size()) streams.resize(index + 1);
    if (!streams[index]) {
      streams[index].emplace(seed_.seed, function, purpose, std::uint16_t{0}, seed_.replication);
    }
    return *streams[index];
  }

  std::unique_ptr<ArrivalSource> source_;
  std::uint32_t function_;
  std::uint32_t functions_;
  ReplaySeed seed_;
  std::int64_t end_;
  bool draws_work_;
  bool draws_network_;
  bool draws_noise_;
  bool over_ = false;
  std::int64_t last_arrival_ = 0;
  std::vector<std::optional<Stream>> work_streams_{};
  std::vector<std::optional<Stream>> network_streams_{};
  std::vector<std::optional<Stream>> noise_streams_{};
  Words work_words_{};
  Words network_words_{};
  Words noise_words_{};
};

/// What happens to one function's requests depends on the others.
bool couples_functions(const DeploymentPlan& plan, const Horizon& horizon) {
  if (!plan.parts.empty()) {
    return std::any_of(plan.parts.begin(), plan.parts.end(), [&](const DeploymentPlan& part) {
      return couples_functions(part, horizon);
    });
  }
  const auto* pool = std::get_if<PoolPlan>(&plan.side);
  if (pool == nullptr || pool->account_concurrency > 0 || pool->policy) return true;
  // What acts by the clock goes on until the end of the run, and that is all functions'.
  return acts_by_the_clock(*pool) && horizon.kind != Horizon::Kind::kAt;
}

/// One thread's books and pools, for all deployments.
class Desk {
 public:
  Desk(const Plan& plan, const RunOptions& options, Window window, bool many_functions)
      : plan_(plan),
        seed_(options.seed),
        window_(window),
        many_functions_(many_functions),
        keeps_timeline_(options.timeline),
        tallies_(plan.deployments.size()),
        runs_(plan.deployments.size()) {}

  DeploymentRun& run(std::size_t deployment) {
    if (!runs_[deployment]) {
      const DeploymentPlan& plan = plan_.deployments[deployment];
      tallies_[deployment] = std::make_unique<Tally>(plan, window_, keeps_timeline_);
      const bool is_pool = std::holds_alternative<PoolPlan>(plan.side);
      if (many_functions_ && is_pool) tallies_[deployment]->log_events();
      runs_[deployment] = make_deployment_run(plan, seed_, *tallies_[deployment]);
    }
    return *runs_[deployment];
  }
  /// @pre run(deployment) was called
  [[nodiscard]] Tally& own_tally(std::size_t deployment) { return *tallies_[deployment]; }
  /// Null where this desk has served nothing for the deployment.
  [[nodiscard]] const Tally* tally(std::size_t deployment) const {
    return tallies_[deployment].get();
  }
  void arrived(std::int64_t at) { last_arrival_ = std::max(last_arrival_, at); }
  [[nodiscard]] std::int64_t last_arrival() const { return last_arrival_; }

 private:
  const Plan& plan_;
  ReplaySeed seed_;
  Window window_;
  bool many_functions_;
  bool keeps_timeline_;
  std::vector<std::unique_ptr<Tally>> tallies_;
  std::vector<std::unique_ptr<DeploymentRun>> runs_;
  std::int64_t last_arrival_ = 0;
};

/// A stream of requests and the deployments that serve it, one after another, block by block.
struct Job {
  bool merges = false;  ///< all functions of independent traffic as one stream
  std::uint32_t function = 0;
  std::vector<std::size_t> deployments{};
  std::uint64_t work = 0;
};

class Replay {
 public:
  Replay(const Plan& plan, const RunOptions& options)
      : plan_(plan),
        traffic_(*plan.traffic),
        options_(options),
        watch_(options.monitor, expected()),
        desks_([this] { return Desk(plan_, options_, window(), spread()); }) {}

  RunResult run() {
    const int threads = options_.threads == 0 ? tbb::task_arena::automatic
                                              : static_cast<int>(std::min(options_.threads, 1024U));
    std::optional<tbb::global_control> more_than_cores;
    if (threads > tbb::info::default_concurrency()) {
      more_than_cores.emplace(tbb::global_control::max_allowed_parallelism,
                              static_cast<std::size_t>(threads));
    }
    tbb::task_arena arena(threads);
    arena.execute([&] {
      if (const ClosedLoop* loop = traffic_.closed_loop()) {
        run_clients(*loop);
      } else if (traffic_.independent()) {
        run_jobs(arena.max_concurrency());
      } else {
        run_merged(arena.max_concurrency() > 1);
      }
    });
    return collected();
  }

 private:
  [[nodiscard]] bool spread() const { return traffic_.independent() && traffic_.functions() > 1; }
  [[nodiscard]] std::uint64_t expected() const {
    std::uint64_t sum = 0;
    const std::uint32_t streams = traffic_.independent() ? traffic_.functions() : 1;
    for (std::uint32_t f = 0; f < streams; ++f) sum += traffic_.expected_requests(f);
    return sum * plan_.deployments.size();
  }
  [[nodiscard]] Window window() const {
    Window w;
    w.begin = ns_of(plan_.warm_up);
    w.kind = plan_.horizon.kind;
    if (w.kind == Horizon::Kind::kAt) w.end = std::max(ns_of(plan_.horizon.at), w.begin);
    return w;
  }
  [[nodiscard]] std::int64_t end_of_arrivals() const {
    return plan_.horizon.kind == Horizon::Kind::kAt ? ns_of(plan_.horizon.at)
                                                    : std::numeric_limits<std::int64_t>::max();
  }
  [[nodiscard]] Reader reader(std::unique_ptr<ArrivalSource> source, std::uint32_t function,
                              std::uint32_t functions,
                              const std::vector<std::size_t>& deployments) const {
    bool work = false;
    bool network = false;
    bool noise = false;
    for (const std::size_t d : deployments) {
      work = work || draws_work(plan_.deployments[d]);
      network = network || draws_network(plan_.deployments[d]);
      noise = noise || draws_noise(plan_.deployments[d]);
    }
    return {std::move(source), function, functions, options_.seed,
            end_of_arrivals(), work,     network,   noise};
  }

  /// Independent traffic: functions apart, and fleets on a stream of all functions.
  [[nodiscard]] std::vector<Job> jobs(int threads) const {
    const std::uint32_t functions = traffic_.functions();
    std::vector<std::size_t> pools;
    std::vector<std::size_t> fleets;
    for (std::size_t d = 0; d < plan_.deployments.size(); ++d) {
      (couples_functions(plan_.deployments[d], plan_.horizon) && functions > 1 ? fleets : pools)
          .push_back(d);
    }
    std::vector<Job> list;
    if (!fleets.empty()) list.push_back({true, 0, fleets, ~std::uint64_t{0}});
    if (pools.empty()) return list;
    const bool few = functions < 4U * static_cast<unsigned>(threads) && threads > 1;
    for (std::uint32_t f = 0; f < functions; ++f) {
      const std::uint64_t work = traffic_.expected_requests(f);
      if (few) {
        for (const std::size_t d : pools) list.push_back({false, f, {d}, work});
      } else {
        list.push_back({false, f, pools, work});
      }
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Job& a, const Job& b) { return a.work > b.work; });
    return list;
  }

  void run_jobs(int threads) {
    const std::vector<Job> list = jobs(threads);
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, list.size(), 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t i = range.begin(); i != range.end(); ++i) run_job(list[i]);
        },
        tbb::simple_partitioner());
  }

  void run_job(const Job& job) {
    if (watch_.stopped()) return;
    Desk& desk = desks_.local();
    std::unique_ptr<ArrivalSource> source;
    if (job.merges) {
      source = std::make_unique<MergedSource>(traffic_, options_.seed);
    } else {
      source = traffic_.open(job.function, options_.seed);
    }
    const std::uint32_t functions = job.merges ? traffic_.functions() : 1;
    Reader in = reader(std::move(source), job.function, functions, job.deployments);
    for (Requests block = in.next(); block.size() != 0; block = in.next()) {
      for (const std::size_t d : job.deployments) desk.run(d).serve(block);
      if (!watch_.goes_on(block.size() * job.deployments.size())) break;
    }
    desk.arrived(in.last_arrival());
    for (const std::size_t d : job.deployments) desk.run(d).finish(functions, watch_.stopped());
  }

  /// Clients that wait: each deployment has arrivals of its own.
  void run_clients(const ClosedLoop& loop) {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, plan_.deployments.size(), 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t d = range.begin(); d != range.end(); ++d) {
            Desk& desk = desks_.local();
            DeploymentRun& run = desk.run(d);
            desk.arrived(replay_clients(loop, plan_.deployments[d], run, desk.own_tally(d),
                                        options_.seed, end_of_arrivals(),
                                        [&](std::uint64_t n) { return watch_.goes_on(n); }));
            run.finish(1, watch_.stopped());
          }
        },
        tbb::simple_partitioner());
  }

  /// Merged traffic: one reader, each block for every deployment.
  void run_merged(bool in_parallel) {
    std::vector<std::size_t> all(plan_.deployments.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    Desk& desk = desks_.local();
    for (const std::size_t d : all) desk.run(d);
    const auto each = [&](const auto& act) {
      if (in_parallel && all.size() > 1) {
        tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t d) { act(desk.run(d)); });
      } else {
        for (const std::size_t d : all) act(desk.run(d));
      }
    };
    Reader in = reader(traffic_.open(0, options_.seed), 0, traffic_.functions(), all);
    for (Requests block = in.next(); block.size() != 0; block = in.next()) {
      each([&](DeploymentRun& run) { run.serve(block); });
      if (!watch_.goes_on(block.size() * all.size())) break;
    }
    desk.arrived(in.last_arrival());
    each([&](DeploymentRun& run) { run.finish(traffic_.functions(), watch_.stopped()); });
  }

  RunResult collected() {
    RunResult result;
    result.interrupted = watch_.stopped();
    result.warm_up = plan_.warm_up;
    for (const Desk& desk : desks_) {
      result.last_arrival = std::max(result.last_arrival, instant_at(desk.last_arrival()));
    }
    if (plan_.horizon.kind == Horizon::Kind::kAt) result.horizon = plan_.horizon.at;
    for (std::size_t d = 0; d < plan_.deployments.size(); ++d) {
      Tally total(plan_.deployments[d], window(), options_.timeline);
      for (const Desk& desk : desks_) {
        if (const Tally* part = desk.tally(d)) total.merge(*part);
      }
      result.deployments.push_back(result_of(plan_.deployments[d], total));
      result.horizon = std::max(result.horizon, instant_at(total.meter.horizon()));
      result.fingerprint = mix64(result.fingerprint ^ result.deployments.back().fingerprint);
    }
    return result;
  }

  const Plan& plan_;
  const Traffic& traffic_;
  const RunOptions& options_;
  Watch watch_;
  tbb::enumerable_thread_specific<Desk> desks_;
};

}  // namespace

RunResult run(const Plan& plan, const RunOptions& options) { return Replay(plan, options).run(); }

}  // namespace faascast
