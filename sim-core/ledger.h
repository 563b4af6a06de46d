#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "sim-core/engine.h"
#include "sim-core/instance_meter.h"
#include "sim-core/kernels.h"
#include "sim-core/requests.h"

namespace faascast {

/// A block of completed requests of one function, as arrays.
struct ServedBlock {
  std::uint32_t function = 0;
  std::uint64_t first_number = 0;
  std::span<const std::uint64_t> number{};  ///< empty = consecutive from first_number
  std::span<const std::int64_t> at{};
  std::span<const std::int64_t> start{};  ///< empty = at
  std::span<const std::int64_t> done{};
  std::span<const std::int64_t> warm{};     ///< busy, and billed, but for the cold ones
  std::span<const std::int64_t> network{};  ///< empty = none
  struct Cold {
    std::size_t index;
    Stay stay;
  };
  std::span<const Cold> cold{};
};

/// Books requests: outcomes, latencies and metered amounts, in integers, so that ledgers of
/// different threads add up to the same bits in any order.
class Ledger {
 public:
  /// The end of a request, in the order of booking.
  struct Ended {
    std::uint32_t function;
    std::uint64_t number;
    std::int64_t at;  ///< of the answer, with its network time
    Outcome outcome;
  };

  Ledger(const DeploymentPlan& plan, Window window);

  /// A request of a batch.
  struct Member {
    std::uint64_t number = 0;
    std::int64_t at = 0;
    std::int64_t network = 0;
  };
  /// Requests that a pool serves as one, which has the first one's number.
  struct Batch {
    std::uint32_t function = 0;
    std::int64_t due = 0;  ///< when it closes at the latest
    std::vector<Member> members{};
  };
  /// From here on every request that is booked is a batch: its members are.
  void expect_batches() { batches_under_way_.emplace(); }
  /// It is about to be served.
  void expect(Batch batch);

  /// @param timeline  hears of requests too; outlives the ledger
  void tell(TimelineMeter& timeline) { timeline_ = &timeline; }
  /// Ends are also written here, as long as it lives. Null: they are not.
  void log_ends(std::vector<Ended>* log) { log_ = log; }

  void add(const ServedBlock& block);
  /// A request that was served. Its times count in the summaries only if it completed.
  void add(const Request& request, std::int64_t start, const Stay& stay);
  void add_throttled(const Request& request);

  // Pools whose instances serve several requests at once book the parts by themselves.
  /// An instance was busy: at least one request, or starting.
  void add_busy(std::int64_t from, std::int64_t to);
  /// A request ended that was served: everything but busy time and bill.
  void add_served(const Request& request, std::int64_t start, const Stay& stay);
  /// A request is charged for; its time too where that is billed by request. Only for arrivals of
  /// the window.
  /// @param provisioned it ran on provisioned capacity
  void charge(const Request& request, std::int64_t billed, bool provisioned = false) {
    if (request.at >= window_.begin) bill(request, billed, provisioned);
  }
  /// Billed time of an instance whose active period, or start by itself, began at `from`.
  void bill_period(std::int64_t from, std::int64_t billed, bool provisioned = false);
  /// An instance started that no request asked for.
  void add_own_start(std::int64_t at) {
    if (at >= window_.begin && at < window_.end) ++own_starts_;
  }
  /// An instance did not come up for it. @param joined it was not the one that the start was for
  void add_failed_start(const Request& request, bool joined);
  void add_failed(const Request& request, std::int64_t at);
  /// It gave up waiting.
  void add_abandoned(const Request& request, std::int64_t at);
  void add_retry(const Request& request);
  /// Requests were executed together. @param first of them
  void add_batch(const Request& first) {
    if (first.at >= window_.begin) ++batches_;
  }
  /// Admitted, but the run was stopped before it started.
  void add_unfinished(const Request& request);
  void merge(const Ledger& other);

  /// The block can be booked at once: no memory column that is billed, no times of their own among
  /// requests that use state.
  [[nodiscard]] bool takes_blocks(const Requests& requests) const {
    return !batches_under_way_ && !(bills_memory_used_ && !requests.block.memory_mb.empty()) &&
           !(uses_state_ && !requests.block.execution_ns.empty());
  }
  /// Everything but instances.
  [[nodiscard]] DeploymentResult result(const DeploymentPlan& plan) const;
  [[nodiscard]] Int128 busy_ns() const { return busy_ns_; }
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  /// Tells `book` of the request, or of each member of the batch that it stands for, which is over
  /// then. The first is told apart.
  template <class Book>
  void for_each(const Request& request, bool is_over, Book book);
  void book_served(const Request& request, std::int64_t start, const Stay& stay);
  FunctionTotals& totals(std::uint32_t function);
  void bill(const Request& request, std::int64_t billed, bool provisioned);
  void add_unserved(const Request& request, std::int64_t at, Outcome outcome);
  [[nodiscard]] std::int64_t billed_memory(std::int64_t used_mb) const;
  [[nodiscard]] std::uint64_t steps_of(std::int64_t billed) const;
  [[nodiscard]] std::uint64_t sum_of_steps(std::span<const std::int64_t> ns,
                                           std::int64_t max) const;
  void add_counted(const ServedBlock& block, std::size_t first);
  void tell_of(const ServedBlock& block, std::size_t first);

  Window window_;
  TimelineMeter* timeline_ = nullptr;
  bool bills_ = false;  ///< a pool; servers are billed by their time
  Metering metering_{};
  std::int64_t memory_mb_ = 0;
  std::int64_t memory_step_mb_ = 0;
  bool bills_memory_used_ = false;
  bool uses_state_ = false;
  std::vector<Ended>* log_ = nullptr;
  struct BatchKey {
    std::uint32_t function;
    std::uint64_t number;
    friend bool operator==(const BatchKey&, const BatchKey&) = default;
  };
  struct BatchHash {
    std::size_t operator()(const BatchKey& key) const;
  };
  /// By the first member; looked up only, never walked.
  std::optional<std::unordered_map<BatchKey, Batch, BatchHash>> batches_under_way_{};

  std::uint64_t completed_ = 0;
  std::uint64_t throttled_ = 0;
  std::uint64_t timed_out_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t abandoned_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t retries_ = 0;
  std::uint64_t batches_ = 0;
  std::uint64_t with_state_ = 0;  ///< requests that read and wrote
  std::uint64_t cold_ = 0;
  std::uint64_t joined_ = 0;
  Int128 contention_ns_ = 0;
  std::uint64_t billed_requests_ = 0;
  Int128 billed_steps_ = 0;
  Int128 memory_steps_ = 0;  ///< megabytes * steps
  Int128 provisioned_steps_ = 0;
  std::uint64_t own_starts_ = 0;
  Int128 busy_ns_ = 0;
  std::uint64_t fingerprint_ = 0;
  DurationSummary latency_{};
  DurationSummary execution_{};
  DurationSummary cold_start_{};
  DurationSummary wait_{};
  std::vector<FunctionTotals> functions_{};

  std::array<std::int64_t, kArrivalBlock> scratch_{};
  std::array<std::uint32_t, kArrivalBlock> buckets_{};
};

}  // namespace faascast
