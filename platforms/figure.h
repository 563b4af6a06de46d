#pragma once

#include <cstdint>
#include <string>

#include "input/toml_file.h"

namespace faascast {

/// One number (or choice) of a platform as its file has it: what reports print, and what
/// calibration intervals and sensitivity studies vary.
struct Figure {
  std::string path{};   ///< place in the platform: "keep_alive.window"
  std::string value{};  ///< as written: "320 s"; for a law its quantiles or parameters
  std::string low{};    ///< plausible range; for a law a factor: "x 0.8". Empty = exact
  std::string high{};
  SourceNote note{};  ///< kind "scenario" when a deployment overrides it with a plain value

  [[nodiscard]] bool has_interval() const { return !low.empty(); }
};

/// Reads one figure at the end of its range instead of at its value.
struct Pin {
  enum class Side : std::uint8_t { kLow, kHigh };
  std::string path{};  ///< a Figure's path
  Side side = Side::kLow;
};

}  // namespace faascast
