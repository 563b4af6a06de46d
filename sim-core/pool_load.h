#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sim-core/plan.h"
#include "sim-core/units.h"

namespace faascast {

/// What a function's pool has to do, as its autoscaler sees it: the integrals of requests in the
/// system and of CPUs in use, and their values at the latest ticks (multiples of a period).
class PoolLoad {
 public:
  void add_requests(std::int64_t now, std::int64_t change) {
    elapse(now);
    requests_ += change;
  }
  /// @param milli thousandths of a CPU
  void add_cpu(std::int64_t now, std::int64_t milli) {
    elapse(now);
    cpu_ += milli;
  }
  [[nodiscard]] std::int64_t requests() const { return requests_; }

  /// Before the first tick, or after a pause in which there was no load: as if all earlier ticks
  /// had been taken. @param window ticks
  void resume(std::int64_t now, std::uint64_t window) {
    elapse(now);
    at_tick_.assign(window + 1, {request_ns_, cpu_ns_});
  }
  /// @param number of the tick, now / period
  void tick(std::int64_t now, std::uint64_t number) {
    elapse(now);
    at_tick_[number % at_tick_.size()] = {request_ns_, cpu_ns_};
  }
  struct Average {
    double requests = 0.0;
    double milli_cpu = 0.0;
  };
  /// Over the latest `window` ticks, or all that there were. @pre 1 <= window <= that of resume()
  [[nodiscard]] Average average(std::uint64_t number, std::uint64_t window,
                                std::int64_t period) const {
    const std::uint64_t ticks = std::min(window, number);
    if (ticks == 0) return {};
    const Point& from = at_tick_[(number - ticks) % at_tick_.size()];
    const double span = static_cast<double>(ticks) * static_cast<double>(period);
    return {static_cast<double>(request_ns_ - from.request_ns) / span,
            static_cast<double>(cpu_ns_ - from.cpu_ns) / span};
  }
  /// Integral of the requests until the latest change or tick.
  [[nodiscard]] Int128 request_ns() const { return request_ns_; }

 private:
  struct Point {
    Int128 request_ns = 0;
    Int128 cpu_ns = 0;
  };
  void elapse(std::int64_t now) {
    request_ns_ += static_cast<Int128>(now - at_) * requests_;
    cpu_ns_ += static_cast<Int128>(now - at_) * cpu_;
    at_ = now;
  }

  std::int64_t at_ = 0;
  std::int64_t requests_ = 0;
  std::int64_t cpu_ = 0;
  Int128 request_ns_ = 0;
  Int128 cpu_ns_ = 0;
  std::vector<Point> at_tick_{};
};

/// ceil(load / each) as a number of instances. @pre each > 0
inline std::uint64_t instances_for(double load, double each) {
  constexpr double kMost = 4e9;
  return static_cast<std::uint64_t>(std::min(std::ceil(load / each), kMost));
}

/// Knative's decision at a tick, by the rules of ScalingRule::kKnative.
class KnativeScaler {
 public:
  struct Input {
    std::int64_t now = 0;
    double stable = 0.0;  ///< average requests over the window
    double panic = 0.0;
    std::uint64_t ready = 0;
    std::uint64_t live = 0;  ///< but for those that are to go
  };
  /// @return instances, before minimum and maximum
  std::uint64_t wanted(const ScalingPolicy& rule, std::uint32_t concurrency, const Input& in) {
    const double each = rule.target * concurrency;
    const std::uint64_t stable = instances_for(in.stable, each);
    const std::uint64_t panic = instances_for(in.panic, each);
    const auto ready = static_cast<double>(std::max<std::uint64_t>(in.ready, 1));
    if (static_cast<double>(panic) >= rule.panic_threshold * ready) {
      if (in.now >= panic_until_) peak_ = 0;
      panic_until_ = in.now + rule.window.count();
    }
    const auto least = static_cast<std::uint64_t>(std::floor(ready / rule.most_down));
    const auto most = static_cast<std::uint64_t>(std::min(std::ceil(rule.most_up * ready), 4e9));
    std::uint64_t wanted = std::clamp(stable, least, most);
    if (in.now < panic_until_) {
      peak_ = wanted = std::max({wanted, std::clamp(panic, least, most), peak_});
    }
    if (wanted > 0) {
      zero_since_ = kNever;
    } else {
      zero_since_ = std::min(zero_since_, in.now);
      if (in.live > 0 && in.now - zero_since_ < rule.grace.count()) wanted = 1;
    }
    return wanted;
  }
  [[nodiscard]] bool panics(std::int64_t now) const { return now < panic_until_; }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  std::int64_t panic_until_ = 0;
  std::int64_t zero_since_ = kNever;
  std::uint64_t peak_ = 0;
};

/// Idle times of one function, and what to make of them; see IdleHistogram.
class IdleTimes {
 public:
  void add(const IdleHistogram& rule, std::int64_t idle) {
    if (count_.empty()) count_.assign(rule.bins, 0);
    const auto bin = static_cast<std::uint64_t>(idle / rule.bin.count());
    if (bin >= count_.size()) {
      ++beyond_;
      return;
    }
    squares_ += 2 * count_[bin] + 1;
    ++count_[bin];
    ++within_;
  }
  struct Windows {
    std::int64_t pre = 0;
    std::int64_t life = 0;
  };
  /// @return false: there is too little to go by
  bool windows(const IdleHistogram& rule, Windows& out) const {
    if (within_ + beyond_ < rule.fewest || within_ == 0 || beyond_ > within_) return false;
    const auto sum = static_cast<double>(within_);
    const double squares = static_cast<double>(squares_) * static_cast<double>(count_.size());
    if (squares < (1.0 + rule.least_cv * rule.least_cv) * sum * sum) return false;
    const auto edge = [&](double share) {
      std::uint64_t bin = 0;
      std::uint64_t below = count_[0];
      while (static_cast<double>(below) < share * sum) below += count_[++bin];
      return static_cast<double>(bin);
    };
    const auto width = static_cast<double>(rule.bin.count());
    out.pre = static_cast<std::int64_t>(std::floor(edge(rule.head) * width * (1.0 - rule.margin)));
    out.life =
        static_cast<std::int64_t>(std::ceil((edge(rule.tail) + 1.0) * width * (1.0 + rule.margin)));
    return true;
  }

 private:
  std::vector<std::uint64_t> count_{};
  std::uint64_t within_ = 0;
  std::uint64_t beyond_ = 0;
  std::uint64_t squares_ = 0;  ///< sum of squares of count_
};

}  // namespace faascast
