#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "sim-core/creation_order.h"
#include "sim-core/instance_meter.h"
#include "sim-core/ledger.h"
#include "sim-core/plan.h"
#include "sim-core/pool_load.h"
#include "sim-core/random.h"
#include "sim-core/requests.h"
#include "sim-core/shared_work.h"
#include "sim-core/timing.h"
#include "sim-core/user_policy.h"

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
///   request they were created for, then by creation those that no request asked for; expiries by
///   idle period; ends of life by creation; changes of warm capacity; ticks of the scaling policy;
///   starts ahead of the next request; tokens; patience and retries by number; a user's policy;
///   arrivals.
/// - With warm capacity: an instance in use of it with room, an idle one of it, then the others.
/// - Instances that no request asked for start by themselves (ScalingPolicy); while they start they
///   count as busy, and requests may join them, but with kKnative. Where INIT is
///   billed, theirs is a period of its own, in full, if it begins before the horizon; that of warm
///   capacity never is. A request that waited in the queue and goes on such an instance in the
///   instant in which it is ready has waited for its start.
/// - What acts by the clock does so until the horizon; where that is found by running, until the
///   last request of all functions (of a part of a deployment: of its own) has ended, or until
///   nothing is left that will expire and autoscalers are at rest.
/// - Turned away or failed, a client may try again: as a new arrival, with the same work.
class DetailedPool {
 public:
  /// @param timing, ledger, meter outlive it
  DetailedPool(const PoolPlan& plan, const Timing& timing, ReplaySeed seed, Ledger& ledger,
               InstanceMeter& meter);

  DetailedPool(const DetailedPool&) = delete;
  DetailedPool& operator=(const DetailedPool&) = delete;

  /// Before the first request where something acts by the clock: pools begin at once.
  /// @param function of the only pool, where there is one
  void begin(std::uint32_t pools, std::uint32_t function);
  /// @param pool index of the request's function among those that it serves at once
  /// @param cpu  Timing::work_cpu() where that is needed
  void arrive(std::uint32_t pool, const Request& request, std::int64_t cpu);
  /// No arrivals any more. Empty afterwards. @param stopped what waits is left unstarted
  void finish(std::uint32_t pools, bool stopped);

  /// The next instant at which something happens; kNever: nothing will without arrivals.
  [[nodiscard]] std::int64_t next_at() const;
  /// Everything up to and including then. @pre not before the latest arrival
  void run_until(std::int64_t until);

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::int64_t kNever = SharedWork::kNever;

  /// In the order in which requests look for room.
  enum List : std::uint8_t { kWarmRoom, kWarmIdle, kRoom, kIdle, kStarting, kLists };
  enum class Kind : std::uint8_t {
    kDeadline,
    kReady,
    kExpiry,
    kEndOfLife,
    kWarm,
    kTick,
    kAhead,
    kToken,
    kPatience,
    kRetry,
    kWake
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
    std::int64_t warm = 0;         ///< on an instance of factor 1
    std::int64_t start = 0;        ///< on a ready instance, or of an instance for it
    std::int64_t served_from = 0;  ///< on a ready instance
    std::uint64_t serial = 0;
    std::uint32_t pool = 0;
    std::uint32_t slot = kNone;
    std::uint16_t attempt = 0;
    State state = State::kFree;
    bool late = false;
    bool queued = false;  ///< it comes from the queue
  };
  struct Instance {
    SharedWork work{};
    std::vector<std::uint32_t> joined{};  ///< while it starts; the first is whom it starts for
    std::uint64_t serial = 0;
    std::uint64_t created = 0;  ///< number among its function's
    std::uint64_t idle_period = 0;
    std::uint64_t last_number = 0;  ///< of the request that ended last
    std::uint16_t last_sub = 0;     ///< kOwnStart: no request has ended on it
    std::int64_t expires_at = kNever;
    std::int64_t event_at = kNever;  ///< of its expiry event
    std::int64_t active_since = 0;
    std::int64_t billed_from = 0;
    std::int64_t factor = 1'000'000'000;  ///< of CPU time, in 10^-9
    std::int64_t born = 0;
    std::int64_t idle_since = 0;
    std::int64_t ready_at = 0;  ///< of one that no request asked for
    std::uint64_t served = 0;
    std::uint32_t milli_cpu = 0;  ///< counted in its pool's load
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
    bool reserved = false;  ///< warm capacity
    bool own = false;       ///< no request asked for it
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
    std::uint64_t steady = 0;  ///< live, not draining, not of the warm capacity
    std::uint64_t busy = 0;    ///< instances, but for the warm capacity
    std::uint64_t in_flight = 0;
    std::uint64_t created = 0;
    std::uint64_t idle_periods = 0;
    Int128 tokens = 0;  ///< times the period
    std::int64_t tokens_at = 0;
    bool token_due = false;  ///< an event waits for the next one
    std::deque<Waiting> queue{};
    std::uint64_t waiting = 0;
    std::uint32_t function = 0;
    bool begun = false;

    PoolLoad load{};
    PoolLoad warm_load{};                 ///< of the warm capacity; ticks of its tracking
    std::vector<std::uint32_t> warm{};    ///< warm capacity in order of creation, none that drains
    std::vector<std::uint32_t> others{};  ///< likewise, where the policy gives instances up
    std::size_t warm_step = 0;
    std::uint64_t warm_cycle = 0;
    std::int64_t warm_changed = 0;
    KnativeScaler knative{};
    std::uint64_t wanted = 0;
    bool ticks = false;
    IdleTimes idle_times{};
    std::int64_t empty_since = -1;   ///< no request in the system
    std::int64_t ahead_at = kNever;  ///< an instance is to start
    std::int64_t ahead_until = 0;
  };

  Pool& pool_at(std::uint32_t index, std::uint32_t function);
  void process_until(std::int64_t until);
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
  std::uint32_t create(std::uint32_t pool, bool reserved);
  void remove(std::uint32_t slot, bool expired);
  void begin_active(Instance& instance);
  void end_active(Instance& instance, bool bills);
  void fit(Instance& instance, Task& task) const;
  void leave(std::uint32_t pool);
  [[nodiscard]] std::int64_t ask_for_life(std::uint32_t slot);
  [[nodiscard]] bool has_reserved(const Pool& pool) const {
    return pool.function < reserved_.size() && reserved_[pool.function] >= 0;
  }
  void make_idle(std::uint32_t slot);
  [[nodiscard]] std::int64_t idle_life(std::uint32_t slot);
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
  // detailed_scaling.cc: what no request asked for
  class Host;
  std::uint32_t start_own(std::uint32_t pool);
  void await_ready(std::uint32_t slot, std::int64_t ready_at);
  void become_ready_alone(std::uint32_t slot);
  void start_warm(std::uint32_t pool, std::uint32_t count, bool at_once);
  void set_warm(std::uint32_t pool, std::uint64_t wanted);
  void give_up_warm(std::uint32_t slot);
  void await_warm(std::uint32_t pool);
  void step_warm(std::uint32_t pool);
  void resume_ticks(std::uint32_t pool);
  void tick(std::uint32_t pool);
  void tick_knative(std::uint32_t pool, std::uint64_t number);
  void tick_cloud_run(std::uint32_t pool, std::uint64_t number);
  void give_up_newest(std::uint32_t pool);
  void forget(std::vector<std::uint32_t>& list, std::uint32_t slot);
  void count_requests(std::uint32_t pool, std::int64_t change);
  void count_cpu(std::uint32_t slot);
  void begin_ahead(const Event& event);
  void empty_out(std::uint32_t pool, const IdleTimes::Windows& windows);
  bool place_as_told(std::uint32_t task);
  void start_policy();
  void wake();
  [[nodiscard]] InstanceView view_of(std::uint32_t slot) const;
  [[nodiscard]] std::uint32_t slot_of(std::uint64_t id) const;
  [[nodiscard]] bool account_is_full(const Pool& pool) const;
  /// No request of the function can ever run.
  [[nodiscard]] bool is_closed(const Pool& pool) const {
    if (plan_.account_concurrency == 0) return false;
    return (has_reserved(pool) ? reserved_[pool.function] == 0 : account_left_ == 0);
  }
  void run_on();
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] std::int64_t period() const {
    return std::max<std::int64_t>(plan_.scaling.period.count(), 1);
  }
  [[nodiscard]] std::uint64_t ticks_in(Duration window) const {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(window.count() / period(), 1));
  }
  [[nodiscard]] static List idle_list(const Instance& i) { return i.reserved ? kWarmIdle : kIdle; }
  [[nodiscard]] static List room_list(const Instance& i) { return i.reserved ? kWarmRoom : kRoom; }
  [[nodiscard]] bool provisioned(const Instance& i) const {
    return i.reserved && plan_.warm->provisioned;
  }

  void leave_waiting();
  void hand_over_idle();
  void clear();

  const PoolPlan& plan_;
  const Timing& timing_;
  ReplaySeed seed_;
  Ledger& ledger_;
  InstanceMeter& meter_;
  Speeds speeds_;
  bool knative_;
  bool queues_;
  bool per_period_;  ///< billed by active periods
  bool counts_load_;
  bool shares_;  ///< what one function does may make room for another
  List first_list_;
  List last_list_;                        ///< that requests look at
  std::uint64_t account_left_ = 0;        ///< account_concurrency but for what is reserved
  std::vector<std::int64_t> reserved_{};  ///< by function; -1 = none
  std::unique_ptr<UserPolicy> policy_{};
  std::unique_ptr<PolicyHost> host_{};

  std::int64_t now_ = 0;
  bool open_ = false;
  bool begun_ = false;
  bool told_away_ = false;  ///< by the user's policy, just now
  std::uint64_t serial_ = 0;
  std::uint64_t in_flight_ = 0;  ///< of functions without reserved concurrency
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
/// Something happens in the pool that no request causes.
[[nodiscard]] bool acts_by_the_clock(const PoolPlan& plan);

}  // namespace faascast
