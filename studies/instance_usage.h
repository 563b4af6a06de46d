#pragma once

#include "platforms/platform_spec.h"
#include "sim-core/engine.h"
#include "sim-core/plan.h"
#include "sim-core/units.h"

namespace faascast {

/// How a deployment is billed for its instances themselves; all zero where it is not.
struct InstanceBilling {
  bool life = false;  ///< memory and vCPU of instances from their start to their end, idle or not
  Megabytes memory{};
  MilliVcpu vcpu{};
  bool has_gpu = false;          ///< one of each instance
  std::uint32_t per_server = 0;  ///< instances that fit on a server that is paid for
  Megabytes snapshot{};          ///< kept all the time, and restored at every start
};

/// Meters what follows from the instances of a run rather than from its requests. Instances' lives
/// are counted to the nanosecond: a platform's rounding of each to 100 ms is below a thousandth.
/// Servers are as many as the peak needs, at least one, all the time.
void add_instance_usage(const InstanceBilling& billing, const DeploymentResult& figures,
                        Duration span, Usage& usage);

}  // namespace faascast
