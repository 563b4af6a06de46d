#include "sim-core/ledger.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sim-core/random.h"

namespace faascast {
namespace {

constexpr std::int64_t kVectorLimit = std::int64_t{1} << 51U;

Int128 total(const BlockSums& sums) {
  return (static_cast<Int128>(sums.high) << 32U) + static_cast<Int128>(sums.low);
}

std::uint64_t salt_of(std::uint32_t function) { return mix64(function + std::uint64_t{1}); }

/// Books a block's values whose buckets are known.
void book(DurationSummary& summary, const BlockSums& sums, std::span<const std::uint32_t> buckets) {
  summary.count += buckets.size();
  summary.sum_ns += total(sums);
  summary.max_ns = std::max(summary.max_ns, sums.max);
  for (const std::uint32_t bucket : buckets) summary.histogram.add_bucket(bucket);
}

}  // namespace

Ledger::Ledger(const DeploymentPlan& plan, Window window)
    : window_(window), uses_state_(!plan.work.state.empty()) {
  const auto* pool = std::get_if<PoolPlan>(&plan.side);
  if (pool == nullptr) return;
  bills_ = true;
  metering_ = pool->metering;
  memory_mb_ = pool->memory.value();
  memory_step_mb_ = std::max<std::int64_t>(pool->memory_step.value(), 1);
  bills_memory_used_ = pool->bills_memory_used;
}

FunctionTotals& Ledger::totals(std::uint32_t function) {
  if (function >= functions_.size()) functions_.resize(function + std::size_t{1});
  return functions_[function];
}

std::size_t Ledger::BatchHash::operator()(const BatchKey& key) const {
  return mix64(mix64(key.function) ^ key.number);
}

void Ledger::expect(Batch batch) {
  const BatchKey key{batch.function, batch.members.front().number};
  batches_under_way_->emplace(key, std::move(batch));
}

template <class Book>
void Ledger::for_each(const Request& request, bool is_over, Book book) {
  if (!batches_under_way_) {
    book(request, true);
    return;
  }
  const auto found = batches_under_way_->find({request.function, request.number});
  assert(found != batches_under_way_->end() && "a batch that is booked was expected");
  Request member = request;
  bool is_first = true;
  for (const Member& one : found->second.members) {
    member.number = one.number;
    member.at = one.at;
    member.network = one.network;
    book(member, std::exchange(is_first, false));
  }
  if (is_over) batches_under_way_->erase(found);
}

std::uint64_t Ledger::steps_of(std::int64_t billed) const {
  const Duration time = billed_duration(metering_, Duration(billed));
  return static_cast<std::uint64_t>(time / metering_.granularity);
}

std::uint64_t Ledger::sum_of_steps(std::span<const std::int64_t> ns, std::int64_t max) const {
  const std::int64_t minimum = metering_.minimum.count();
  const std::int64_t step = metering_.granularity.count();
  if (std::max({max, minimum, step}) < kVectorLimit) {
    return kernels().steps(ns.data(), ns.size(), minimum, step);
  }
  std::uint64_t sum = 0;
  for (const std::int64_t time : ns) sum += steps_of(time);
  return sum;
}

void Ledger::add(const ServedBlock& block) {
  const std::size_t n = block.at.size();
  const std::span<const std::int64_t> start = block.start.empty() ? block.at : block.start;
  const std::uint64_t salt = salt_of(block.function);
  if (log_ != nullptr) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t number = block.number.empty() ? block.first_number + i : block.number[i];
      const std::int64_t network = block.network.empty() ? 0 : block.network[i];
      log_->push_back({block.function, number, block.done[i] + network, Outcome::kCompleted});
    }
  }
  if (block.number.empty()) {
    fingerprint_ += kernels().marks({salt, block.first_number}, block.done.data(), n);
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      fingerprint_ += mark_of(salt, block.number[i], block.done[i], 0);
    }
  }
  busy_ns_ +=
      total(kernels().overlap(start.data(), block.done.data(), n, window_.begin, window_.end));
  const auto* counted = std::lower_bound(block.at.data(), block.at.data() + n, window_.begin);
  add_counted(block, static_cast<std::size_t>(counted - block.at.data()));
}

void Ledger::add_counted(const ServedBlock& block, std::size_t first) {
  const std::size_t n = block.at.size() - first;
  if (n == 0) return;
  const Kernels& k = kernels();
  const std::span<const std::int64_t> warm = block.warm.subspan(first);
  const auto buckets = std::span(buckets_).first(n);
  const BlockSums work = k.measure(warm.data(), n, buckets.data());
  book(execution_, work, buckets);

  BlockSums latency = work;
  const bool has_wait = !block.start.empty();
  if (has_wait || !block.cold.empty() || !block.network.empty()) {
    for (std::size_t i = 0; i < n; ++i) scratch_[i] = block.done[first + i] - block.at[first + i];
    if (!block.network.empty()) {
      for (std::size_t i = 0; i < n; ++i) scratch_[i] += block.network[first + i];
    }
    latency = k.measure(scratch_.data(), n, buckets.data());
  }
  book(latency_, latency, buckets);
  if (has_wait) {
    for (std::size_t i = 0; i < n; ++i) scratch_[i] = block.start[first + i] - block.at[first + i];
    const BlockSums wait = k.measure(scratch_.data(), n, buckets.data());
    book(wait_, wait, buckets);
  } else {
    wait_.count += n;
    wait_.histogram.add(0, n);
  }
  completed_ += n;
  if (uses_state_) with_state_ += n;
  std::uint64_t steps = bills_ ? sum_of_steps(warm, work.max) : 0;
  std::uint64_t cold = 0;
  for (const ServedBlock::Cold& c : block.cold) {
    if (c.index < first) continue;
    ++cold;
    cold_start_.add(c.stay.busy - block.warm[c.index]);
    steps += steps_of(c.stay.billed) - steps_of(block.warm[c.index]);
  }
  cold_ += cold;
  if (bills_) {
    billed_requests_ += n;
    billed_steps_ += steps;
    memory_steps_ += static_cast<Int128>(steps) * billed_memory(ArrivalBlock::kAbsent);
  }
  FunctionTotals& own = totals(block.function);
  own.requests += n;
  own.cold_starts += cold;
  own.latency_sum_ns += total(latency);
  own.latency_max_ns = std::max(own.latency_max_ns, latency.max);
  if (timeline_ != nullptr) tell_of(block, first);
}

void Ledger::tell_of(const ServedBlock& block, std::size_t first) {
  for (std::size_t i = first; i < block.at.size(); ++i) {
    const std::int64_t network = block.network.empty() ? 0 : block.network[i];
    timeline_->completed(block.at[i], block.done[i] - block.at[i] + network);
  }
  for (const ServedBlock::Cold& c : block.cold) {
    if (c.index >= first) timeline_->cold(block.at[c.index]);
  }
}

std::int64_t Ledger::billed_memory(std::int64_t used_mb) const {
  if (!bills_memory_used_) return memory_mb_;
  const std::int64_t used =
      std::max<std::int64_t>(used_mb == ArrivalBlock::kAbsent ? memory_mb_ : used_mb, 1);
  return (used + memory_step_mb_ - 1) / memory_step_mb_ * memory_step_mb_;
}

void Ledger::bill(const Request& request, std::int64_t billed, bool provisioned) {
  if (!bills_) return;
  ++billed_requests_;
  if (metering_.basis == Metering::Basis::kPerActiveInstance) return;
  const std::uint64_t steps = steps_of(billed);
  const Int128 memory_steps = static_cast<Int128>(steps) * billed_memory(request.memory_mb);
  if (provisioned) {
    provisioned_steps_ += memory_steps;
  } else {
    billed_steps_ += steps;
    memory_steps_ += memory_steps;
  }
}

void Ledger::add(const Request& request, std::int64_t start, const Stay& stay) {
  add_busy(start, start + stay.busy);
  if (request.at >= window_.begin) bill(request, stay.billed, false);
  add_served(request, start, stay);
}

void Ledger::add_busy(std::int64_t from, std::int64_t to) {
  from = std::max(from, window_.begin);
  to = std::min(to, window_.end);
  if (to > from) busy_ns_ += to - from;
}

void Ledger::bill_period(std::int64_t from, std::int64_t billed, bool provisioned) {
  if (!bills_ || from < window_.begin) return;
  const std::uint64_t steps = steps_of(billed);
  if (!provisioned) billed_steps_ += steps;
  (provisioned ? provisioned_steps_ : memory_steps_) += static_cast<Int128>(steps) * memory_mb_;
}

void Ledger::add_served(const Request& request, std::int64_t start, const Stay& stay) {
  if (!batches_under_way_) {
    book_served(request, start, stay);
    return;
  }
  for_each(request, true, [&](const Request& member, bool is_first) {
    Stay own = stay;
    own.cold = stay.cold && is_first;  // one instance started
    own.joined = stay.joined || (stay.cold && !is_first);
    if (is_first && stay.outcome == Outcome::kCompleted) add_batch(member);
    book_served(member, start, own);
  });
}

void Ledger::book_served(const Request& request, std::int64_t start, const Stay& stay) {
  const std::int64_t done = start + stay.busy;
  if (log_ != nullptr) {
    log_->push_back({request.function, request.number, done + request.network, stay.outcome});
  }
  fingerprint_ += mark_of(salt_of(request.function), request.number, done,
                          static_cast<std::uint64_t>(stay.outcome));
  if (request.at < window_.begin) return;
  if (uses_state_ && !request.own_time) ++with_state_;
  FunctionTotals& own = totals(request.function);
  ++own.requests;
  if (stay.cold) ++own.cold_starts;
  if (stay.cold) ++cold_;
  if (stay.cold && timeline_ != nullptr) timeline_->cold(request.at);
  if (stay.joined) ++joined_;
  if (stay.outcome == Outcome::kTimedOut) {
    ++timed_out_;
    return;
  }
  ++completed_;
  const std::int64_t latency = done - request.at + request.network;
  latency_.add(latency);
  execution_.add(request.warm);
  wait_.add(start - request.at);
  if (stay.cold) cold_start_.add(stay.busy - stay.slowed - request.warm);
  contention_ns_ += stay.slowed;
  if (timeline_ != nullptr) timeline_->completed(request.at, latency);
  own.latency_sum_ns += latency;
  own.latency_max_ns = std::max(own.latency_max_ns, latency);
}

void Ledger::add_failed_start(const Request& request, bool joined) {
  for_each(request, false, [&](const Request& member, bool is_first) {
    if (member.at < window_.begin) return;
    if (joined || !is_first) {
      ++joined_;
      return;
    }
    ++cold_;
    ++totals(member.function).cold_starts;
  });
}

void Ledger::add_failed(const Request& request, std::int64_t at) {
  for_each(request, true, [&](const Request& member, bool) {
    add_unserved(member, at, Outcome::kFailed);
    if (member.at >= window_.begin) ++failed_;
  });
}

void Ledger::add_abandoned(const Request& request, std::int64_t at) {
  for_each(request, true, [&](const Request& member, bool) {
    add_unserved(member, at, Outcome::kTimedOut);
    if (member.at < window_.begin) return;
    ++timed_out_;
    ++abandoned_;
  });
}

void Ledger::add_retry(const Request& request) {
  for_each(request, false, [&](const Request& member, bool) {
    if (member.at >= window_.begin) ++retries_;
  });
}

void Ledger::add_unserved(const Request& request, std::int64_t at, Outcome outcome) {
  if (log_ != nullptr) log_->push_back({request.function, request.number, at, outcome});
  fingerprint_ +=
      mark_of(salt_of(request.function), request.number, at, static_cast<std::uint64_t>(outcome));
  if (request.at >= window_.begin) ++totals(request.function).requests;
}

void Ledger::add_throttled(const Request& request) {
  for_each(request, true, [&](const Request& member, bool) {
    add_unserved(member, request.at, Outcome::kThrottled);
    if (member.at >= window_.begin) ++throttled_;
    if (timeline_ != nullptr) timeline_->throttled(member.at);
  });
}

void Ledger::add_unfinished(const Request& request) {
  for_each(request, true, [&](const Request& member, bool) {
    if (member.at < window_.begin) return;
    ++in_flight_;
    ++totals(member.function).requests;
  });
}

void Ledger::merge(const Ledger& other) {
  completed_ += other.completed_;
  throttled_ += other.throttled_;
  timed_out_ += other.timed_out_;
  in_flight_ += other.in_flight_;
  cold_ += other.cold_;
  joined_ += other.joined_;
  abandoned_ += other.abandoned_;
  failed_ += other.failed_;
  retries_ += other.retries_;
  batches_ += other.batches_;
  with_state_ += other.with_state_;
  contention_ns_ += other.contention_ns_;
  billed_requests_ += other.billed_requests_;
  billed_steps_ += other.billed_steps_;
  memory_steps_ += other.memory_steps_;
  provisioned_steps_ += other.provisioned_steps_;
  own_starts_ += other.own_starts_;
  busy_ns_ += other.busy_ns_;
  fingerprint_ += other.fingerprint_;
  latency_.merge(other.latency_);
  execution_.merge(other.execution_);
  cold_start_.merge(other.cold_start_);
  wait_.merge(other.wait_);
  if (functions_.size() < other.functions_.size()) functions_.resize(other.functions_.size());
  for (std::size_t f = 0; f < other.functions_.size(); ++f) {
    FunctionTotals& own = functions_[f];
    own.requests += other.functions_[f].requests;
    own.cold_starts += other.functions_[f].cold_starts;
    own.latency_sum_ns += other.functions_[f].latency_sum_ns;
    own.latency_max_ns = std::max(own.latency_max_ns, other.functions_[f].latency_max_ns);
  }
}

DeploymentResult Ledger::result(const DeploymentPlan& plan) const {
  DeploymentResult r;
  r.requests = completed_ + throttled_ + timed_out_ + failed_ + in_flight_;
  r.completed = completed_;
  r.throttled = throttled_;
  r.timed_out = timed_out_;
  r.in_flight = in_flight_;
  r.cold_starts = cold_;
  r.cold_affected = cold_ + joined_;
  r.abandoned = abandoned_;
  r.failed = failed_;
  r.retries = retries_;
  r.batches = batches_;
  r.contention_ns = contention_ns_;
  r.own_starts = own_starts_;
  r.latency = latency_;
  r.execution = execution_;
  r.cold_start = cold_start_;
  r.wait = wait_;
  r.functions = functions_;
  r.fingerprint = mix64(fingerprint_);
  Usage& usage = r.usage;
  if (const auto* pool = std::get_if<PoolPlan>(&plan.side)) {
    const Int128 step_ns = pool->metering.granularity.count();
    if (pool->metering.bills_requests) usage[Meter::kRequests] = billed_requests_;
    usage[Meter::kMemoryTime] = memory_steps_ * step_ns;
    usage[Meter::kProvisionedExecution] = provisioned_steps_ * step_ns;
    usage[Meter::kVcpuTime] = billed_steps_ * step_ns * pool->vcpu.value();
    usage[Meter::kClockTime] = billed_steps_ * step_ns * pool->clock_mhz;
  }
  usage[Meter::kBytesIn] = static_cast<Int128>(completed_) * plan.request_bytes.value();
  usage[Meter::kBytesOut] = static_cast<Int128>(completed_) * plan.response_bytes.value();
  usage[Meter::kConnections] = r.requests;
  usage[Meter::kStateReads] = static_cast<Int128>(with_state_) * plan.work.state.reads;
  usage[Meter::kStateWrites] = static_cast<Int128>(with_state_) * plan.work.state.writes;
  return r;
}

}  // namespace faascast
