#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "platforms/platform_spec.h"

namespace faascast {

/// This machine's speed in the prime loop, as the user has probed it.
struct HostProbe {
  std::string cpu{};  ///< processor name
  std::string created{};
  double events_per_s = 0.0;  ///< of CPU time, median
  double low = 0.0;           ///< p5
  double high = 0.0;          ///< p95
};

/// A platform's vCPU in the same loop, measured.
struct VcpuSpeed {
  std::string platform{};
  double events_per_s = 0.0;  ///< of a whole vCPU, median
  double low = 0.0;           ///< p5
  double high = 0.0;          ///< p95
  std::string source{};
};
[[nodiscard]] const std::vector<VcpuSpeed>& vcpu_speeds();

/// CPU time on a platform's vCPU / CPU time here.
struct HostFactor {
  std::string platform{};
  double loop_ratio = 0.0;  ///< events here / events there
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::string source{};
};
/// Where the loop says that this host is faster, the range reaches from no gain at all to the loop's
/// (with the spread of both measurements), and the value is its geometric middle: newer processors
/// divide integers many times faster, and a model's kernels gain less. Else it is the loop's ratio.
[[nodiscard]] std::vector<HostFactor> host_factors(const HostProbe& probe);

/// Measures this machine. @param seconds of wall time, at most
[[nodiscard]] HostProbe probe_host(double seconds);

/// The probe is kept in "host-factor.json" beside the store.
/// @throws InputError where it cannot be written
void save_host_probe(const std::filesystem::path& store, const HostProbe& probe);
/// @return nothing where none was kept. @throws InputError for a damaged file
[[nodiscard]] std::optional<HostProbe> load_host_probe(const std::filesystem::path& store);

/// Puts the probed factor in the place of an assumed one.
/// @return what a report says of it; empty: nothing was changed (no probe, no measured vCPU of the
/// platform, or a factor that somebody measured or set)
[[nodiscard]] std::string apply_probe(const std::optional<HostProbe>& probe, PlatformSpec& spec);

}  // namespace faascast
