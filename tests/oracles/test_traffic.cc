#include "tests/oracles/test_traffic.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim-core/random.h"

namespace faascast::oracles {
namespace {

/// Blocks of a list of requests.
class ScriptedSource final : public ArrivalSource {
 public:
  ScriptedSource(std::vector<Request> requests, bool with_function, Columns columns,
                 std::size_t block, ReplaySeed seed)
      : requests_(std::move(requests)),
        with_function_(with_function),
        columns_(columns),
        block_(block),
        seed_(seed) {}

  ArrivalBlock fill() override {
    for (auto* column : {&at_, &execution_, &cold_execution_, &memory_, &input_, &output_}) {
      column->clear();
    }
    function_.clear();
    number_.clear();
    word_.clear();
    ArrivalBlock block;
    if (next_ == requests_.size()) return block;
    block.first_number = requests_[next_].number;
    for (; next_ < requests_.size() && at_.size() < block_; ++next_) push(requests_[next_]);
    block.at = at_;
    if (with_function_) block.function = function_;
    if (columns_.number) block.number = number_;
    if (columns_.work_word) block.work_word = word_;
    if (columns_.execution) block.execution_ns = execution_;
    if (columns_.cold_execution) block.cold_execution_ns = cold_execution_;
    if (columns_.memory) block.memory_mb = memory_;
    if (columns_.tokens) block.input_tokens = input_;
    if (columns_.tokens) block.output_tokens = output_;
    return block;
  }

 private:
  void push(const Request& r) {
    at_.push_back(r.at);
    function_.push_back(r.function);
    number_.push_back(r.number);
    execution_.push_back(r.execution_ns);
    cold_execution_.push_back(r.cold_execution_ns);
    memory_.push_back(r.memory_mb);
    input_.push_back(r.input_tokens);
    output_.push_back(r.output_tokens);
    const Stream stream(seed_.seed, r.function, Purpose::kRequest, 0, seed_.replication);
    word_.push_back(stream.words(r.number)[1]);
  }

  std::vector<Request> requests_;
  bool with_function_;
  Columns columns_;
  std::size_t block_;
  ReplaySeed seed_;
  std::size_t next_ = 0;
  std::vector<std::int64_t> at_{}, execution_{}, cold_execution_{}, memory_{}, input_{}, output_{};
  std::vector<std::uint32_t> function_{};
  std::vector<std::uint64_t> number_{}, word_{};
};

class RenewalSource final : public ArrivalSource {
 public:
  RenewalSource(const RenewalLaw& law, Duration duration, std::uint64_t seed,
                std::uint64_t function)
      : law_(law), end_(duration.count()), seed_(seed), function_(function) {
    advance();
  }

  ArrivalBlock fill() override {
    at_.clear();
    const std::uint64_t first = number_;
    while (at_.size() < kArrivalBlock && now_ < end_) {
      if (left_ == 0) {
        advance();
        continue;
      }
      at_.push_back(now_);
      --left_;
      ++number_;
    }
    ArrivalBlock block;
    block.at = at_;
    block.first_number = first;
    return block;
  }

 private:
  void advance() {
    exact_ += law_.gap_s(seed_, function_, batch_) * 1e9;
    now_ = static_cast<std::int64_t>(std::llround(exact_));
    left_ = law_.size ? law_.size(seed_, function_, batch_) : 1;
    ++batch_;
  }

  const RenewalLaw& law_;
  std::int64_t end_;
  std::uint64_t seed_;
  std::uint64_t function_;
  double exact_ = 0.0;
  std::int64_t now_ = 0;
  std::uint32_t left_ = 0;
  std::uint64_t batch_ = 0;
  std::uint64_t number_ = 0;
  std::vector<std::int64_t> at_{};
};

double exponential(std::uint64_t word) { return -std::log(uniform_from_word(word)); }

}  // namespace

ScriptedTraffic::ScriptedTraffic(std::vector<Request> requests, std::uint32_t functions,
                                 bool independent, Columns columns, std::size_t block)
    : requests_(std::move(requests)),
      functions_(functions),
      independent_(independent),
      columns_(columns),
      block_(block) {}

std::uint64_t ScriptedTraffic::expected_requests(std::uint32_t function) const {
  if (!independent_) return requests_.size();
  return static_cast<std::uint64_t>(
      std::count_if(requests_.begin(), requests_.end(),
                    [&](const Request& r) { return r.function == function; }));
}

std::unique_ptr<ArrivalSource> ScriptedTraffic::open(std::uint32_t function,
                                                     ReplaySeed seed) const {
  std::vector<Request> mine;
  for (const Request& r : requests_) {
    if (!independent_ || r.function == function) mine.push_back(r);
  }
  return std::make_unique<ScriptedSource>(std::move(mine), !independent_, columns_, block_, seed);
}

RenewalLaw poisson(double rate_per_s) { return erlang(1, 1.0 / rate_per_s); }

RenewalLaw erlang(int stages, double mean_s) {
  return {.gap_s =
              [=](std::uint64_t seed, std::uint64_t entity, std::uint64_t batch) {
                const Stream stream(seed, entity, Purpose::kRequest);
                const auto n = static_cast<std::uint64_t>(stages);
                double sum = 0.0;
                for (std::uint64_t i = 0; i < n; ++i)
                  sum += exponential(stream.words(batch * n + i)[0]);
                return sum * mean_s / stages;
              },
          .size = {}};
}

RenewalLaw every(double gap_s) {
  return {.gap_s = [=](std::uint64_t, std::uint64_t, std::uint64_t) { return gap_s; }, .size = {}};
}

std::unique_ptr<ArrivalSource> RenewalTraffic::open(std::uint32_t function, ReplaySeed seed) const {
  return std::make_unique<RenewalSource>(law_, duration_, seed.seed + 1'000'003U * seed.replication,
                                         function);
}

}  // namespace faascast::oracles
