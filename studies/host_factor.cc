#include "studies/host_factor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "workloads/handlers/prime_loop.h"
#include "workloads/profiler.h"

namespace faascast {
namespace {

constexpr const char* kSource =
    "github:jcxplorer/cloud-run-vs-aws-lambda@e80b91a3 results, 2020: sysbench processor test, one "
    "thread, its default limit";

std::filesystem::path probe_file(const std::filesystem::path& store) {
  return store.parent_path() / "host-factor.json";
}

}  // namespace

const std::vector<VcpuSpeed>& vcpu_speeds() {
  static const std::vector<VcpuSpeed> speeds = {
      // 1792 MB and above, 20 sizes of 100 runs; and one vCPU of Cloud Run, 100 runs.
      {"aws-lambda", 1045.0, 1021.0, 1071.0, kSource},
      {"google-cloud-run", 852.3, 706.7, 921.4, kSource}};
  return speeds;
}

std::vector<HostFactor> host_factors(const HostProbe& probe) {
  std::vector<HostFactor> factors;
  for (const VcpuSpeed& speed : vcpu_speeds()) {
    HostFactor factor;
    factor.platform = speed.platform;
    factor.loop_ratio = probe.events_per_s / speed.events_per_s;
    factor.value = factor.loop_ratio > 1.0 ? std::sqrt(factor.loop_ratio) : factor.loop_ratio;
    factor.low = std::min(probe.low / speed.high, 1.0);
    factor.high = probe.high / speed.low;
    factor.source = speed.source;
    factors.push_back(std::move(factor));
  }
  return factors;
}

HostProbe probe_host(double seconds) {
  ProfileOptions options;
  options.max_seconds = seconds;
  std::uint64_t found = 0;
  const ExecutionProfile measured = profile_work(
      "prime loop", [&] { found += odd_primes_below(kPrimeLimit); }, options);
  constexpr std::uint64_t kOddPrimes = 1228;  // of the 1229 primes below 10,000
  if (found == 0 || found % kOddPrimes != 0) throw std::logic_error("the prime loop counts wrongly");
  const Distribution law = execution_distribution(measured);
  HostProbe probe;
  probe.cpu = measured.host.cpu;
  probe.created = measured.created;
  probe.events_per_s = 1.0 / seconds_of(law.quantile(0.5));
  probe.low = 1.0 / seconds_of(law.quantile(0.95));
  probe.high = 1.0 / seconds_of(law.quantile(0.05));
  return probe;
}

void save_host_probe(const std::filesystem::path& store, const HostProbe& probe) {
  const std::filesystem::path file = probe_file(store);
  std::error_code failed;
  if (!file.parent_path().empty()) std::filesystem::create_directories(file.parent_path(), failed);
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["cpu"] = probe.cpu;
  json["created"] = probe.created;
  json["events_per_s"] = probe.events_per_s;
  json["low"] = probe.low;
  json["high"] = probe.high;
  std::ofstream out(file);
  out << json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  out.close();
  if (!out) {
    throw InputError(Problem{file.string(), "cannot be written", "name another place with --store"});
  }
}

std::optional<HostProbe> load_host_probe(const std::filesystem::path& store) {
  const std::filesystem::path file = probe_file(store);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return {};
  try {
    const auto json = nlohmann::json::parse(read_whole_file(file, std::size_t{1} << 16U));
    HostProbe probe;
    probe.cpu = json.at("cpu").get<std::string>();
    probe.created = json.at("created").get<std::string>();
    probe.events_per_s = json.at("events_per_s").get<double>();
    probe.low = json.at("low").get<double>();
    probe.high = json.at("high").get<double>();
    if (probe.low > 0.0 && probe.low <= probe.events_per_s && probe.events_per_s <= probe.high) {
      return probe;
    }
  } catch (const nlohmann::json::exception&) {
  }
  throw InputError(Problem{file.string(), "is no probe of a host",
                           "remove it, and measure anew: faascast profile --host-factor"});
}

std::string apply_probe(const std::optional<HostProbe>& probe, PlatformSpec& spec) {
  if (!probe) return {};
  const auto figure = std::find_if(
      spec.figures.begin(), spec.figures.end(),
      [](const Figure& each) { return each.path == "cpu_share.host_factor"; });
  if (figure == spec.figures.end() || figure->note.kind != "assumed") return {};
  for (const HostFactor& factor : host_factors(*probe)) {
    if (factor.platform != spec.name) continue;
    spec.cpu.host_factor = factor.value;
    return fmt::format(
        "Host factor {:.2f} ({:.2f} to {:.2f}): the prime loop on {}, probed {}, against {}. The "
        "range is not part of the calibration interval.",
        factor.value, factor.low, factor.high, probe->cpu, probe->created, factor.source);
  }
  return {};
}

}  // namespace faascast
