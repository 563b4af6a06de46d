#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "sim-core/instance_meter.h"
#include "sim-core/ledger.h"
#include "sim-core/plan.h"
#include "sim-core/requests.h"
#include "sim-core/shared_work.h"

namespace faascast {

/// A fleet with every mechanism of ServerPlan, in time order, with one FIFO queue. With all of them
/// off it gives what FixedServers gives, more slowly.
///
/// Requests and batches
/// - A request goes to the oldest replica with a free worker; where workers share CPUs, to the one
///   with fewest busy workers, the oldest among them. A freed worker takes the queue's head.
/// - With batching a free worker takes the first maximum_size that wait, once there are so many;
///   fewer once the first of them arrived maximum_wait ago. A batch works for
///   floor(longest time alone * factor / 1000), and all of it is done at once.
/// - A request is turned away when no worker is free and queue_limit wait.
/// - n busy workers of a replica run at Speeds::of_cores(...).of(n) of their speed when alone, each
///   until its work is done, in whole ns.
/// - A request that has waited for longer than its patience since it came to the queue leaves.
///
/// Breakdowns: from when it is ready a replica is up and down by turns. While it is down it takes
/// nothing. Requests on it go back to their places in the queue, by their first arrival, or fail.
///
/// Autoscaler
/// - Ticks are at k * period, k >= 1.
/// - At a tick, u = busy worker time / live worker time in the period that ends; live replicas are
///   those paid for: booting, draining and broken ones too. R counts them without the draining
///   ones, desired = ceil(R * u / target) within [max(minimum, 1), maximum], in exact arithmetic
///   with the target rounded to a millionth (and at least that).
/// - desired > R: new replicas are decided (and paid from) now, and take requests boot_lag later.
/// - desired < R and at least `cooldown` since the last change (or no change yet): R - desired
///   replicas go, those with fewest busy workers first, among them the newest. One that is idle,
///   booting or broken is gone at once; one that is busy takes no new request and is paid until its
///   last worker is done.
/// - The first `replicas` servers, brought within [minimum, maximum], are ready at the start.
///
/// At one instant: completions by function and number (of a batch's first); replicas that are
/// ready, then those that break down, by age; tick; batches that have waited long enough; patience
/// by order of arrival; arrivals.
class ServerFleet {
 public:
  /// @param ledger, meter outlive it
  ServerFleet(const ServerPlan& plan, ReplaySeed seed, Ledger& ledger, InstanceMeter& meter);

  /// @return false: it is turned away
  [[nodiscard]] bool arrive(const Request& request);
  /// No arrivals any more: runs until everything is served, and on to the window's given end.
  void finish(bool stopped);
  /// The run ends later than all that it serves.
  void run_on(std::int64_t end);

  /// The next instant at which something happens; kNever: nothing will without arrivals.
  [[nodiscard]] std::int64_t next_at() const;
  /// Everything up to and including then. @pre not before the latest arrival
  void run_until(std::int64_t until) {
    if (!open_ && until >= meter_.window().begin) open();
    advance(until);
  }

 private:
  static constexpr std::int64_t kNever = SharedWork::kNever;

  /// Replicas with a free worker, the one to take first.
  using Free = std::set<std::pair<std::uint32_t, std::uint32_t>>;  ///< busy workers (or 0), number

  enum class Kind : std::uint8_t { kReady, kBreakdown, kBatch, kPatience };
  struct Event {
    std::int64_t at;
    Kind kind;
    std::uint64_t order;        ///< number of a replica or of a request
    std::uint16_t attempt = 0;  ///< of the request
    friend bool operator>(const Event& a, const Event& b) {
      if (a.at != b.at) return a.at > b.at;
      return a.kind != b.kind ? a.kind > b.kind : a.order > b.order;
    }
  };
  struct Replica {
    SharedWork work{};
    std::uint32_t busy = 0;  ///< workers
    std::uint64_t turn = 0;  ///< of being up and down
    bool up = false;
    bool takes = true;  ///< not draining
    bool gone = false;
    bool is_free = false;  ///< in the set of those, with this rank
    std::uint32_t rank = 0;
    Free::node_type place{};  ///< while it is not in the set
  };
  struct Waiting {
    Request request{};
    std::uint64_t order = 0;  ///< of arrival
    std::uint16_t attempt = 0;
    bool left = false;
  };
  struct Job {
    std::vector<Waiting> requests{};
    std::int64_t start = 0;
    std::int64_t work = 0;
    std::uint32_t replica = 0;
  };

  void advance(std::int64_t until);
  void elapse(std::int64_t now);
  void open();

  void take_done(std::uint32_t replica);
  void complete_next();
  void handle(const Event& event);
  void become_ready(std::uint32_t replica);
  void break_down(std::uint32_t replica);
  void lose_patience(const Event& event);

  [[nodiscard]] bool drop_left();
  void start_waiting();
  void start(std::size_t size);
  void arm(const Waiting& waiting);
  void put_back(std::vector<Waiting> requests);
  void settle(std::uint32_t replica);
  void leave(std::uint32_t replica);
  std::uint32_t new_job();

  void add_replicas(std::uint32_t count, std::int64_t ready_at);
  void remove_replicas(std::uint32_t count);
  void tick();
  void skip_quiet_ticks(std::int64_t until);

  const ServerPlan& plan_;
  ReplaySeed seed_;
  Ledger& ledger_;
  InstanceMeter& meter_;
  std::uint32_t workers_;
  Speeds speeds_;
  std::size_t batch_size_ = 1;
  Autoscale rule_{};
  std::int64_t target_ = 1;  ///< millionths

  std::int64_t now_ = 0;
  bool open_ = false;
  std::uint64_t stayed_ = 0;         ///< were live when it finished
  std::vector<Replica> replicas_{};  ///< in order of creation, those that are gone too
  Free free_{};
  std::uint64_t live_ = 0;
  std::uint32_t taking_ = 0;   ///< R: live and not draining
  std::uint32_t booting_ = 0;  ///< of R
  std::uint64_t busy_ = 0;     ///< workers
  std::vector<Job> jobs_{};
  std::vector<std::uint32_t> free_jobs_{};
  std::vector<std::uint32_t> done_{};  ///< jobs that are done at now_
  NextCompletions next_{};
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events_{};
  std::deque<Waiting> queue_{};  ///< by order
  std::uint64_t waiting_ = 0;    ///< of them, those that have not left
  std::uint64_t arrived_ = 0;
  std::int64_t next_tick_ = kNever;
  std::optional<std::int64_t> last_change_{};
  Int128 busy_ns_ = 0;  ///< since the last tick
  Int128 live_ns_ = 0;
};

/// The plan needs a ServerFleet.
[[nodiscard]] bool needs_server_fleet(const ServerPlan& plan);

}  // namespace faascast
