#include "studies/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include "input/quantity.h"

namespace faascast {
namespace {

struct NaturalUnit {
  Meter meter;
  std::string_view name;
  double per;  ///< metered units in one
};

constexpr double kGbSecond = 1024.0 * 1e9;     // MB ns
constexpr double kMilliSecond = 1000.0 * 1e9;  // thousandths, ns
constexpr double kSecond = 1e9;                // ns
constexpr NaturalUnit kNaturalUnits[] = {
    {Meter::kRequests, "requests", 1.0},
    {Meter::kMemoryTime, "gb_seconds", kGbSecond},
    {Meter::kVcpuTime, "vcpu_seconds", kMilliSecond},
    {Meter::kClockTime, "ghz_seconds", kMilliSecond},
    {Meter::kIdleMemoryTime, "idle_gb_seconds", kGbSecond},
    {Meter::kIdleVcpuTime, "idle_vcpu_seconds", kMilliSecond},
    {Meter::kProvisionedMemoryTime, "provisioned_gb_seconds", kGbSecond},
    {Meter::kServerTime, "server_seconds", kSecond},
    {Meter::kLoadBalancerTime, "load_balancer_seconds", kSecond},
    {Meter::kBytesIn, "bytes_in", 1.0},
    {Meter::kBytesOut, "bytes_out", 1.0},
    {Meter::kConnections, "connections", 1.0},
    {Meter::kProvisionedExecution, "provisioned_execution_gb_seconds", kGbSecond},
    {Meter::kStateReads, "state_reads", 1.0},
    {Meter::kStateWrites, "state_writes", 1.0},
    {Meter::kClusterTime, "cluster_seconds", kSecond},
    {Meter::kDiskTime, "disk_gb_seconds", kGbSecond},
    {Meter::kGpuTime, "gpu_seconds", kSecond},
    {Meter::kNatTime, "nat_seconds", kSecond},
    {Meter::kNatBytes, "nat_bytes", 1.0},
    {Meter::kCrossZoneBytes, "cross_zone_bytes", 1.0},
    {Meter::kLogBytes, "log_bytes", 1.0},
    {Meter::kSnapshotTime, "snapshot_gb_seconds", kGbSecond},
    {Meter::kSnapshotBytes, "snapshot_bytes", 1.0},
};
static_assert(std::size(kNaturalUnits) == kMeters, "a meter has no unit in reports");

/// With commas between thousands of the whole part.
std::string with_commas(std::string text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t first = !text.empty() && text.front() == '-' ? 1 : 0;
  for (std::size_t at = point; at > first + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// @param digits significant ones; whole numbers keep all of theirs unless `rounds_whole`
std::string significant(double value, int digits, bool rounds_whole) {
  if (value == 0.0 || !std::isfinite(value)) return value == 0.0 ? "0" : fmt::format("{}", value);
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
  const int decimals = std::clamp(digits - 1 - exponent, 0, 15);
  if (decimals > 0)
    return with_commas(without_trailing_zeros(fmt::format("{:.{}f}", value, decimals)));
  const double step = rounds_whole ? std::pow(10.0, exponent - digits + 1) : 1.0;
  return with_commas(fmt::format("{:.0f}", std::round(value / step) * step));
}

}  // namespace

std::vector<NaturalAmount> natural_amounts(const Usage& usage) {
  std::vector<NaturalAmount> amounts;
  for (const NaturalUnit& unit : kNaturalUnits) {
    amounts.push_back(
        {unit.name, static_cast<double>(usage[unit.meter]) / unit.per, unit.per == 1.0});
  }
  return amounts;
}

double usd_number(MicroUsd money) { return static_cast<double>(money.value()) / 1e6; }

double to_micro_usd(double usd) {
  return std::isfinite(usd) && std::abs(usd) < 1e9 ? std::round(usd * 1e6) / 1e6 : usd;
}

std::string duration_text(std::optional<double> seconds) {
  if (!seconds) return "-";
  return format_duration(Duration(std::llround(*seconds * 1e9)));
}

std::string usd_text(std::optional<double> usd) { return usd ? format_usd(*usd) : "-"; }

std::string price_text(std::int64_t pico_usd) {
  constexpr std::int64_t kPerUsd = 1'000'000'000'000;
  std::string text = fmt::format("${}.{:012}", pico_usd / kPerUsd, pico_usd % kPerUsd);
  const std::size_t cents_end = text.find('.') + 3;
  const std::size_t last = text.find_last_not_of('0');
  text.erase(std::max(last + 1, cents_end));
  return text;
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  if (part == 0) return "0 %";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < 0.01) return "<0.01 %";
  return fmt::format("{:.{}f} %", percent, percent < 9.995 ? 2 : 1);
}

std::string three_digits_text(double value) { return significant(value, 3, true); }

std::string quantity_text(double value) {
  constexpr double kManyDigits = 1000.0;
  return significant(value, std::abs(value) >= kManyDigits ? 1 : 4, false);
}

std::string yes_no_text(std::optional<bool> value) {
  if (!value) return "-";
  return *value ? "yes" : "NO";
}

std::string exact_text(double value) { return fmt::format("{}", value); }

std::string exact_text(std::optional<double> value) {
  return value ? exact_text(*value) : std::string();
}

std::vector<std::string> general_notes(const RunReport& report) {
  std::vector<std::string> notes;
  for (const std::string& note : report.notes) {
    const auto repeats = [&note](const std::string& known) {
      return !known.empty() && note.find(known) != std::string::npos;
    };
    if (!repeats(report.traffic) && !repeats(report.model)) notes.push_back(note);
  }
  return notes;
}

std::vector<std::string> deployment_notes(const RunReport& report) {
  std::vector<std::pair<std::string, std::string>> notes;  // text, names
  for (const DeploymentReport& deployment : report.deployments) {
    for (const std::string& note : deployment.notes) {
      const auto same = std::find_if(notes.begin(), notes.end(),
                                     [&](const auto& known) { return known.first == note; });
      if (same == notes.end()) {
        notes.emplace_back(note, deployment.name);
      } else {
        same->second += ", " + deployment.name;
      }
    }
  }
  std::vector<std::string> gathered;
  for (const auto& [text, names] : notes) gathered.push_back(names + ": " + text);
  return gathered;
}

}  // namespace faascast
