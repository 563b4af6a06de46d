#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim-core/draw.h"
#include "sim-core/engine.h"

namespace faascast {

/// A request written down by hand, in seconds.
struct Row {
  double at_s = 0.0;
  std::optional<double> execution_s{};
  std::optional<double> cold_s{};
  std::optional<std::int64_t> memory_mb{};
  std::uint32_t function = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

inline std::int64_t ns_from(double s) { return static_cast<std::int64_t>(s * 1e9 + 0.5); }

/// Rows as blocks of `block_size`.
class ListedSource final : public ArrivalSource {
 public:
  ListedSource(std::vector<Row> rows, bool has_function, std::size_t block_size)
      : rows_(std::move(rows)), has_function_(has_function), block_size_(block_size) {}

  ArrivalBlock fill() override {
    at_.clear();
    function_.clear();
    number_.clear();
    for (auto& column : columns_) column.clear();
    const auto ns = [](std::optional<double> s) { return s ? ns_from(*s) : ArrivalBlock::kAbsent; };
    for (; at_.size() < block_size_ && next_ < rows_.size(); ++next_) {
      const Row& row = rows_[next_];
      at_.push_back(ns_from(row.at_s));
      function_.push_back(row.function);
      if (row.function >= count_.size()) count_.resize(row.function + std::size_t{1});
      number_.push_back(count_[row.function]++);
      columns_[0].push_back(ns(row.execution_s));
      columns_[1].push_back(ns(row.cold_s));
      columns_[2].push_back(row.memory_mb.value_or(ArrivalBlock::kAbsent));
      columns_[3].push_back(row.input_tokens);
      columns_[4].push_back(row.output_tokens);
    }
    ArrivalBlock block;
    block.at = at_;
    if (has_function_) block.function = function_;
    block.number = number_;
    block.execution_ns = columns_[0];
    block.cold_execution_ns = columns_[1];
    block.memory_mb = columns_[2];
    block.input_tokens = columns_[3];
    block.output_tokens = columns_[4];
    return block;
  }

 private:
  std::vector<Row> rows_;
  bool has_function_;
  std::size_t block_size_;
  std::size_t next_ = 0;
  std::vector<std::uint64_t> count_{};
  std::vector<std::int64_t> at_{};
  std::vector<std::uint32_t> function_{};
  std::vector<std::uint64_t> number_{};
  std::vector<std::int64_t> columns_[5]{};
};

/// Rows in order of time, then function, as one merged stream or as one stream a function.
class ListedTraffic final : public Traffic {
 public:
  explicit ListedTraffic(std::vector<Row> rows, bool independent = false,
                         std::size_t block_size = 7)
      : rows_(std::move(rows)), independent_(independent), block_size_(block_size) {
    for (const Row& row : rows_) functions_ = std::max(functions_, row.function + 1);
  }
  bool independent() const override { return independent_; }
  std::uint32_t functions() const override { return functions_; }
  std::uint64_t expected_requests(std::uint32_t /*function*/) const override { return 0; }
  std::unique_ptr<ArrivalSource> open(std::uint32_t function, ReplaySeed /*seed*/) const override {
    if (!independent_) return std::make_unique<ListedSource>(rows_, functions_ > 1, block_size_);
    std::vector<Row> own;
    for (const Row& row : rows_) {
      if (row.function == function) own.push_back(row);
    }
    return std::make_unique<ListedSource>(own, false, block_size_);
  }
  Duration duration() const override { return {}; }
  std::string description() const override { return "rows written by hand"; }
  ScaleBy default_scale_by() const override { return ScaleBy::kThin; }

 private:
  std::vector<Row> rows_;
  bool independent_;
  std::size_t block_size_;
  std::uint32_t functions_ = 1;
};

/// Poisson arrivals of several functions, function f at rate (f + 1) / mean_gap.
class PoissonTraffic final : public Traffic {
 public:
  PoissonTraffic(std::uint32_t functions, Duration mean_gap, Duration duration)
      : functions_(functions), mean_gap_(mean_gap), duration_(duration) {}
  bool independent() const override { return true; }
  std::uint32_t functions() const override { return functions_; }
  std::uint64_t expected_requests(std::uint32_t f) const override {
    return static_cast<std::uint64_t>(duration_ / mean_gap_) * (f + 1);
  }
  std::unique_ptr<ArrivalSource> open(std::uint32_t f, ReplaySeed seed) const override {
    return std::make_unique<RenewalSource>(
        f, seed, static_cast<double>(mean_gap_.count()) / (f + 1), duration_);
  }
  Duration duration() const override { return duration_; }
  std::string description() const override { return "Poisson arrivals"; }
  ScaleBy default_scale_by() const override { return ScaleBy::kTime; }

 private:
  std::uint32_t functions_;
  Duration mean_gap_;
  Duration duration_;
};

/// Independent traffic read beforehand, as one merged stream: the other gear.
inline std::shared_ptr<const Traffic> as_merged(const Traffic& traffic, ReplaySeed seed) {
  std::vector<Row> rows;
  for (std::uint32_t f = 0; f < traffic.functions(); ++f) {
    const auto source = traffic.open(f, seed);
    for (ArrivalBlock block = source->fill(); block.size() > 0; block = source->fill()) {
      for (const std::int64_t at : block.at) {
        Row row;
        row.at_s = static_cast<double>(at) * 1e-9;
        row.function = f;
        rows.push_back(row);
      }
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.at_s < b.at_s; });
  return std::make_shared<ListedTraffic>(rows, false, 64);
}

inline DeploymentPlan on(PoolPlan pool, Work work = {}) {
  DeploymentPlan plan;
  plan.side = std::move(pool);
  plan.work = std::move(work);
  return plan;
}
inline DeploymentPlan on(ServerPlan servers, Work work = {}) {
  DeploymentPlan plan;
  plan.side = std::move(servers);
  plan.work = std::move(work);
  return plan;
}
inline Work taking(Distribution execution) {
  Work work;
  work.execution = std::move(execution);
  return work;
}
inline Plan replay_of(std::vector<Row> rows, DeploymentPlan deployment, Horizon horizon = {}) {
  Plan plan;
  plan.traffic = std::make_shared<ListedTraffic>(std::move(rows));
  plan.deployments.push_back(std::move(deployment));
  plan.horizon = horizon;
  return plan;
}
inline DeploymentResult result_of_rows(std::vector<Row> rows, DeploymentPlan deployment,
                                       Horizon horizon = {}) {
  return run(replay_of(std::move(rows), std::move(deployment), horizon)).deployments.at(0);
}
inline constexpr Horizon kDrained{Horizon::Kind::kDrain, {}};
inline Horizon until(Duration at) { return {Horizon::Kind::kAt, Instant(at)}; }

}  // namespace faascast
