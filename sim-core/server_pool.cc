#include "sim-core/server_pool.h"

namespace faascast {

FixedServers::FixedServers(const ServerPlan& plan, InstanceMeter& meter)
    : replicas_(std::max<std::uint32_t>(plan.replicas, 1)), limit_(plan.queue_limit) {
  for (std::uint64_t live = 1; live <= replicas_; ++live) meter.created(0, live);
  const std::uint64_t workers = replicas_ * std::max<std::uint32_t>(plan.workers_per_replica, 1);
  for (std::uint64_t i = 0; i < workers; ++i) free_at_.push(0);
}

void FixedServers::finish(InstanceMeter& meter) {
  meter.completed_until(last_);
  meter.opens_with(replicas_);
  meter.stays(replicas_);
}

}  // namespace faascast
