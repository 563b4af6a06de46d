#include "pricing/month.h"

#include <cassert>
#include <cstddef>

#include "pricing/money.h"

namespace faascast {
namespace {

bool is_priced_by_the_hour(Meter meter) {
  switch (meter) {
    case Meter::kServerTime:
    case Meter::kLoadBalancerTime:
    case Meter::kClusterTime:
    case Meter::kDiskTime:
    case Meter::kNatTime:
      return true;
    default:
      return false;
  }
}

}  // namespace

Usage month_usage(const Usage& usage, Duration span) {
  assert(span > Duration::zero() && "an empty span has no month");
  Usage month;
  for (std::size_t i = 0; i < kMeters; ++i) {
    const auto meter = static_cast<Meter>(i);
    const Duration length = is_priced_by_the_hour(meter) ? kHourlyMonth : kMonth;
    month[meter] = scaled(usage[meter], length.count(), span.count());
  }
  return month;
}

Usage usage_of(const MonthlyLoad& load) {
  const Int128 requests = load.requests;
  const Int128 busy = requests * billed_duration(load.metering, load.duration).count();
  Usage usage;
  usage[Meter::kRequests] = load.metering.bills_requests ? requests : 0;
  usage[Meter::kMemoryTime] = busy * load.memory.value();
  usage[Meter::kVcpuTime] = busy * load.vcpu.value();
  usage[Meter::kClockTime] = busy * load.clock_mhz;
  usage[Meter::kServerTime] = Int128{load.servers} * kHourlyMonth.count();
  usage[Meter::kLoadBalancerTime] = kHourlyMonth.count();
  usage[Meter::kBytesIn] = requests * load.request_bytes.value();
  usage[Meter::kBytesOut] = requests * load.response_bytes.value();
  usage[Meter::kConnections] = requests;
  return usage;
}

}  // namespace faascast
