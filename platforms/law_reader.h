#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platforms/layers.h"
#include "platforms/platform_spec.h"

namespace faascast {

struct Law {
  Distribution law{};
  std::string shown{};  ///< "p50 89 ms, p95 118 ms"
};

/// A duration, or one of quantiles, lognormal, constant. Problems go to the node's document.
[[nodiscard]] Law read_law(const TomlNode& row);

/// An array of laws by language and package, or (in an override) one constant for all.
[[nodiscard]] std::vector<ColdStartLaw> read_laws(const Layers& at, FigureReader& reader);

/// A law of factors, for Noise: quantiles as plain numbers. Nothing where it is absent.
[[nodiscard]] std::optional<Distribution> read_factor_law(const Layers& at, FigureReader& reader);

[[nodiscard]] BandwidthCurve read_bandwidth(const Layers& at, FigureReader& reader);

/// `keep_alive`: "600 s", or a table with a rule and its figures.
[[nodiscard]] KeepAlive read_keep_alive(const Layers& at, FigureReader& reader);

}  // namespace faascast
