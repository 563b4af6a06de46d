#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platforms/layers.h"

/// What a figure's value is: the parsers that FigureReader is given.
namespace faascast::parse {

inline std::optional<Duration> duration_up_to(const TomlNode& node, Duration longest,
                                              const char* longest_text) {
  const std::optional<Duration> value = node.duration();
  if (!value || *value <= longest) return value;
  node.report(fmt::format("'{}' is too long", text_of(node)),
              fmt::format("at most {}", longest_text));
  return {};
}
inline std::optional<Duration> duration(const TomlNode& node) {
  return duration_up_to(node, std::chrono::hours(24 * 3650), "3650 d");
}
inline std::optional<Duration> cold_duration(const TomlNode& node) {
  return duration_up_to(node, std::chrono::hours(24), "24 h for a part of a cold start");
}
inline std::optional<Megabytes> memory(const TomlNode& node) { return node.memory(); }
inline std::optional<Bytes> bytes(const TomlNode& node) { return node.bytes(); }
inline std::optional<double> bandwidth(const TomlNode& node) {
  return node.bandwidth_bytes_per_s();
}
inline std::optional<bool> boolean(const TomlNode& node) { return node.boolean(); }
inline std::optional<std::string> text(const TomlNode& node) { return node.string(); }

inline auto number(double low, double high) {
  return [low, high](const TomlNode& node) { return node.number(low, high); };
}

inline auto whole(std::int64_t low, std::int64_t high) {
  return [low, high](const TomlNode& node) { return node.integer(low, high); };
}

/// Names and the enumerators that they stand for.
template <class Enum>
using Names = std::vector<std::pair<std::string, Enum>>;

template <class Enum>
auto name_in(const Names<Enum>& names) {
  return [&names](const TomlNode& node) -> std::optional<Enum> {
    std::vector<std::string> known;
    known.reserve(names.size());
    for (const auto& [name, value] : names) known.push_back(name);
    const std::optional<std::string> word = node.one_of(known);
    if (!word) return {};
    for (const auto& [name, value] : names) {
      if (name == *word) return value;
    }
    return {};
  };
}

}  // namespace faascast::parse
