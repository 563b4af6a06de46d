#include "sim-core/split_run.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

#include "sim-core/random.h"

namespace faascast {
namespace {

/// Some requests of a block, as a block.
class Selection {
 public:
  const Requests& of(const Requests& all, const Places& places) {
    const ArrivalBlock& from = all.block;
    Requests requests;
    requests.only_function = all.only_function;
    requests.functions = all.functions;
    ArrivalBlock& block = requests.block;
    block.at = picked(from.at, places, at_);
    block.function = picked(from.function, places, function_);
    for (std::size_t i = 0; i < places.size(); ++i) number_[i] = all.number(places[i]);
    block.number = std::span(number_).first(places.size());
    block.work_word = picked(from.work_word, places, block_words_);
    block.execution_ns = picked(from.execution_ns, places, columns_[0]);
    block.cold_execution_ns = picked(from.cold_execution_ns, places, columns_[1]);
    block.memory_mb = picked(from.memory_mb, places, columns_[2]);
    block.input_tokens = picked(from.input_tokens, places, columns_[3]);
    block.output_tokens = picked(from.output_tokens, places, columns_[4]);
    requests.work_words = picked(all.work_words, places, work_words_);
    requests.network_words = picked(all.network_words, places, network_words_);
    requests.noise_words = picked(all.noise_words, places, noise_words_);
    selected_ = requests;
    return selected_;
  }

 private:
  template <class T>
  using Column = std::array<T, kArrivalBlock>;
  template <class T>
  static std::span<const T> picked(std::span<const T> from, const Places& places, Column<T>& to) {
    if (from.empty()) return {};
    for (std::size_t i = 0; i < places.size(); ++i) to[i] = from[places[i]];
    return std::span(to).first(places.size());
  }

  Requests selected_{};
  Column<std::int64_t> at_{};
  Column<std::uint32_t> function_{};
  Column<std::uint64_t> number_{};
  Column<std::uint64_t> block_words_{};
  Column<std::uint64_t> work_words_{};
  Column<std::uint64_t> network_words_{};
  Column<std::uint64_t> noise_words_{};
  std::array<Column<std::int64_t>, 5> columns_{};
};

/// What a fleet would turn away goes to a pool, in the same instant.
class OverflowRun final : public DeploymentRun {
 public:
  OverflowRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : tally_(tally),
        base_(make_deployment_run(plan.parts[0], seed, tally.parts[0], &overflowed_)),
        overflow_(make_deployment_run(plan.parts[1], seed, tally.parts[1])) {
    overflowed_.reserve(kArrivalBlock);
  }
  void serve(const Requests& requests) override {
    overflowed_.clear();
    base_->serve(requests);
    if (!overflowed_.empty()) overflow_->serve(selection_.of(requests, overflowed_));
  }
  void finish(std::uint32_t functions, bool stopped) override {
    base_->finish(functions, stopped);
    overflow_->finish(functions, stopped);
    run_on(end_of(tally_));
  }
  void run_on(std::int64_t end) override {
    base_->run_on(end);
    overflow_->run_on(end);
  }
  [[nodiscard]] std::int64_t next_event() const override {
    return std::min(base_->next_event(), overflow_->next_event());
  }
  void advance(std::int64_t until) override {
    base_->advance(until);
    overflow_->advance(until);
  }

 private:
  Tally& tally_;
  Places overflowed_{};
  std::unique_ptr<DeploymentRun> base_;
  std::unique_ptr<DeploymentRun> overflow_;
  Selection selection_{};
};

/// A request goes to the version in whose share of (0, 1) its draw falls.
class VersionsRun final : public DeploymentRun {
 public:
  VersionsRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : seed_(seed), tally_(tally), chosen_(plan.parts.size()) {
    assert(plan.weights.size() == plan.parts.size() && "a weight for each version");
    double sum = 0.0;
    for (std::size_t i = 0; i < plan.parts.size(); ++i) {
      runs_.push_back(make_deployment_run(plan.parts[i], seed, tally.parts[i]));
      shares_.push_back(sum += plan.weights[i]);
    }
  }
  void serve(const Requests& requests) override {
    for (Places& places : chosen_) places.clear();
    for (std::size_t i = 0; i < requests.size(); ++i) {
      chosen_[version_of(requests.function(i), requests.number(i))].push_back(i);
    }
    for (std::size_t v = 0; v < runs_.size(); ++v) {
      if (!chosen_[v].empty()) runs_[v]->serve(selection_.of(requests, chosen_[v]));
    }
  }
  void finish(std::uint32_t functions, bool stopped) override {
    for (const auto& run : runs_) run->finish(functions, stopped);
    run_on(end_of(tally_));
  }
  void run_on(std::int64_t end) override {
    for (const auto& run : runs_) run->run_on(end);
  }
  [[nodiscard]] std::int64_t next_event() const override {
    std::int64_t next = kNever;
    for (const auto& run : runs_) next = std::min(next, run->next_event());
    return next;
  }
  void advance(std::int64_t until) override {
    for (const auto& run : runs_) run->advance(until);
  }

 private:
  [[nodiscard]] std::size_t version_of(std::uint32_t function, std::uint64_t number) const {
    const Stream stream(seed_.seed, function, Purpose::kVersion, 0, seed_.replication);
    const double place = stream.uniform(number) * shares_.back();
    const auto at = std::upper_bound(shares_.begin(), shares_.end(), place);
    return std::min(static_cast<std::size_t>(at - shares_.begin()), shares_.size() - 1);
  }

  ReplaySeed seed_;
  Tally& tally_;
  std::vector<double> shares_{};  ///< cumulated weights
  std::vector<std::unique_ptr<DeploymentRun>> runs_{};
  std::vector<Places> chosen_;
  Selection selection_{};
};

/// The meters of all that has no parts, as one.
void gather(const Tally& tally, InstanceMeter& all) {
  if (tally.parts.empty()) all.merge(tally.meter);
  for (const Tally& part : tally.parts) gather(part, all);
}

void add(FunctionTotals& sum, const FunctionTotals& part) {
  sum.requests += part.requests;
  sum.cold_starts += part.cold_starts;
  sum.latency_sum_ns += part.latency_sum_ns;
  sum.latency_max_ns = std::max(sum.latency_max_ns, part.latency_max_ns);
}

void add(DeploymentResult& sum, const DeploymentResult& part) {
  sum.requests += part.requests;
  sum.completed += part.completed;
  sum.throttled += part.throttled;
  sum.timed_out += part.timed_out;
  sum.abandoned += part.abandoned;
  sum.failed += part.failed;
  sum.in_flight += part.in_flight;
  sum.cold_starts += part.cold_starts;
  sum.cold_affected += part.cold_affected;
  sum.own_starts += part.own_starts;
  sum.retries += part.retries;
  sum.batches += part.batches;
  sum.contention_ns += part.contention_ns;
  sum.latency.merge(part.latency);
  sum.execution.merge(part.execution);
  sum.cold_start.merge(part.cold_start);
  sum.wait.merge(part.wait);
  sum.instances.live_ns += part.instances.live_ns;
  sum.instances.busy_ns += part.instances.busy_ns;
  sum.instances.mean += part.instances.mean;
  sum.instances.busy_mean += part.instances.busy_mean;
  sum.instances.idle_mean += part.instances.idle_mean;
  sum.usage += part.usage;
  if (sum.functions.size() < part.functions.size()) sum.functions.resize(part.functions.size());
  for (std::size_t f = 0; f < part.functions.size(); ++f) {
    add(sum.functions[f], part.functions[f]);
  }
  sum.fingerprint = mix64(sum.fingerprint ^ part.fingerprint);
}

}  // namespace

std::unique_ptr<DeploymentRun> make_split_run(const DeploymentPlan& plan, ReplaySeed seed,
                                              Tally& tally) {
  assert(!plan.parts.empty() && "a split deployment has parts");
  if (plan.split == Split::kOverflow) return std::make_unique<OverflowRun>(plan, seed, tally);
  return std::make_unique<VersionsRun>(plan, seed, tally);
}

DeploymentResult split_result(const DeploymentPlan& plan, Tally& tally, std::int64_t at_least) {
  InstanceMeter all(tally.meter.window());
  all.log_events();
  gather(tally, all);
  const std::int64_t end = std::max(at_least, all.own_end());
  all.close(end);
  tally.meter = std::move(all);
  DeploymentResult result;
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    result.parts.push_back(result_of(plan.parts[i], tally.parts[i], end));
    add(result, result.parts.back());
    if (tally.timeline) tally.timeline->merge(*tally.parts[i].timeline);
  }
  if (tally.timeline) result.timeline = tally.timeline->timeline(tally.meter.window().end);
  result.instances.peak = tally.meter.peak();
  result.instances.expired = tally.meter.expired();
  return result;
}

}  // namespace faascast
