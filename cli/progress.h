#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sim-core/engine.h"
#include "studies/sweep.h"

namespace faascast {

/// "1,234,567 of 10,000,000 requests, 12.3 million/s, 34 s left"
[[nodiscard]] std::string progress_text(const Progress& progress, double elapsed_s);

/// "37 of 100 points, 12 s left". @param done  of them, in `elapsed_s`
[[nodiscard]] std::string points_text(std::uint64_t finished, std::uint64_t all, std::uint64_t done,
                                      double elapsed_s);

/// Shows how a run gets on, on standard error of a terminal only, and stops it at Ctrl-C.
class ProgressMeter {
 public:
  ProgressMeter();
  ~ProgressMeter();  ///< removes its line
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

  /// Valid while the meter is.
  [[nodiscard]] Monitor monitor();
  /// The same for a study of many points.
  [[nodiscard]] PointsMonitor points_monitor();

 private:
  [[nodiscard]] bool look(const Progress& progress);
  [[nodiscard]] bool look(std::uint64_t finished, std::uint64_t all);
  void show(const std::string& text);

  bool is_terminal_ = false;
  bool has_line_ = false;
  std::uint64_t last_requests_ = 0;
  std::optional<std::uint64_t> first_finished_{};  ///< points that were there before
  std::chrono::steady_clock::time_point start_{};
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace faascast
