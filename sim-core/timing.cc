#include "sim-core/timing.h"

#include <algorithm>
#include <array>
#include <limits>

namespace faascast {
namespace {

constexpr std::int64_t kLongestCpu = (std::int64_t{1} << 51U) - 1;

std::int64_t bounded(std::int64_t ns) { return std::clamp<std::int64_t>(ns, 0, kLongestTime); }
std::int64_t bounded(Int128 ns) {
  return ns < 0 ? 0 : static_cast<std::int64_t>(std::min<Int128>(ns, kLongestTime));
}

}  // namespace

Timing::Timing(const DeploymentPlan& plan, ReplaySeed seed)
    : work_(plan.work),
      network_(plan.network),
      has_network_(!plan.network.is_constant() || plan.network.mean() > Duration::zero()),
      timeout_(std::numeric_limits<std::int64_t>::max()),
      seed_(seed) {
  work_.handler = Duration(bounded(work_.handler.count()));
  if (!work_.is_final) {
    noise_ = plan.noise.per_request;
    if (work_.threads > 1 && work_.parallel_fraction > 0.0) {
      token_share_ = 1.0 - work_.parallel_fraction + work_.parallel_fraction / work_.threads;
      work_.execution = work_.execution.scaled(token_share_);
    }
  }
  const auto* pool = std::get_if<PoolPlan>(&plan.side);
  if (pool == nullptr) return;
  throttles_ = pool->cpu.quota > Duration::zero() && pool->cpu.period > pool->cpu.quota;
  if (throttles_) {
    law_.period = bounded(pool->cpu.period.count());
    law_.quota = pool->cpu.quota.count();
    const Int128 longest = static_cast<Int128>(kLongestTime / law_.period) * law_.quota;
    law_.longest = static_cast<std::int64_t>(std::min<Int128>(longest, kLongestCpu));
  }
  if (!work_.is_final) unlike_ = plan.noise.per_instance;
  needs_cpu_ = (throttles_ && !work_.is_final) || unlike_;
  for (const ColdComponent& c : pool->cold_start) {
    cold_.push_back({c.load_at, c.wall, bounded(c.cpu.count())});
  }
  init_limit_ = pool->init_limit.count();
  if (pool->timeout > Duration::zero()) timeout_ = pool->timeout.count();
  bills_init_ = pool->metering.bills_init;
}

std::int64_t Timing::stretched(std::int64_t cpu) const {
  if (!throttles_) return cpu;
  const CpuLaw law{Duration(law_.period), Duration(law_.quota)};
  return law.elapsed(Duration(std::min(cpu, law_.longest))).count();
}

std::int64_t Timing::token_time(const Requests& requests, std::size_t i) const {
  const auto tokens = [&](std::span<const std::int64_t> column) {
    return static_cast<Int128>(std::max<std::int64_t>(Requests::cell(column, i), 0));
  };
  const std::int64_t ns =
      bounded(static_cast<Int128>(work_.token_base.count()) +
              work_.per_input_token.count() * tokens(requests.block.input_tokens) +
              work_.per_output_token.count() * tokens(requests.block.output_tokens));
  if (token_share_ == 1.0) return ns;
  return static_cast<std::int64_t>(static_cast<double>(ns) * token_share_);
}

std::int64_t Timing::of_batch(const Requests& requests, std::size_t i, std::int64_t ns) {
  if (requests.time_factor.empty()) return ns;
  return bounded(static_cast<Int128>(ns) * requests.time_factor[i] / 1000);
}

void Timing::add_noise(const Requests& requests, std::span<std::int64_t> ns) const {
  if (noise_->is_constant()) {
    const std::int64_t factor = noise_->mean().count();
    for (std::int64_t& t : ns) t = Noise::applied(t, factor);
    return;
  }
  std::array<std::int64_t, kArrivalBlock> factors;
  noise_->at_words(requests.noise_words, std::span(factors).first(ns.size()));
  for (std::size_t i = 0; i < ns.size(); ++i) ns[i] = Noise::applied(ns[i], factors[i]);
}

std::int64_t Timing::state_time(std::uint32_t function, std::uint64_t number) const {
  const Work::State& state = work_.state;
  Int128 sum = 0;
  for (std::uint16_t k = 0; k < std::max(state.reads, state.writes); ++k) {
    const Stream stream(seed_.seed, function, Purpose::kState, k, seed_.replication);
    const std::array<std::uint64_t, 2> words = stream.words(number);
    if (k < state.reads) sum += state.read_latency.at_word(words[0]).count();
    if (k < state.writes) sum += state.write_latency.at_word(words[1]).count();
  }
  return bounded(sum);
}

void Timing::warm(const Requests& requests, std::span<std::int64_t> ns) const {
  const std::span<const std::int64_t> own = requests.block.execution_ns;
  if (work_.execution.is_constant()) {
    std::fill(ns.begin(), ns.end(), bounded(work_.execution.mean().count()));
  } else {
    work_.execution.at_words(requests.work_words, ns);
    for (std::int64_t& t : ns) t = std::min(t, kLongestTime);
  }
  if (work_.handler != Duration::zero()) {
    for (std::int64_t& t : ns) t += work_.handler.count();
  }
  if (work_.uses_tokens) {
    for (std::size_t i = 0; i < ns.size(); ++i) ns[i] += token_time(requests, i);
  }
  if (noise_) add_noise(requests, ns);
  if (!requests.time_factor.empty()) {
    for (std::size_t i = 0; i < ns.size(); ++i) ns[i] = of_batch(requests, i, ns[i]);
  }
  if (throttles_ && !work_.is_final) kernels().cpu_law(law_, ns.data(), ns.size());
  if (!work_.state.empty()) {
    for (std::size_t i = 0; i < ns.size(); ++i) {
      ns[i] = bounded(static_cast<Int128>(ns[i]) +
                      state_time(requests.function(i), requests.number(i)));
    }
  }
  if (own.empty()) return;
  for (std::size_t i = 0; i < ns.size(); ++i) {
    if (own[i] != ArrivalBlock::kAbsent) ns[i] = of_batch(requests, i, bounded(own[i]));
  }
}

void Timing::network(const Requests& requests, std::span<std::int64_t> ns) const {
  if (!has_network_) return;
  if (network_.is_constant()) {
    std::fill(ns.begin(), ns.end(), network_.mean().count());
  } else {
    network_.at_words(requests.network_words, ns);
  }
  if (requests.block.execution_ns.empty()) return;
  for (std::size_t i = 0; i < ns.size(); ++i) {
    if (requests.has_own_time(i)) ns[i] = 0;
  }
}

std::int64_t Timing::work_cpu(const Requests& requests, std::size_t i) const {
  const Duration draw = work_.execution.is_constant()
                            ? work_.execution.mean()
                            : work_.execution.at_word(requests.work_words[i]);
  std::int64_t ns = bounded(draw.count()) + work_.handler.count();
  if (work_.uses_tokens) ns += token_time(requests, i);
  if (!noise_) return of_batch(requests, i, ns);
  const Duration factor =
      noise_->is_constant() ? noise_->mean() : noise_->at_word(requests.noise_words[i]);
  return of_batch(requests, i, Noise::applied(ns, factor.count()));
}

std::int64_t Timing::instance_factor(std::uint32_t function, std::uint64_t number,
                                     std::uint16_t sub_stream) const {
  if (unlike_->is_constant()) return unlike_->mean().count();
  const Stream stream(seed_.seed, function, Purpose::kInstance, sub_stream, seed_.replication);
  return unlike_->at_word(stream.words(number)[0]).count();
}

std::int64_t Timing::on_instance(std::int64_t warm, std::int64_t cpu, std::int64_t factor) const {
  return stretched(Noise::applied(cpu, factor)) + (warm - stretched(cpu));
}

std::int64_t Timing::wall_of(std::size_t component, std::uint32_t function, std::uint64_t number,
                             std::uint16_t first_sub_stream) const {
  const Distribution& wall = cold_[component].wall;
  if (wall.is_constant()) return wall.mean().count();
  const Stream stream(seed_.seed, function, Purpose::kColdStart,
                      static_cast<std::uint16_t>(first_sub_stream + component), seed_.replication);
  return wall.at_word(stream.words(number)[0]).count();
}

Timing::OwnStart Timing::own_start(std::uint32_t function, std::uint64_t number) const {
  Int128 before = 0;
  Int128 init = 0;
  Int128 cpu = 0;
  for (std::size_t k = 0; k < cold_.size(); ++k) {
    const std::int64_t wall = wall_of(k, function, number, kOwnStart);
    const bool in_handler = cold_[k].load_at == LoadAt::kHandler;
    (cold_[k].load_at == LoadAt::kPlacement ? before : init) += wall;
    if (in_handler) {
      cpu += cold_[k].cpu;
    } else {
      (cold_[k].load_at == LoadAt::kPlacement ? before : init) += cold_[k].cpu;
    }
  }
  return {bounded(before), bounded(init + stretched(bounded(cpu)))};
}

Request Timing::request(const Requests& requests, std::size_t i, std::int64_t warm,
                        std::int64_t network) const {
  Request r;
  r.number = requests.number(i);
  r.function = requests.function(i);
  r.at = requests.block.at[i];
  r.warm = warm;
  r.network = network;
  r.memory_mb = Requests::cell(requests.block.memory_mb, i);
  r.own_time = requests.has_own_time(i);
  r.own_cold =
      r.own_time ? Requests::cell(requests.block.cold_execution_ns, i) : ArrivalBlock::kAbsent;
  if (!requests.time_factor.empty() && r.own_cold != ArrivalBlock::kAbsent) {
    r.own_cold += warm - bounded(requests.block.execution_ns[i]);
  }
  return r;
}

Stay Timing::cold_stay(const Request& request, std::int64_t work_time) const {
  if (request.own_cold != ArrivalBlock::kAbsent) {
    const std::int64_t own = bounded(request.own_cold);
    const bool late = own > timeout_;
    const std::int64_t busy = late ? timeout_ : own;
    return {.busy = busy,
            .billed = busy,
            .cold = true,
            .outcome = late ? Outcome::kTimedOut : Outcome::kCompleted};
  }
  Int128 before = 0;  // placement
  Int128 init_wall = 0;
  Int128 init_cpu = 0;
  Int128 wall = 0;  // of the handler part
  Int128 cpu = 0;
  for (std::size_t k = 0; k < cold_.size(); ++k) {
    const Component& c = cold_[k];
    const Int128 drawn = wall_of(k, request.function, request.number, 0);
    switch (c.load_at) {
      case LoadAt::kPlacement:
        before += drawn + c.cpu;
        break;
      case LoadAt::kInit:
        init_wall += drawn;
        init_cpu += c.cpu;
        break;
      case LoadAt::kHandler:
        wall += drawn;
        cpu += c.cpu;
        break;
    }
  }
  Int128 init = init_wall + init_cpu;
  if (init_limit_ > 0 && init > init_limit_) {
    init = init_limit_;
    wall += init_wall;
    cpu += init_cpu;
  }
  const bool final_work = request.own_time || work_.is_final;
  Int128 handler = wall;
  if (final_work || !throttles_) {
    handler += static_cast<Int128>(stretched(bounded(cpu))) + request.warm;
  } else {
    handler += stretched(bounded(cpu + work_time));
    if (!work_.state.empty()) handler += state_time(request.function, request.number);
  }
  const bool late = handler > timeout_;
  if (late) handler = timeout_;
  return {.busy = bounded(before + init + handler),
          .billed = bounded(handler + (bills_init_ ? init : 0)),
          .start = bounded(before + init),
          .cold = true,
          .outcome = late ? Outcome::kTimedOut : Outcome::kCompleted};
}

}  // namespace faascast
