#include "traces/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "sim-core/random.h"
#include "traces/arrival_row.h"
#include "traces/merged_cursor.h"

namespace faascast {
namespace {

/// Traffic that is another with its rows changed.
class ChangedTraffic : public Traffic {
 public:
  explicit ChangedTraffic(std::shared_ptr<const Traffic> original)
      : original_(std::move(original)) {}

  [[nodiscard]] bool independent() const override { return original_->independent(); }
  [[nodiscard]] std::uint32_t functions() const override { return original_->functions(); }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    return original_->expected_requests(function);
  }
  [[nodiscard]] Duration duration() const override { return original_->duration(); }
  [[nodiscard]] ScaleBy default_scale_by() const override { return original_->default_scale_by(); }
  [[nodiscard]] bool has_execution() const override { return original_->has_execution(); }
  [[nodiscard]] const Traffic& original() const { return *original_; }

 private:
  std::shared_ptr<const Traffic> original_;
};

class CutSource final : public ArrivalSource {
 public:
  CutSource(std::unique_ptr<ArrivalSource> original, std::uint32_t function, Duration from,
            Duration to)
      : cursor_(std::move(original), function), from_(from.count()), to_(to.count()) {}

  ArrivalBlock fill() override {
    builder_.clear();
    ArrivalRow row;
    while (!ended_ && !builder_.full() && cursor_.next(row)) {
      ended_ = row.at >= to_;
      if (ended_ || row.at < from_) continue;
      row.at -= from_;
      builder_.add(row);
    }
    return builder_.block(cursor_.columns());
  }

 private:
  ArrivalCursor cursor_;
  std::int64_t from_;
  std::int64_t to_;
  bool ended_ = false;
  BlockBuilder builder_{};
};

class CutTraffic final : public ChangedTraffic {
 public:
  CutTraffic(std::shared_ptr<const Traffic> original, Duration from, Duration to)
      : ChangedTraffic(std::move(original)), from_(from), to_(to) {}

  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    const std::uint64_t all = original().expected_requests(function);
    const Duration whole = original().duration();
    if (whole == Duration::zero()) return all;
    const double share = seconds_of(duration()) / seconds_of(whole);
    return static_cast<std::uint64_t>(static_cast<double>(all) * share);
  }
  [[nodiscard]] Duration duration() const override {
    const Duration whole = original().duration();
    if (whole == Duration::zero()) return whole;
    return std::max(std::min(to_, whole) - from_, Duration(1));
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<CutSource>(original().open(function, seed), function, from_, to_);
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("{}; from {} to {}", original().description(), format_duration(from_),
                       format_duration(to_));
  }

 private:
  Duration from_;
  Duration to_;
};

/// To two significant digits, half up.
std::int64_t coarse(std::int64_t value) {
  std::int64_t unit = 1;
  while (value / unit >= 100) unit *= 10;
  return (value / unit + (value % unit * 2 >= unit && unit > 1 ? 1 : 0)) * unit;
}

class AnonymousSource final : public ArrivalSource {
 public:
  AnonymousSource(std::unique_ptr<ArrivalSource> original, std::uint32_t function, Duration step)
      : cursor_(std::move(original), function), step_(step.count()) {}

  ArrivalBlock fill() override {
    builder_.clear();
    ArrivalRow row;
    while (!builder_.full() && cursor_.next(row)) {
      row.at -= row.at % step_;
      for (std::int64_t* size : {&row.execution_ns, &row.cold_execution_ns, &row.memory_mb,
                                 &row.input_tokens, &row.output_tokens}) {
        if (*size != ArrivalBlock::kAbsent) *size = coarse(*size);
      }
      builder_.add(row);
    }
    return builder_.block(cursor_.columns());
  }

 private:
  ArrivalCursor cursor_;
  std::int64_t step_;
  BlockBuilder builder_{};
};

class AnonymousTraffic final : public ChangedTraffic {
 public:
  AnonymousTraffic(std::shared_ptr<const Traffic> original, Duration step)
      : ChangedTraffic(std::move(original)), step_(step) {}
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<AnonymousSource>(original().open(function, seed), function, step_);
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("anonymous traffic, instants in steps of {}", format_duration(step_));
  }

 private:
  Duration step_;
};

ReplaySeed seed_of_part(ReplaySeed seed, std::size_t part) {
  if (part > 0) seed.seed = mix64(seed.seed + part);
  return seed;
}

using Parts = std::vector<std::shared_ptr<const Traffic>>;

/// Functions are numbered by their first appearance.
class MergedSource final : public ArrivalSource {
 public:
  MergedSource(const Parts& parts, ReplaySeed seed) {
    for (std::size_t part = 0; part < parts.size(); ++part) {
      for (std::uint32_t stream = 0; stream < streams_of(*parts[part]); ++stream) {
        rows_.add(ArrivalCursor(parts[part]->open(stream, seed_of_part(seed, part)), stream));
        part_of_stream_.push_back(part);
      }
    }
  }

  ArrivalBlock fill() override {
    builder_.clear();
    ArrivalColumns columns;
    for (ArrivalRow row; !builder_.full() && rows_.next(row);) {
      const auto key = std::pair(part_of_stream_[rows_.stream()], row.function);
      row.function =
          functions_.emplace(key, static_cast<std::uint32_t>(functions_.size())).first->second;
      builder_.add(row);
      columns = with(columns, rows_.columns());
    }
    columns.function = true;
    columns.work_word = false;  // drawn for other functions
    return builder_.block(columns);
  }

 private:
  static ArrivalColumns with(ArrivalColumns a, const ArrivalColumns& b) {
    a.execution |= b.execution;
    a.cold_execution |= b.cold_execution;
    a.memory |= b.memory;
    a.input_tokens |= b.input_tokens;
    a.output_tokens |= b.output_tokens;
    return a;
  }

  MergedCursor rows_{};
  std::vector<std::size_t> part_of_stream_{};
  std::map<std::pair<std::size_t, std::uint32_t>, std::uint32_t> functions_{};
  BlockBuilder builder_{};
};

/// One stream if one part is; else the functions of all parts, one after another.
class MergedTraffic final : public Traffic {
 public:
  explicit MergedTraffic(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] bool independent() const override {
    return all([](const Traffic& part) { return part.independent(); });
  }
  [[nodiscard]] std::uint32_t functions() const override {
    if (!independent()) return 1;
    std::uint32_t sum = 0;
    for (const auto& part : parts_) sum += part->functions();
    return sum;
  }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    if (independent()) {
      const auto [part, own] = part_of(function);
      return parts_[part]->expected_requests(own);
    }
    std::uint64_t sum = 0;
    for (const auto& part : parts_) {
      for (std::uint32_t i = 0; i < streams_of(*part); ++i) sum += part->expected_requests(i);
    }
    return sum;
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    if (!independent()) return std::make_unique<MergedSource>(parts_, seed);
    const auto [part, own] = part_of(function);
    return parts_[part]->open(own, seed_of_part(seed, part));
  }
  [[nodiscard]] Duration duration() const override {
    Duration longest{};
    for (const auto& part : parts_) {
      if (part->duration() == Duration::zero()) return Duration::zero();
      longest = std::max(longest, part->duration());
    }
    return longest;
  }
  [[nodiscard]] std::string description() const override {
    std::string text;
    for (const auto& part : parts_) text += (text.empty() ? "" : " and ") + part->description();
    return text;
  }
  [[nodiscard]] ScaleBy default_scale_by() const override {
    return parts_.front()->default_scale_by();
  }
  [[nodiscard]] bool has_execution() const override {
    return all([](const Traffic& part) { return part.has_execution(); });
  }

 private:
  template <class Test>
  [[nodiscard]] bool all(Test test) const {
    return std::all_of(parts_.begin(), parts_.end(), [&](const auto& part) { return test(*part); });
  }
  [[nodiscard]] std::pair<std::size_t, std::uint32_t> part_of(std::uint32_t function) const {
    std::size_t part = 0;
    while (function >= parts_[part]->functions()) function -= parts_[part++]->functions();
    return {part, function};
  }

  Parts parts_;
};

}  // namespace

std::shared_ptr<const Traffic> cut_traffic(std::shared_ptr<const Traffic> traffic, Duration from,
                                           Duration to) {
  if (from < Duration::zero() || from >= to) {
    throw InputError(Problem{
        "cut",
        fmt::format("nothing lies from {} to {}", format_duration(from), format_duration(to)),
        "give a start before the end"});
  }
  return std::make_shared<CutTraffic>(std::move(traffic), from, to);
}

std::shared_ptr<const Traffic> merge_traffic(std::vector<std::shared_ptr<const Traffic>> parts) {
  if (parts.empty()) throw InputError(Problem{"merge", "no traffic", "give one trace or more"});
  return std::make_shared<MergedTraffic>(std::move(parts));
}

std::shared_ptr<const Traffic> anonymise_traffic(std::shared_ptr<const Traffic> traffic,
                                                 Duration step) {
  if (step <= Duration::zero()) {
    throw InputError(Problem{"anonymise", "the step is zero", "give a step such as '1 ms'"});
  }
  return std::make_shared<AnonymousTraffic>(std::move(traffic), step);
}

}  // namespace faascast
