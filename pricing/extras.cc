#include "pricing/extras.h"

#include <algorithm>
#include <iterator>

namespace faascast {
namespace {

constexpr std::int64_t kHourNs = 3'600'000'000'000;
constexpr std::int64_t kGbMonth = 1024 * 730 * kHourNs;  // MB ns
constexpr std::int64_t kGb = 1'000'000'000;

struct GivenRow {
  const char* name;
  const char* line;
  Meter meter;
  const char* unit;
  std::int64_t per;
};
constexpr GivenRow kGiven[] = {
    {"server_hour", "servers", Meter::kServerTime, "hour", kHourNs},
    {"disk_gb_month", "disks", Meter::kDiskTime, "GB-month", kGbMonth},
    {"logs_gb", "logs", Meter::kLogBytes, "GB", kGb},
    {"nat_hour", "NAT gateway", Meter::kNatTime, "hour", kHourNs},
    {"nat_gb", "NAT data", Meter::kNatBytes, "GB", kGb},
    {"cross_zone_gb", "data between zones", Meter::kCrossZoneBytes, "GB", kGb},
    {"control_plane_hour", "control plane", Meter::kClusterTime, "hour", kHourNs},
    {"state_read", "state reads", Meter::kStateReads, "request", 1},
    {"state_write", "state writes", Meter::kStateWrites, "request", 1},
};

}  // namespace

const std::vector<std::string>& given_price_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const GivenRow& row : kGiven) names.emplace_back(row.name);
    return names;
  }();
  return kNames;
}

PriceLine line_of(const GivenPrice& price) {
  const GivenRow& row = *std::find_if(std::begin(kGiven), std::end(kGiven),
                                      [&](const auto& known) { return price.name == known.name; });
  PriceLine line;
  line.name = row.line;
  line.unit = row.unit;
  line.measures = {{.meters = {row.meter}, .per = row.per}};
  line.tiers = {{.from = 0,
                 .pico_usd = price.pico_usd,
                 .low_pico_usd = price.pico_usd,
                 .high_pico_usd = price.pico_usd}};
  line.regions = {"global"};
  line.source = {
      .kind = "scenario", .source = "given with the deployment", .as_of = {}, .confidence = "D"};
  return line;
}

const ExtraRule& rule_of(Extra extra) {
  static const std::vector<ExtraRule> kRules{
      {"logs", "logs", {{Meter::kLogBytes, "logs_gb"}}},
      {"disk", "disks", {{Meter::kDiskTime, "disk_gb_month"}}},
      {"nat", "a NAT gateway", {{Meter::kNatTime, "nat_hour"}, {Meter::kNatBytes, "nat_gb"}}},
      {"cross-zone", "bytes between zones", {{Meter::kCrossZoneBytes, "cross_zone_gb"}}},
      {"kubernetes", "a Kubernetes control plane", {{Meter::kClusterTime, "control_plane_hour"}}},
      {"state", "reads of external state", {{Meter::kStateReads, "state_read"}}},
      {"state", "writes of external state", {{Meter::kStateWrites, "state_write"}}},
  };
  return kRules[static_cast<std::size_t>(extra)];
}

bool measures(const PriceLine& line, Meter meter) {
  return std::any_of(line.measures.begin(), line.measures.end(), [&](const Measure& measure) {
    return std::find(measure.meters.begin(), measure.meters.end(), meter) != measure.meters.end();
  });
}

}  // namespace faascast
