#include "tests/oracles/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
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

std::int64_t work_ns(const Work& work, const Request& r, ReplaySeed seed) {
  const Stream stream(seed.seed, r.function, Purpose::kRequest, 0, seed.replication);
  std::int64_t ns =
      work.handler.count() + work.execution.at_word(stream.words(r.number)[1]).count();
  if (work.uses_tokens) {
    ns += work.token_base.count();
    ns += work.per_input_token.count() * std::max<std::int64_t>(r.input_tokens, 0);
    ns += work.per_output_token.count() * std::max<std::int64_t>(r.output_tokens, 0);
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

ReferenceResult replay(const Plan& plan, std::size_t deployment, ReplaySeed seed) {
  const DeploymentPlan& d = plan.deployments.at(deployment);
  return std::holds_alternative<PoolPlan>(d.side) ? replay_pool(plan, d, seed)
                                                  : replay_servers(plan, d, seed);
}

}  // namespace faascast::oracles
