#include "sim-core/usage.h"

namespace faascast {

std::string_view name_of(Meter meter) {
  switch (meter) {
    case Meter::kRequests:
      return "requests";
    case Meter::kMemoryTime:
      return "memory_time_mb_ns";
    case Meter::kVcpuTime:
      return "vcpu_time_milli_ns";
    case Meter::kClockTime:
      return "clock_time_mhz_ns";
    case Meter::kIdleMemoryTime:
      return "idle_memory_time_mb_ns";
    case Meter::kIdleVcpuTime:
      return "idle_vcpu_time_milli_ns";
    case Meter::kProvisionedMemoryTime:
      return "provisioned_memory_time_mb_ns";
    case Meter::kServerTime:
      return "server_time_ns";
    case Meter::kLoadBalancerTime:
      return "load_balancer_time_ns";
    case Meter::kBytesIn:
      return "bytes_in";
    case Meter::kBytesOut:
      return "bytes_out";
    case Meter::kConnections:
      return "connections";
    case Meter::kProvisionedExecution:
      return "provisioned_execution_mb_ns";
    case Meter::kStateReads:
      return "state_reads";
    case Meter::kStateWrites:
      return "state_writes";
    case Meter::kClusterTime:
      return "cluster_time_ns";
    case Meter::kDiskTime:
      return "disk_time_mb_ns";
    case Meter::kGpuTime:
      return "gpu_time_ns";
    case Meter::kNatTime:
      return "nat_time_ns";
    case Meter::kNatBytes:
      return "nat_bytes";
    case Meter::kCrossZoneBytes:
      return "cross_zone_bytes";
    case Meter::kLogBytes:
      return "log_bytes";
    case Meter::kSnapshotTime:
      return "snapshot_time_mb_ns";
    case Meter::kSnapshotBytes:
      return "snapshot_bytes";
  }
  return "";
}

}  // namespace faascast
