#include <algorithm>
#include <cmath>

#include "tests/oracles/reference_internal.h"

// The decisions of scaling policies, from the whole history, by the rules of scaling.h.
namespace faascast::oracles {

double average(const Loads& loads, std::int64_t Load::*what, std::int64_t from, std::int64_t to) {
  Int128 sum = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const std::int64_t begin = std::max(loads[i].at, from);
    const std::int64_t end = std::min(i + 1 < loads.size() ? loads[i + 1].at : to, to);
    if (begin < end) sum += Int128(loads[i].*what) * (end - begin);
  }
  return from < to ? static_cast<double>(sum) / static_cast<double>(to - from) : 0.0;
}

std::int64_t begin_of(const ScalingPolicy& rule, Duration window, std::int64_t now) {
  const std::int64_t periods = std::max<std::int64_t>(window / rule.period, 1);
  return std::max<std::int64_t>(now - periods * rule.period.count(), 0);
}

namespace {
std::int64_t count_for(double load, double each) {
  return static_cast<std::int64_t>(std::min(std::ceil(load / each), 4e9));
}
}  // namespace

std::int64_t knative_wants(const PoolPlan& pool, const Loads& loads, std::int64_t now,
                           std::int64_t ready, std::int64_t live, KnativeMemory& memory) {
  const ScalingPolicy& rule = pool.scaling;
  const double each = rule.target * pool.concurrency;
  const std::int64_t since = begin_of(rule, rule.window, now);
  const std::int64_t panic_since = std::max(since, begin_of(rule, rule.panic_window, now));
  const std::int64_t stable = count_for(average(loads, &Load::requests, since, now), each);
  const std::int64_t panic = count_for(average(loads, &Load::requests, panic_since, now), each);
  const double present = static_cast<double>(std::max<std::int64_t>(ready, 1));
  if (static_cast<double>(panic) / present >= rule.panic_threshold) {
    if (now >= memory.panic_until) memory.peak = 0;
    memory.panic_until = now + rule.window.count();
  }
  const auto least = static_cast<std::int64_t>(std::floor(present / rule.most_down));
  const auto most = static_cast<std::int64_t>(std::ceil(present * rule.most_up));
  const auto clamped = [&](std::int64_t n) { return std::min(std::max(n, least), most); };
  std::int64_t wanted = clamped(stable);
  if (now < memory.panic_until) {
    wanted = std::max(std::max(wanted, clamped(panic)), memory.peak);
    memory.peak = wanted;
  }
  if (wanted != 0) {
    memory.zero_since = -1;
    return wanted;
  }
  if (memory.zero_since < 0) memory.zero_since = now;
  const bool in_grace = now < memory.zero_since + rule.grace.count();
  return live > 0 && in_grace ? 1 : 0;
}

std::int64_t cloud_run_wants(const PoolPlan& pool, const Loads& loads, std::int64_t now) {
  const ScalingPolicy& rule = pool.scaling;
  const std::int64_t since = begin_of(rule, rule.window, now);
  std::int64_t wanted =
      count_for(average(loads, &Load::requests, since, now), rule.target * pool.concurrency);
  if (pool.vcpu_share.value() > 0) {
    const double cpu = average(loads, &Load::milli_cpu, since, now);
    wanted = std::max(wanted,
                      count_for(cpu, rule.target * static_cast<double>(pool.vcpu_share.value())));
  }
  return wanted;
}

Windows windows_of(const IdleHistogram& rule, const std::vector<std::int64_t>& idle_times) {
  std::vector<double> count(rule.bins, 0.0);
  double within = 0.0;
  double beyond = 0.0;
  for (const std::int64_t idle : idle_times) {
    const std::int64_t bin = idle / rule.bin.count();
    if (bin >= rule.bins) {
      ++beyond;
    } else {
      ++within;
      ++count[static_cast<std::size_t>(bin)];
    }
  }
  if (within + beyond < rule.fewest || within == 0.0 || beyond > within) return {};
  // Coefficient of variation: n sum(c^2) / sum(c)^2 - 1 is its square.
  double squares = 0.0;
  for (const double c : count) squares += c * c;
  if (squares * rule.bins < (1.0 + rule.least_cv * rule.least_cv) * within * within) return {};
  const auto bin_of = [&](double share) {
    double sum = 0.0;
    for (std::size_t b = 0;; ++b) {
      sum += count[b];
      if (sum >= share * within) return static_cast<double>(b);
    }
  };
  const auto width = static_cast<double>(rule.bin.count());
  return {static_cast<std::int64_t>(std::floor(bin_of(rule.head) * width * (1.0 - rule.margin))),
          static_cast<std::int64_t>(
              std::ceil((bin_of(rule.tail) + 1.0) * width * (1.0 + rule.margin)))};
}

}  // namespace faascast::oracles
