#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

#include "sim-core/creation_order.h"
#include "sim-core/instance_meter.h"
#include "sim-core/ledger.h"
#include "sim-core/plan.h"
#include "sim-core/random.h"
#include "sim-core/requests.h"
#include "sim-core/shared_work.h"
#include "sim-core/timing.h"

namespace faascast {

/// The pools of one deployment with every mechanism of PoolPlan, in time order over all functions
/// that it is given. With all mechanisms off it gives what PlainPool gives, more slowly.
///
/// Where a request goes: to an instance in use that is ready and has room; else to an idle one;
/// else it joins one that is starting and has room, and waits for it; else a new one starts. Among
/// several the reuse order decides: by when an instance last came among them (kMostRecentlyIdle:
/// the latest), by creation, or by a draw. New instances need room below max_instances and a token
/// of scale_out; all of it needs room below account_concurrency. Where a request fits nowhere it
/// waits or is turned away, by at_limit and queue_limit.
///
/// - An instance starts for the placement and INIT of the request that it was created for
///   (cold_execution_ns has none: the instance is ready at once). Components in the handler are
///   that request's alone. If it does not come up, it is gone at the end of its start, and the
///   requests on it have failed.
/// - n requests on an instance run at floor(2^32 min(1, vcpu_share / n)) / 2^32 of their speed when
///   alone, each until its work is done, in whole ns. The timeout is of elapsed time; a request
///   that is done in the timeout's instant completes.
/// - A completion starts the queue's head at once on its instance if that is empty now and may take
///   requests; with an account limit it becomes idle first, and the request that has waited longest
///   of all that fit somewhere comes next.
/// - Requests that left the queue give up after their patience, in the order of the instants.
/// - At one instant: completions by function and number; instances that are ready, by number of the
///   request they were created for; expiries by idle period; ends of life by creation; tokens;
///   patience and retries by number; arrivals.
/// - Turned away or failed, a client may try again: as a new arrival, with the same work.
class DetailedPool {
 public:
  /// @param timing, ledger, meter outlive it
  DetailedPool(const PoolPlan& plan, const Timing& timing, ReplaySeed seed, Ledger& ledger,
               InstanceMeter& meter);

  /// @param pool index of the request's function among those that it serves at once
  /// @param cpu  Timing::work_cpu() where that is needed
  void arrive(std::uint32_t pool, const Request& request, std::int64_t cpu);
  /// No arrivals any more. Empty afterwards. @param stopped what waits is left unstarted
  void finish(std::uint32_t pools, bool stopped);

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::int64_t kNever = SharedWork::kNever;

  enum List : std::uint8_t { kRoom, kIdle, kStarting, kLists };
  enum class Kind : std::uint8_t {
    kDeadline,
    kReady,
    kExpiry,
    kEndOfLife,
    kToken,
    kPatience,
    kRetry
  };
  struct Event {
    std::int64_t at;
    Kind kind;
    std::uint32_t pool;
    std::uint64_t order;
    std::uint32_t id;      ///< of a task or a slot
    std::uint64_t serial;  ///< its own, or the event is out of date
    friend bool operator>(const Event& a, const Event& b) {
      if (a.at != b.at) return a.at > b.at;
      if (a.kind != b.kind) return a.kind > b.kind;
      return a.pool != b.pool ? a.pool > b.pool : a.order > b.order;
    }
  };
  enum class State : std::uint8_t { kFree, kWaiting, kRunning, kDone };
  /// A request from its arrival to its end.
  struct Task {
    Request request{};
    Stay stay{};
    std::int64_t cpu = 0;
    std::int64_t start = 0;        ///< on a ready instance, or of an instance for it
    std::int64_t served_from = 0;  ///< on a ready instance
    std::uint64_t serial = 0;
    std::uint32_t pool = 0;
    std::uint32_t slot = kNone;
    std::uint16_t attempt = 0;
    State state = State::kFree;
    bool late = false;
  };
  struct Instance {
    SharedWork work{};
    std::vector<std::uint32_t> joined{};  ///< while it starts; the first is whom it starts for
    std::uint64_t serial = 0;
    std::uint64_t created = 0;  ///< number among its function's
    std::uint64_t idle_period = 0;
    std::uint64_t last_number = 0;  ///< of the request that ended last
    std::uint32_t last_function = 0;
    std::int64_t expires_at = kNever;
    std::int64_t event_at = kNever;  ///< of its expiry event
    std::int64_t active_since = 0;
    std::int64_t billed_from = 0;
    std::uint32_t pool = 0;
    std::uint32_t count = 0;  ///< requests on it
    std::uint32_t done = 0;   ///< of count: those whose completion is due at now_
    std::uint32_t older = kNone;
    std::uint32_t newer = kNone;
    List in = kLists;
    bool live = false;
    bool ready = false;
    bool fails = false;
    bool draining = false;
  };
  struct Waiting {
    std::uint32_t task;
    std::uint64_t serial;
  };
  struct Pool {
    struct Ends {
      std::uint32_t oldest = kNone;
      std::uint32_t newest = kNone;
    };
    std::array<Ends, kLists> list{};
    std::array<CreationOrder, kLists> order{};
    std::uint64_t live = 0;
    std::uint64_t steady = 0;  ///< live and not draining
    std::uint64_t busy = 0;    ///< instances
    std::uint64_t created = 0;
    std::uint64_t idle_periods = 0;
    Int128 tokens = 0;  ///< times the period
    std::int64_t tokens_at = 0;
    bool token_due = false;  ///< an event waits for the next one
    std::deque<Waiting> queue{};
    std::uint64_t waiting = 0;
    bool begun = false;
  };

  Pool& pool_at(std::uint32_t index);
  void run_until(std::int64_t until);
  void process_until(std::int64_t until);
  [[nodiscard]] std::int64_t next_at() const;
  void take_done(std::uint32_t slot);
  void complete_next();
  void complete(std::uint32_t task);
  void after_completion(std::uint32_t slot);
  void handle(const Event& event);
  void pass_deadline(const Event& event);
  void become_ready(std::uint32_t slot);
  void fail_start(std::uint32_t slot);
  void expire(const Event& event);
  void end_life(const Event& event);
  void lose_patience(const Event& event);

  void submit(std::uint32_t task);
  void turn_away(std::uint32_t task, bool failed);
  bool place(std::uint32_t task);
  void enqueue(std::uint32_t task);
  void serve_queue(std::uint32_t pool);
  void serve_all_queues();
  std::uint32_t head(Pool& pool);
  void pop_head(Pool& pool);
  bool take_token(Pool& pool);
  void await_token(std::uint32_t pool);

  void put_on(std::uint32_t slot, std::uint32_t task);
  void attach(std::uint32_t slot, std::uint32_t task);
  void serve(std::uint32_t slot, std::uint32_t task);
  void create_for(std::uint32_t task);
  std::uint32_t create(std::uint32_t pool);
  void remove(std::uint32_t slot, bool expired);
  void begin_active(Instance& instance);
  void end_active(Instance& instance, bool bills);
  void make_idle(std::uint32_t slot);
  [[nodiscard]] std::int64_t idle_life(const Instance& instance) const;
  void arm(std::uint32_t slot);
  void arm_expiry(std::uint32_t slot);
  void arm_end_of_life(std::uint32_t slot);

  void enter(List list, std::uint32_t slot);
  void leave_list(std::uint32_t slot);
  [[nodiscard]] std::uint32_t chosen(const Pool& pool, List list, const Request& request) const;
  [[nodiscard]] bool by_creation() const {
    return plan_.reuse_order == ReuseOrder::kNewestFirst ||
           plan_.reuse_order == ReuseOrder::kOldestFirst ||
           plan_.reuse_order == ReuseOrder::kRandom;
  }
  std::uint32_t new_task(std::uint32_t pool, const Request& request, std::int64_t cpu);
  void free_task(std::uint32_t task);
  [[nodiscard]] std::uint64_t word(const Request& request, Purpose purpose,
                                   std::uint16_t attempt) const;
  void leave_waiting();
  void hand_over_idle();
  void clear();

  const PoolPlan& plan_;
  const Timing& timing_;
  ReplaySeed seed_;
  Ledger& ledger_;
  InstanceMeter& meter_;
  Speeds speeds_;
  bool queues_;
  bool per_period_;  ///< billed by active periods

  std::int64_t now_ = 0;
  bool open_ = false;
  std::uint64_t serial_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t tasks_in_use_ = 0;
  std::vector<Pool> pools_{};
  std::vector<Instance> instances_{};
  std::array<std::vector<std::uint32_t>, kLists> place_of_{};  ///< in Pool::order
  std::vector<std::uint32_t> free_instances_{};
  std::vector<Task> tasks_{};
  std::vector<std::uint32_t> free_tasks_{};
  std::vector<std::uint32_t> done_{};  ///< tasks that are done at now_
  NextCompletions next_{};
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events_{};
};

/// The plan needs a DetailedPool.
[[nodiscard]] bool needs_detailed_pool(const PoolPlan& plan);

}  // namespace faascast
