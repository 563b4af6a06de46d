#include "tests/oracles/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>
#include <variant>

#include "sim-core/random.h"
#include "tests/oracles/reference_internal.h"

namespace faascast::oracles {

Int128 Samples::sum() const {
  Int128 total = 0;
  for (const std::int64_t value : ns) total += value;
  return total;
}

std::int64_t Samples::max() const {
  return ns.empty() ? 0 : *std::max_element(ns.begin(), ns.end());
}

std::int64_t Samples::quantile(double q) const {
  std::vector<std::int64_t> sorted;
  for (const std::int64_t value : ns) sorted.push_back(std::max<std::int64_t>(value, 0));
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted.at(std::max<std::size_t>(rank, 1) - 1);
}

std::vector<Request> read_all(const Plan& plan, ReplaySeed seed) {
  std::vector<Request> all;
  const std::uint32_t streams = plan.traffic->independent() ? plan.traffic->functions() : 1;
  for (std::uint32_t stream = 0; stream < streams; ++stream) {
    const auto source = plan.traffic->open(stream, seed);
    for (ArrivalBlock block = source->fill(); block.size() > 0; block = source->fill()) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        const auto cell = [i](std::span<const std::int64_t> column) {
          return column.empty() ? ArrivalBlock::kAbsent : column[i];
        };
        all.push_back({.at = block.at[i],
                       .function = block.function.empty() ? stream : block.function[i],
                       .number = block.number.empty() ? block.first_number + i : block.number[i],
                       .execution_ns = cell(block.execution_ns),
                       .cold_execution_ns = cell(block.cold_execution_ns),
                       .memory_mb = cell(block.memory_mb),
                       .input_tokens = cell(block.input_tokens),
                       .output_tokens = cell(block.output_tokens)});
      }
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Request& a, const Request& b) {
    return std::tie(a.at, a.function, a.number) < std::tie(b.at, b.function, b.number);
  });
  if (plan.horizon.kind == Horizon::Kind::kAt) {
    std::erase_if(all, [&](const Request& r) { return r.at >= ns_of(plan.horizon.at); });
  }
  return all;
}

std::int64_t work_ns(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed) {
  const Work& work = deployment.work;
  const Stream stream(seed.seed, r.function, Purpose::kRequest, 0, seed.replication);
  double share = 1.0;  // of the time on one CPU
  if (work.threads > 1 && !work.is_final) {
    share = 1.0 - work.parallel_fraction + work.parallel_fraction / work.threads;
  }
  const Distribution law = share == 1.0 ? work.execution : work.execution.scaled(share);
  std::int64_t ns = law.at_word(stream.words(r.number)[1]).count();
  if (work.uses_tokens) {
    std::int64_t tokens = work.token_base.count();
    tokens += work.per_input_token.count() * std::max<std::int64_t>(r.input_tokens, 0);
    tokens += work.per_output_token.count() * std::max<std::int64_t>(r.output_tokens, 0);
    ns += static_cast<std::int64_t>(static_cast<double>(tokens) * share);
  }
  ns += work.handler.count();
  if (!deployment.noise.per_request || work.is_final) return ns;
  const Stream noise(seed.seed, r.function, Purpose::kNoise, 0, seed.replication);
  return Noise::applied(ns,
                        deployment.noise.per_request->at_word(noise.words(r.number)[0]).count());
}

std::int64_t state_ns(const Work& work, const Request& r, ReplaySeed seed) {
  std::int64_t ns = 0;
  const auto words = [&](std::uint16_t operation) {
    return Stream(seed.seed, r.function, Purpose::kState, operation, seed.replication)
        .words(r.number);
  };
  for (std::uint16_t i = 0; i < work.state.reads; ++i) {
    ns += work.state.read_latency.at_word(words(i)[0]).count();
  }
  for (std::uint16_t i = 0; i < work.state.writes; ++i) {
    ns += work.state.write_latency.at_word(words(i)[1]).count();
  }
  return ns;
}

std::int64_t network_ns(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed) {
  if (r.execution_ns != ArrivalBlock::kAbsent) return 0;  // a final duration
  const Stream stream(seed.seed, r.function, Purpose::kNetwork, 0, seed.replication);
  return deployment.network.at_word(stream.words(r.number)[0]).count();
}

Int128 Timeline::integral(std::int64_t Level::*what, std::int64_t from, std::int64_t to) const {
  Int128 sum = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::int64_t begin = std::max(levels[i].at, from);
    const std::int64_t end = std::min(i + 1 < levels.size() ? levels[i + 1].at : to, to);
    if (begin < end) sum += Int128(levels[i].*what) * (end - begin);
  }
  return sum;
}

std::int64_t Timeline::peak(std::int64_t from, std::int64_t to) const {
  std::int64_t most = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::int64_t begin = std::max(levels[i].at, from);
    const std::int64_t end = std::min(i + 1 < levels.size() ? levels[i + 1].at : to, to);
    if (begin < end) most = std::max(most, levels[i].live);
  }
  return most;
}

namespace {

ReferenceResult replay_any(const Plan& plan, const DeploymentPlan& d, ReplaySeed seed,
                           std::int64_t at_least);

/// The same plan with these requests only.
Plan plan_with(const Plan& plan, std::vector<Request> requests) {
  Columns columns{.number = true,
                  .work_word = false,
                  .execution = true,
                  .cold_execution = true,
                  .memory = true,
                  .tokens = true};
  Plan part = plan;
  part.traffic = std::make_shared<ScriptedTraffic>(std::move(requests), plan.traffic->functions(),
                                                   false, columns);
  return part;
}

/// Which requests each part of a deployment serves.
std::vector<std::vector<Request>> shared_out(const Plan& plan, const DeploymentPlan& d,
                                             ReplaySeed seed) {
  std::vector<std::vector<Request>> shares(d.parts.size());
  if (d.split == Split::kOverflow) {
    (void)replay_servers(plan, d.parts[0], seed, 0, &shares[1]);
    std::vector<Request> all = read_all(plan, seed);
    std::erase_if(all, [&](const Request& r) {
      return std::any_of(shares[1].begin(), shares[1].end(), [&](const Request& o) {
        return o.function == r.function && o.number == r.number;
      });
    });
    shares[0] = std::move(all);
    return shares;
  }
  double sum = 0.0;
  for (const double weight : d.weights) sum += weight;
  for (const Request& r : read_all(plan, seed)) {
    const Stream stream(seed.seed, r.function, Purpose::kVersion, 0, seed.replication);
    double place = stream.uniform(r.number) * sum;
    std::size_t version = 0;
    for (double end = d.weights[0]; place >= end && version + 1 < d.parts.size();) {
      end += d.weights[++version];
    }
    shares[version].push_back(r);
  }
  return shares;
}

ReferenceResult replay_parts(const Plan& plan, const DeploymentPlan& d, ReplaySeed seed,
                             std::int64_t at_least) {
  const auto shares = shared_out(plan, d, seed);
  ReferenceResult out;
  for (std::size_t i = 0; i < d.parts.size(); ++i) {
    const auto own = replay_any(plan_with(plan, shares[i]), d.parts[i], seed, at_least);
    at_least = std::max(at_least, ns_of(own.horizon));
  }
  for (std::size_t i = 0; i < d.parts.size(); ++i) {
    out.parts.push_back(replay_any(plan_with(plan, shares[i]), d.parts[i], seed, at_least));
  }
  out.horizon = instant_at(at_least);
  return out;
}

ReferenceResult replay_any(const Plan& plan, const DeploymentPlan& d, ReplaySeed seed,
                           std::int64_t at_least) {
  if (d.split != Split::kNone) return replay_parts(plan, d, seed, at_least);
  return std::holds_alternative<PoolPlan>(d.side) ? replay_pool(plan, d, seed, at_least)
                                                  : replay_servers(plan, d, seed, at_least, nullptr);
}

}  // namespace

ReferenceResult replay(const Plan& plan, std::size_t deployment, ReplaySeed seed) {
  return replay_any(plan, plan.deployments.at(deployment), seed, 0);
}

}  // namespace faascast::oracles
