#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "sim-core/closed_loop.h"
#include "sim-core/engine.h"
#include "sim-core/instance_meter.h"
#include "sim-core/ledger.h"
#include "sim-core/requests.h"

namespace faascast {

/// What a thread has booked for one deployment; tallies add up in any order. The parts of a
/// deployment that has some book for themselves.
struct Tally {
  Ledger ledger;
  InstanceMeter meter;
  std::vector<Tally> parts{};
  std::unique_ptr<TimelineMeter> timeline{};  ///< null: none was asked for

  Tally(const DeploymentPlan& plan, Window window, bool keeps_timeline)
      : ledger(plan, window), meter(window) {
    for (const DeploymentPlan& part : plan.parts) {
      parts.emplace_back(part, window, keeps_timeline).log_events();  // the peak is of their sum
    }
    if (!keeps_timeline) return;
    timeline = std::make_unique<TimelineMeter>(window.begin);
    ledger.tell(*timeline);
    meter.tell(*timeline);
  }
  void log_events() {
    meter.log_events();
    for (Tally& part : parts) part.log_events();
  }
  void merge(const Tally& other) {
    ledger.merge(other.ledger);
    meter.merge(other.meter);
    if (timeline && other.timeline) timeline->merge(*other.timeline);
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].merge(other.parts[i]);
  }
};

/// One deployment that serves a stream of requests on one thread.
class DeploymentRun {
 public:
  virtual ~DeploymentRun() = default;
  /// A block of a stream, in time order.
  virtual void serve(const Requests& requests) = 0;
  /// The end of a stream: everything in flight runs to its end. The run is then ready for another
  /// function's stream. @param functions how many the stream has (their minimum instances live even
  /// without requests) @param stopped what waits is left in flight
  virtual void finish(std::uint32_t functions, bool stopped) = 0;
  /// After finish(): the run goes on until then, since something else has not ended.
  virtual void run_on(std::int64_t /*end*/) {}

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  /// The earliest instant at which a request may end whose end is not known yet; kNever: none will
  /// without further arrivals.
  [[nodiscard]] virtual std::int64_t next_event() const { return kNever; }
  /// Everything up to and including then happens. @pre not before the latest arrival
  virtual void advance(std::int64_t /*until*/) {}
};

/// Places in a block, ascending.
using Places = std::vector<std::size_t>;

/// @param tally where the run books; outlives it
/// @param turned_away  of a fleet: where it notes the requests of each block that it turns away,
///   instead of booking them; the reader empties it
[[nodiscard]] std::unique_ptr<DeploymentRun> make_deployment_run(const DeploymentPlan& plan,
                                                                 ReplaySeed seed, Tally& tally,
                                                                 Places* turned_away = nullptr);

/// Ends of requests of a deployment and its parts are written to `log`; null: no more.
void log_ends(Tally& tally, std::vector<Ledger::Ended>* log);
/// When the last instance of a deployment and its parts has ended.
[[nodiscard]] std::int64_t end_of(const Tally& tally);

/// Replays the clients against one deployment, up to its last arrival: finish() remains to be done.
/// @param tally   the deployment's; its ends are read from here on
/// @param end     no query begins then or later, besides ClosedLoop::until
/// @param goes_on told of so many more requests, now and then; false: stop
/// @return the last arrival in ns, 0 where there was none
std::int64_t replay_clients(const ClosedLoop& loop, const DeploymentPlan& plan, DeploymentRun& run,
                            Tally& tally, ReplaySeed seed, std::int64_t end,
                            const std::function<bool(std::uint64_t)>& goes_on);

/// The deployment's figures from the tallies of all threads. @post tally.meter is closed
/// @param at_least  the run's end is not before (where it is found by running)
[[nodiscard]] DeploymentResult result_of(const DeploymentPlan& plan, Tally& tally,
                                         std::int64_t at_least = 0);

/// Which words a deployment needs of every request.
[[nodiscard]] bool draws_work(const DeploymentPlan& plan);
[[nodiscard]] bool draws_network(const DeploymentPlan& plan);
[[nodiscard]] bool draws_noise(const DeploymentPlan& plan);

}  // namespace faascast
