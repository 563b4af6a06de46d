#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"

namespace faascast::oracles {

/// One request as a row of a trace.
struct Request {
  std::int64_t at = 0;
  std::uint32_t function = 0;
  std::uint64_t number = 0;  ///< in its function
  std::int64_t execution_ns = ArrivalBlock::kAbsent;
  std::int64_t cold_execution_ns = ArrivalBlock::kAbsent;
  std::int64_t memory_mb = ArrivalBlock::kAbsent;
  std::int64_t input_tokens = ArrivalBlock::kAbsent;
  std::int64_t output_tokens = ArrivalBlock::kAbsent;
};

/// Which optional columns a scripted traffic hands out.
struct Columns {
  bool number = false;     ///< else consecutive numbers (independent traffic only)
  bool work_word = false;  ///< drawn by the source
  bool execution = false;
  bool cold_execution = false;
  bool memory = false;
  bool tokens = false;
};

/// Traffic from a list of requests, sorted by (at, function, number).
class ScriptedTraffic final : public Traffic {
 public:
  ScriptedTraffic(std::vector<Request> requests, std::uint32_t functions, bool independent,
                  Columns columns, std::size_t block = kArrivalBlock);

  [[nodiscard]] bool independent() const override { return independent_; }
  [[nodiscard]] std::uint32_t functions() const override { return functions_; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override;
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override;
  [[nodiscard]] Duration duration() const override { return Duration::zero(); }
  [[nodiscard]] std::string description() const override { return "scripted"; }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }

  [[nodiscard]] const std::vector<Request>& requests() const { return requests_; }

 private:
  std::vector<Request> requests_;
  std::uint32_t functions_;
  bool independent_;
  Columns columns_;
  std::size_t block_;
};

/// A renewal process, or one of batches: gaps and batch sizes are functions of the request's own
/// random words, so every replication and function is an independent stream.
struct RenewalLaw {
  /// Seconds from one batch to the next, for batch number n of stream words (w0, w1).
  std::function<double(std::uint64_t seed, std::uint64_t entity, std::uint64_t batch)> gap_s{};
  /// Requests in batch number n; empty = one each.
  std::function<std::uint32_t(std::uint64_t seed, std::uint64_t entity, std::uint64_t batch)>
      size{};
};

/// Exponential gaps.
[[nodiscard]] RenewalLaw poisson(double rate_per_s);
/// Gaps that are the sum of `stages` exponential ones, of the given mean.
[[nodiscard]] RenewalLaw erlang(int stages, double mean_s);
/// Equal gaps.
[[nodiscard]] RenewalLaw every(double gap_s);

/// Independent functions that each follow `law` for `duration`.
class RenewalTraffic final : public Traffic {
 public:
  RenewalTraffic(RenewalLaw law, Duration duration, std::uint32_t functions = 1)
      : law_(std::move(law)), duration_(duration), functions_(functions) {}

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override { return functions_; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override { return 0; }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override;
  [[nodiscard]] Duration duration() const override { return duration_; }
  [[nodiscard]] std::string description() const override { return "renewal"; }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  RenewalLaw law_;
  Duration duration_;
  std::uint32_t functions_;
};

}  // namespace faascast::oracles
