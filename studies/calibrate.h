#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "platforms/keep_alive_fit.h"
#include "platforms/law_fit.h"
#include "studies/report.h"

namespace faascast {

struct CalibrationRequest {
  std::vector<std::filesystem::path> files{};
  std::string format{};    ///< empty: recognised from each file's content
  std::string platform{};  ///< to inherit from; empty: the one whose log it is
  std::string name{};      ///< of the calibrated platform; empty: "<platform>-calibrated"
  std::string today{};     ///< ISO date, for logs without dates
};

/// What the logs say of one kind of duration, or why they say nothing.
struct CalibratedLaw {
  std::size_t samples = 0;
  std::string refusal{};       ///< empty: fitted
  std::vector<LawFit> fits{};  ///< the lowest AIC first
  /// p5, p25, p50, p75, p90, p95, p99 with 95 % intervals, then the largest sample.
  std::vector<SampleQuantile> quantiles{};
  double mean = 0.0;
  double cv = 0.0;
  /// true: the platform file takes its quantiles from the best law; false: from the sample, since
  /// no law comes near enough.
  bool takes_law = false;

  [[nodiscard]] bool is_fitted() const { return refusal.empty(); }
};

struct CalibrationReport {
  std::string platform{};  ///< inherited from
  std::string name{};
  std::vector<std::string> files{};
  std::string as_of{};     ///< "2026-11-01..2026-11-03"
  std::size_t requests = 0;
  std::size_t functions = 0;
  std::size_t cold_requests = 0;
  /// true: the initialisation by itself (Lambda); false: all that a cold request took beyond the
  /// function's median warm one.
  bool is_init = false;
  CalibratedLaw cold_start{};
  /// Handler of a cold request less the function's median warm one; logs with INIT only.
  CalibratedLaw cold_handler{};
  CalibratedLaw execution{};  ///< warm requests
  CalibratedLaw noise{};      ///< warm duration / the function's median: no unit
  KeepAliveAnswer keep_alive{};
  std::vector<std::string> notes{};
  std::string platform_file{};  ///< TOML; empty where nothing for it was fitted
};

/// Fits what logs of a platform tell of it.
/// @throws InputError where a log cannot be read, and where nothing at all can be fitted (every
///   reason is a problem)
[[nodiscard]] CalibrationReport calibrate(const CalibrationRequest& request);

[[nodiscard]] std::string render(const CalibrationReport& report, ReportFormat format);

}  // namespace faascast
