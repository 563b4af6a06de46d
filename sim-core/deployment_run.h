#pragma once

#include <memory>

#include "sim-core/engine.h"
#include "sim-core/instance_meter.h"
#include "sim-core/ledger.h"
#include "sim-core/requests.h"

namespace faascast {

/// What a thread has booked for one deployment; tallies add up in any order.
struct Tally {
  Ledger ledger;
  InstanceMeter meter;

  std::unique_ptr<TimelineMeter> timeline{};  ///< null: none was asked for

  Tally(const DeploymentPlan& plan, Window window, bool keeps_timeline)
      : ledger(plan, window), meter(window) {
    if (!keeps_timeline) return;
    timeline = std::make_unique<TimelineMeter>(window.begin);
    ledger.tell(*timeline);
    meter.tell(*timeline);
  }
  void merge(const Tally& other) {
    ledger.merge(other.ledger);
    meter.merge(other.meter);
    if (timeline && other.timeline) timeline->merge(*other.timeline);
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
};

/// @param tally where the run books; outlives it
[[nodiscard]] std::unique_ptr<DeploymentRun> make_deployment_run(const DeploymentPlan& plan,
                                                                 ReplaySeed seed, Tally& tally);

/// The deployment's figures from the tallies of all threads. @post tally.meter is closed
[[nodiscard]] DeploymentResult result_of(const DeploymentPlan& plan, Tally& tally);

/// Which words a deployment needs of every request.
[[nodiscard]] bool draws_work(const DeploymentPlan& plan);
[[nodiscard]] bool draws_network(const DeploymentPlan& plan);

}  // namespace faascast
