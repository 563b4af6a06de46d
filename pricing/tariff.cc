#include "pricing/tariff.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "pricing/server_catalogue.h"

namespace faascast {
namespace {

constexpr std::int64_t kMostUnits = 1'000'000'000'000'000;        // of a tier, a free amount
constexpr std::int64_t kMostPicoUsd = 1'000'000'000'000'000'000;  // a million dollars a unit

constexpr Int128 kMostPer = 10'000'000'000'000'000'000U;  // see cost_of()

enum class Dimension : std::uint8_t { kCount, kMemory, kVcpu, kClock, kTime, kBytes, kGpu };

struct MeterName {
  const char* name;
  Meter meter;
  Dimension dimension;
};
constexpr MeterName kMeterNames[] = {
    {"requests", Meter::kRequests, Dimension::kCount},
    {"memory_time", Meter::kMemoryTime, Dimension::kMemory},
    {"vcpu_time", Meter::kVcpuTime, Dimension::kVcpu},
    {"clock_time", Meter::kClockTime, Dimension::kClock},
    {"idle_memory_time", Meter::kIdleMemoryTime, Dimension::kMemory},
    {"idle_vcpu_time", Meter::kIdleVcpuTime, Dimension::kVcpu},
    {"provisioned_memory_time", Meter::kProvisionedMemoryTime, Dimension::kMemory},
    {"provisioned_execution", Meter::kProvisionedExecution, Dimension::kMemory},
    {"server_time", Meter::kServerTime, Dimension::kTime},
    {"load_balancer_time", Meter::kLoadBalancerTime, Dimension::kTime},
    {"bytes_in", Meter::kBytesIn, Dimension::kBytes},
    {"bytes_out", Meter::kBytesOut, Dimension::kBytes},
    {"connections", Meter::kConnections, Dimension::kCount},
    {"state_reads", Meter::kStateReads, Dimension::kCount},
    {"state_writes", Meter::kStateWrites, Dimension::kCount},
    {"cluster_time", Meter::kClusterTime, Dimension::kTime},
    {"disk_time", Meter::kDiskTime, Dimension::kMemory},
    {"gpu_time", Meter::kGpuTime, Dimension::kGpu},
    {"nat_time", Meter::kNatTime, Dimension::kTime},
    {"nat_bytes", Meter::kNatBytes, Dimension::kBytes},
    {"cross_zone_bytes", Meter::kCrossZoneBytes, Dimension::kBytes},
    {"log_bytes", Meter::kLogBytes, Dimension::kBytes},
    {"snapshot_time", Meter::kSnapshotTime, Dimension::kMemory},
    {"snapshot_bytes", Meter::kSnapshotBytes, Dimension::kBytes},
};
static_assert(std::size(kMeterNames) == kMeters, "a meter has no name in tariff files");

/// Metered units in one of a unit. Providers' GB of memory is 1024 MB, and so is a GiB; a GB of
/// payload is 10^9 bytes, a GiB 2^30.
struct UnitName {
  const char* name;
  Dimension dimension;
  std::int64_t size;
};
constexpr UnitName kUnitNames[] = {
    {"request", Dimension::kCount, 1},
    {"GB-s", Dimension::kMemory, 1'024'000'000'000},
    {"GiB-s", Dimension::kMemory, 1'024'000'000'000},
    {"GB-h", Dimension::kMemory, 3'686'400'000'000'000},
    {"vCPU-s", Dimension::kVcpu, 1'000'000'000'000},
    {"vCPU-h", Dimension::kVcpu, 3'600'000'000'000'000},
    {"GB-month", Dimension::kMemory, 2'691'072'000'000'000'000},  // of 730 hours
    {"GPU-s", Dimension::kGpu, 1'000'000'000},
    {"GPU-h", Dimension::kGpu, 3'600'000'000'000},
    {"GHz-s", Dimension::kClock, 1'000'000'000'000},
    {"hour", Dimension::kTime, 3'600'000'000'000},
    {"s", Dimension::kTime, 1'000'000'000},
    {"MB", Dimension::kBytes, 1'000'000},
    {"GB", Dimension::kBytes, 1'000'000'000},
    {"GiB", Dimension::kBytes, 1'073'741'824},
};

template <class Table>
std::vector<std::string> names_in(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

template <class Table>
const auto& row_named(const Table& table, const std::string& name) {
  return *std::find_if(std::begin(table), std::end(table),
                       [&](const auto& row) { return name == row.name; });
}

std::string required_string(const TomlNode& table, std::string_view key) {
  table.require(key);
  const auto text = table[key].string();
  if (text && text->empty()) table[key].report("is empty");
  return text.value_or("");
}

std::vector<std::string> strings(const TomlNode& array) {
  std::vector<std::string> result;
  for (const TomlNode& element : array.elements()) {
    if (auto text = element.string()) result.push_back(std::move(*text));
  }
  return result;
}

std::vector<MeterName> read_meters(const TomlNode& table) {
  std::vector<TomlNode> nodes = table["meters"].elements();
  if (table["meter"].exists()) nodes.push_back(table["meter"]);
  if (nodes.empty()) table.report("missing key 'meter'", "write meter = \"memory_time\"");
  std::vector<MeterName> meters;
  for (const TomlNode& node : nodes) {
    if (const auto name = node.one_of(names_in(kMeterNames))) {
      meters.push_back(row_named(kMeterNames, *name));
    }
  }
  return meters;
}

/// A table with `meter` or `meters`, and `unit`.
std::optional<Measure> read_measure(const TomlNode& table) {
  const std::vector<MeterName> meters = read_meters(table);
  table.require("unit");
  const auto unit_name = table["unit"].one_of(names_in(kUnitNames));
  if (meters.empty() || !unit_name) return std::nullopt;
  const UnitName& unit = row_named(kUnitNames, *unit_name);
  Measure measure{.meters = {}, .per = unit.size};
  for (const MeterName& meter : meters) {
    if (meter.dimension != unit.dimension) {
      table["unit"].report(fmt::format("'{}' is not a unit of {}", unit.name, meter.name));
      return std::nullopt;
    }
    measure.meters.push_back(meter.meter);
  }
  return measure;
}

std::vector<Measure> read_measures(const TomlNode& price) {
  std::vector<Measure> measures;
  if (!price["greatest_of"].exists()) {
    if (const auto measure = read_measure(price)) measures.push_back(*measure);
    return measures;
  }
  const auto nodes = price["greatest_of"].elements();
  if (nodes.empty()) price["greatest_of"].report("names nothing that is measured");
  for (const TomlNode& node : nodes) {
    auto measure = read_measure(node);
    node.require("per");
    const auto per = node["per"].integer(1, 1'000'000'000);
    if (!measure || !per) continue;
    measure->per *= *per;
    if (measure->per > kMostPer) node["per"].report("is too large");
    measures.push_back(std::move(*measure));
  }
  return measures;
}

std::optional<std::int64_t> read_money(const TomlNode& node) {
  const auto price = node.pico_usd();
  if (price && *price < 0) node.report("the price is negative", "prices are 0 or more");
  if (price && *price > kMostPicoUsd) node.report("over a million dollars a unit");
  return price && *price >= 0 && *price <= kMostPicoUsd ? price : std::nullopt;
}

/// `usd` with an optional range `low` .. `high` around it.
Tier read_price(const TomlNode& table) {
  table.require("usd");
  Tier tier;
  tier.pico_usd = read_money(table["usd"]).value_or(0);
  tier.low_pico_usd = read_money(table["low"]).value_or(tier.pico_usd);
  tier.high_pico_usd = read_money(table["high"]).value_or(tier.pico_usd);
  if (tier.low_pico_usd > tier.pico_usd) table["low"].report("is above the price");
  if (tier.high_pico_usd < tier.pico_usd) table["high"].report("is below the price");
  return tier;
}

/// What follows a tier must begin where it ends.
void check_border(const TomlNode& tier, std::optional<std::int64_t> to, const TomlNode* next) {
  if (!to) return;
  if (next == nullptr) {
    tier["to"].report("the last tier has an end", "leave out its 'to': it holds for all beyond");
    return;
  }
  const auto from = (*next)["from"].integer(0, kMostUnits);
  if (!from || *from == *to) return;
  const char* const kind = *from > *to ? "gap" : "overlap";
  (*next)["from"].report(
      fmt::format("{} between the tiers: one ends at {}, the next begins at {}", kind, *to, *from),
      fmt::format("write from = {}", *to));
}

std::vector<Tier> read_tiers(const TomlNode& price) {
  if (!price["tiers"].exists()) return {read_price(price)};
  const std::vector<TomlNode> nodes = price["tiers"].elements();
  if (nodes.empty()) price["tiers"].report("has no tier");
  if (price["usd"].exists())
    price["usd"].report("a price besides 'tiers'", "leave one of them out");
  std::vector<Tier> tiers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].require("from");
    const auto from = nodes[i]["from"].integer(0, kMostUnits);
    check_border(nodes[i], nodes[i]["to"].integer(0, kMostUnits),
                 i + 1 < nodes.size() ? &nodes[i + 1] : nullptr);
    Tier tier = read_price(nodes[i]);
    if (!from) continue;
    tier.from = *from;
    if (i == 0 && *from != 0)
      nodes[i]["from"].report("the first tier begins above 0", "write from = 0");
    if (!tiers.empty() && *from <= tiers.back().from) {
      nodes[i]["from"].report("does not begin above the tier before", "order the tiers by 'from'");
    }
    tiers.push_back(tier);
  }
  return tiers;
}

struct Defaults {
  std::optional<SourceNote> source{};
  std::vector<std::string> regions{};
};

std::string read_date(const TomlNode& node) {
  const std::string date = node.string().value_or("");
  if (!date.empty() && !is_date(date)) {
    node.report(fmt::format("'{}' is not a date", date), "write it like \"2026-10-01\"");
  }
  return date;
}

/// A share of the server's on-demand price, as millionths.
std::int64_t read_server_share(const TomlNode& price, const PriceLine& line) {
  for (const char* const key : {"usd", "tiers"}) {
    if (price[key].exists()) price[key].report("a price besides 'server_share'", "leave one out");
  }
  const bool of_servers = line.measures.size() == 1 &&
                          line.measures[0].meters == std::vector{Meter::kServerTime} &&
                          line.unit == "hour";
  if (!of_servers) {
    price["server_share"].report("a share of what is not a server's hour",
                                 "write meter = \"server_time\" and unit = \"hour\"");
  }
  return std::llround(price["server_share"].number(0.0, 10.0).value_or(0.0) * 1e6);
}

PriceLine read_line(const TomlNode& price, const Defaults& defaults) {
  PriceLine line;
  line.name = required_string(price, "name");
  line.measures = read_measures(price);
  line.unit = required_string(price, "unit");
  line.payload_step = price["payload_step"].bytes().value_or(Bytes{});
  line.free_per_month = price["free_per_month"].integer(0, kMostUnits).value_or(0);
  line.free_pool = price["free_pool"].string().value_or("");
  if (!line.free_pool.empty() && !price["free_per_month"].exists()) {
    price["free_pool"].report("a pool without its free amount", "write free_per_month = ...");
  }
  if (price["server_share"].exists()) {
    line.server_share = read_server_share(price, line);
    line.tiers = {Tier{}};
  } else {
    line.tiers = read_tiers(price);
  }
  line.arch = price["arch"].one_of({"x86", "arm"}).value_or("");
  line.purchase = price["purchase"].one_of(purchase_names()).value_or("");
  if (line.purchase == "on-demand") line.purchase.clear();
  line.gpu = price["gpu"].string().value_or("");
  line.valid_from = read_date(price["valid_from"]);
  line.valid_until = read_date(price["valid_until"]);
  if (!line.valid_until.empty() && line.valid_until <= line.valid_from) {
    price["valid_until"].report("the price ends before it begins");
  }
  line.regions = price["regions"].exists() ? strings(price["regions"]) : defaults.regions;
  if (line.regions.empty())
    price.report("missing key 'regions'", "write regions = [\"us-east-1\"]");
  if (price["source"].exists() || !defaults.source) {
    line.source = price["source"].source_note().value_or(SourceNote{});
  } else {
    line.source = *defaults.source;
  }
  return line;
}

bool meet(const PriceLine& a, const PriceLine& b) {
  const bool same_arch = a.arch.empty() || b.arch.empty() || a.arch == b.arch;
  const bool same_gpu = a.gpu.empty() || b.gpu.empty() || a.gpu == b.gpu;
  return same_arch && same_gpu && a.purchase == b.purchase && overlap_in_time(a, b) &&
         std::any_of(a.regions.begin(), a.regions.end(),
                     [&](const auto& region) { return holds_in(b.regions, region); });
}

/// Two lines of a name in one place would both be charged, and a pool has one size.
void check_against(const PriceLine& line, const std::vector<PriceLine>& before,
                   const TomlNode& at) {
  for (const PriceLine& other : before) {
    if (other.name == line.name && meet(other, line)) {
      at["name"].report(fmt::format("'{}' has two prices in one region", line.name),
                        "give each region (and arch) one price");
      return;
    }
    if (!line.free_pool.empty() && other.free_pool == line.free_pool &&
        other.free_per_month != line.free_per_month) {
      at["free_per_month"].report(fmt::format("the pool '{}' has {} free elsewhere in this file",
                                              line.free_pool, other.free_per_month));
      return;
    }
  }
}

}  // namespace

std::string_view tariff_meter_name(Meter meter) {
  return std::find_if(std::begin(kMeterNames), std::end(kMeterNames),
                      [&](const MeterName& row) { return row.meter == meter; })
      ->name;
}

Tariff tariff_of(const TomlDocument& document) {
  const TomlNode root = document.root();
  Tariff tariff;
  tariff.name = required_string(root, "name");
  tariff.provider = required_string(root, "provider");
  tariff.service = required_string(root, "service");
  tariff.default_region = required_string(root, "default_region");
  tariff.egress = root["egress"].string().value_or("");
  Defaults defaults;
  if (root["source"].exists()) {
    // A bad note of the file is reported once, not again as missing from every price.
    defaults.source = root["source"].source_note().value_or(SourceNote{});
  }
  defaults.regions = strings(root["regions"]);
  root.require("price");
  for (const TomlNode& price : root["price"].elements()) {
    PriceLine line = read_line(price, defaults);
    check_against(line, tariff.lines, price);
    tariff.lines.push_back(std::move(line));
  }
  document.finish();
  return tariff;
}

Tariff read_tariff(const std::filesystem::path& file) {
  return tariff_of(TomlDocument::from_file(file));
}

Tariff parse_tariff(std::string_view text, std::string name) {
  return tariff_of(TomlDocument::from_text(text, std::move(name)));
}

std::vector<std::string> regions_of(const Tariff& tariff) {
  std::vector<std::string> regions;
  for (const PriceLine& line : tariff.lines) {
    regions.insert(regions.end(), line.regions.begin(), line.regions.end());
  }
  std::sort(regions.begin(), regions.end());
  regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
  return regions;
}

bool holds_in(const std::vector<std::string>& regions, std::string_view region) {
  return std::any_of(regions.begin(), regions.end(), [&](const std::string& known) {
    return known == region || known == "global";
  });
}

bool is_date(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-dd";
  if (text.size() != 4 && text.size() != 7 && text.size() != kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == 'd' ? !digit : text[i] != '-') return false;
  }
  return true;
}

bool overlap_in_time(const PriceLine& a, const PriceLine& b) {
  return (a.valid_until.empty() || b.valid_from < a.valid_until) &&
         (b.valid_until.empty() || a.valid_from < b.valid_until);
}

std::vector<PriceLine> lines_of(const Tariff& tariff, std::string_view region,
                                std::string_view arch, const LineChoice& choice) {
  const auto holds = [&](const PriceLine& line) {
    if (!holds_in(line.regions, region)) return false;
    if (!line.arch.empty() && line.arch != arch) return false;
    if (!line.gpu.empty() && line.gpu != choice.gpu) return false;
    if (choice.date.empty()) return line.valid_until.empty();
    return line.valid_from <= choice.date &&
           (line.valid_until.empty() || choice.date < line.valid_until);
  };
  std::vector<std::string> bought_otherwise;
  for (const PriceLine& line : tariff.lines) {
    if (holds(line) && line.purchase == choice.purchase) bought_otherwise.push_back(line.name);
  }
  std::vector<PriceLine> lines;
  for (const PriceLine& line : tariff.lines) {
    const bool replaced = std::find(bought_otherwise.begin(), bought_otherwise.end(), line.name) !=
                          bought_otherwise.end();
    const bool wanted =
        line.purchase.empty() ? !replaced : line.purchase == choice.purchase;
    // Lines of a name are one price; a user's stand first.
    const bool seen = std::any_of(lines.begin(), lines.end(),
                                  [&](const PriceLine& other) { return other.name == line.name; });
    if (holds(line) && wanted && !seen) lines.push_back(line);
  }
  return lines;
}

std::string as_of(const std::vector<PriceLine>& lines) {
  std::string newest;
  for (const PriceLine& line : lines) newest = std::max(newest, line.source.as_of);
  return newest;
}

}  // namespace faascast
