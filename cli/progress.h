#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "sim-core/engine.h"

namespace faascast {

/// "1,234,567 of 10,000,000 requests, 12.3 million/s, 34 s left"
[[nodiscard]] std::string progress_text(const Progress& progress, double elapsed_s);

/// Shows how a run gets on, on standard error of a terminal only, and stops it at Ctrl-C.
class ProgressMeter {
 public:
  ProgressMeter();
  ~ProgressMeter();  ///< removes its line
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

  /// Valid while the meter is.
  [[nodiscard]] Monitor monitor();

 private:
  [[nodiscard]] bool look(const Progress& progress);

  bool is_terminal_ = false;
  bool has_line_ = false;
  std::uint64_t last_requests_ = 0;
  std::chrono::steady_clock::time_point start_{};
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace faascast
