#include "studies/instance_usage.h"

#include <algorithm>

namespace faascast {

void add_instance_usage(const InstanceBilling& billing, const DeploymentResult& figures,
                        Duration span, Usage& usage) {
  const auto whole_span = static_cast<Int128>(span.count());
  if (billing.life) {
    usage[Meter::kMemoryTime] = figures.instances.live_ns * billing.memory.value();
    usage[Meter::kVcpuTime] = figures.instances.live_ns * billing.vcpu.value();
    usage[Meter::kIdleMemoryTime] = 0;
    usage[Meter::kIdleVcpuTime] = 0;
    usage[Meter::kGpuTime] = billing.has_gpu ? figures.instances.live_ns : 0;
  }
  if (billing.per_server > 0) {
    const std::uint64_t servers = std::max<std::uint64_t>(
        1, (figures.instances.peak + billing.per_server - 1) / billing.per_server);
    usage[Meter::kServerTime] = whole_span * static_cast<Int128>(servers);
    for (const Meter meter : {Meter::kMemoryTime, Meter::kVcpuTime, Meter::kIdleMemoryTime,
                              Meter::kIdleVcpuTime, Meter::kRequests})
      usage[meter] = 0;
  }
  if (billing.snapshot.value() > 0) {
    constexpr Int128 kBytesPerMb = 1048576;
    usage[Meter::kSnapshotTime] = whole_span * billing.snapshot.value();
    usage[Meter::kSnapshotBytes] =
        static_cast<Int128>(figures.cold_starts) * billing.snapshot.value() * kBytesPerMb;
  }
}

}  // namespace faascast
