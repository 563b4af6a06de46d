#include "sim-core/batched_run.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "sim-core/timing.h"

namespace faascast {
namespace {

/// The pool behind the batcher: the network is the requests' own.
DeploymentPlan without_batcher(const DeploymentPlan& plan) {
  DeploymentPlan inner = plan;
  std::get<PoolPlan>(inner.side).batching.reset();
  inner.network = Distribution{};
  return inner;
}

/// Rows of a block that is being put together.
struct Rows {
  std::vector<std::int64_t> at{};
  std::vector<std::uint32_t> function{};
  std::vector<std::uint64_t> number{};
  std::vector<std::uint32_t> time_factor{};
  std::array<std::vector<std::uint64_t>, 2> words{};      ///< work, noise
  std::array<std::vector<std::int64_t>, 5> columns{};     ///< of the block, in its order

  [[nodiscard]] std::size_t size() const { return at.size(); }
  void clear() { *this = Rows{}; }
};

/// What a request is to its batch: the words and columns that its work is drawn from.
struct Draws {
  std::array<std::uint64_t, 2> words{};
  std::array<std::int64_t, 5> columns{};
};

class BatchedRun final : public DeploymentRun {
 public:
  BatchedRun(const DeploymentPlan& plan, ReplaySeed seed, Tally& tally)
      : rule_(*std::get<PoolPlan>(plan.side).batching),
        size_(std::max<std::uint32_t>(rule_.maximum_size, 1)),
        inner_plan_(without_batcher(plan)),
        timing_(plan, seed),
        tally_(tally),
        inner_(make_deployment_run(inner_plan_, seed, tally)) {
    tally_.ledger.expect_batches();
  }

  void serve(const Requests& requests) override {
    const std::size_t n = requests.size();
    timing_.warm(requests, std::span(warm_).first(n));
    timing_.network(requests, std::span(network_).first(n));
    note_shape(requests);
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t now = requests.block.at[i];
      close_until(now);
      add(requests, i);
    }
    flush();
    if (begun_) inner_->advance(requests.block.at[n - 1]);
  }

  void finish(std::uint32_t functions, bool stopped) override {
    if (stopped) {
      for (Open& open : open_) {
        if (open.batch.members.empty()) continue;
        Request first;
        first.function = open.batch.function;
        first.number = open.batch.members.front().number;
        tally_.ledger.expect(std::exchange(open, Open{}).batch);
        tally_.ledger.add_unfinished(first);
      }
      due_.clear();
    }
    while (!due_.empty()) close_until(due_.begin()->first);
    flush();
    inner_->finish(functions, stopped);
    begun_ = false;
  }
  void run_on(std::int64_t end) override { inner_->run_on(end); }

  [[nodiscard]] std::int64_t next_event() const override {
    const std::int64_t due = due_.empty() ? kNever : due_.begin()->first;
    return std::min(due, inner_->next_event());
  }
  void advance(std::int64_t until) override {
    close_until(until);
    flush();
    if (begun_) inner_->advance(until);
  }

 private:
  /// A batch that still takes requests.
  struct Open {
    Ledger::Batch batch{};
    std::int64_t longest = -1;
    Draws draws{};  ///< of the longest
  };

  static std::array<std::span<const std::int64_t>, 5> columns_of(const ArrivalBlock& block) {
    return {block.execution_ns, block.cold_execution_ns, block.memory_mb, block.input_tokens,
            block.output_tokens};
  }
  /// Which words and columns the stream has; the same in all its blocks.
  void note_shape(const Requests& requests) {
    functions_ = requests.functions;
    only_function_ = requests.only_function;
    many_ = requests.many_functions();
    has_words_ = {!requests.work_words.empty(), !requests.noise_words.empty()};
    const auto columns = columns_of(requests.block);
    for (std::size_t c = 0; c < columns.size(); ++c) has_columns_[c] = !columns[c].empty();
  }

  void add(const Requests& requests, std::size_t i) {
    const std::uint32_t function = requests.function(i);
    const std::size_t place = many_ ? function : 0;
    if (place >= open_.size()) open_.resize(place + 1);
    Open& open = open_[place];
    const std::int64_t now = requests.block.at[i];
    if (open.batch.members.empty()) {
      open.batch.function = function;
      std::int64_t due = kNever;
      if (!__builtin_add_overflow(now, rule_.maximum_wait.count(), &due)) due_.insert({due, place});
      open.batch.due = due;
    }
    open.batch.members.push_back({requests.number(i), now, network_[i]});
    if (warm_[i] > open.longest) {
      open.longest = warm_[i];
      const auto columns = columns_of(requests.block);
      if (has_words_[0]) open.draws.words[0] = requests.work_words[i];
      if (has_words_[1]) open.draws.words[1] = requests.noise_words[i];
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (has_columns_[c]) open.draws.columns[c] = columns[c][i];
      }
    }
    if (open.batch.members.size() >= size_) close(place, now);
  }

  void close_until(std::int64_t now) {
    while (!due_.empty() && due_.begin()->first <= now) {
      const auto [at, place] = *due_.begin();
      close(place, at);
    }
  }

  void close(std::size_t place, std::int64_t at) {
    Open open = std::exchange(open_[place], Open{});
    due_.erase({open.batch.due, place});
    rows_.at.push_back(at);
    rows_.function.push_back(open.batch.function);
    rows_.number.push_back(open.batch.members.front().number);
    rows_.time_factor.push_back(
        static_cast<std::uint32_t>(rule_.factor(open.batch.members.size())));
    for (std::size_t w = 0; w < has_words_.size(); ++w) {
      if (has_words_[w]) rows_.words[w].push_back(open.draws.words[w]);
    }
    for (std::size_t c = 0; c < has_columns_.size(); ++c) {
      if (has_columns_[c]) rows_.columns[c].push_back(open.draws.columns[c]);
    }
    tally_.ledger.expect(std::move(open.batch));
    if (rows_.size() == kArrivalBlock) flush();
  }

  /// Hands the closed batches on.
  void flush() {
    if (rows_.size() == 0) return;
    Requests requests;
    requests.functions = functions_;
    requests.only_function = only_function_;
    ArrivalBlock& block = requests.block;
    block.at = rows_.at;
    if (many_) block.function = rows_.function;
    block.number = rows_.number;
    if (has_words_[0]) requests.work_words = rows_.words[0];
    if (has_words_[1]) requests.noise_words = rows_.words[1];
    std::array<std::span<const std::int64_t>*, 5> columns = {
        &block.execution_ns, &block.cold_execution_ns, &block.memory_mb, &block.input_tokens,
        &block.output_tokens};
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (has_columns_[c]) *columns[c] = rows_.columns[c];
    }
    requests.time_factor = rows_.time_factor;
    inner_->serve(requests);
    begun_ = true;
    rows_.clear();
  }

  Batching rule_;
  std::size_t size_;
  DeploymentPlan inner_plan_;
  Timing timing_;
  Tally& tally_;
  std::unique_ptr<DeploymentRun> inner_;
  std::vector<Open> open_{};                              ///< by function
  std::set<std::pair<std::int64_t, std::size_t>> due_{};  ///< when an open batch closes, and whose
  Rows rows_{};
  std::uint32_t functions_ = 1;
  std::uint32_t only_function_ = 0;
  bool many_ = false;
  bool begun_ = false;  ///< the pool has seen a batch
  std::array<bool, 2> has_words_{};
  std::array<bool, 5> has_columns_{};
  std::array<std::int64_t, kArrivalBlock> warm_{};
  std::array<std::int64_t, kArrivalBlock> network_{};
};

}  // namespace

std::unique_ptr<DeploymentRun> make_batched_run(const DeploymentPlan& plan, ReplaySeed seed,
                                                Tally& tally) {
  return std::make_unique<BatchedRun>(plan, seed, tally);
}

}  // namespace faascast
