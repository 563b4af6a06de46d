#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "input/toml_file.h"
#include "studies/scenario.h"

// What the schema's tables are made of.
namespace faascast::schema {

// Readers of one value into a member. Ranges stand here; the text of a key repeats them for people.

template <auto Member, class Spec>
void text(Spec& spec, const TomlNode& node) {
  if (auto value = node.string()) spec.*Member = *value;
}

template <auto Member, class Spec>
void duration(Spec& spec, const TomlNode& node) {
  if (auto value = node.duration()) spec.*Member = *value;
}

template <auto Member, class Spec>
void bytes(Spec& spec, const TomlNode& node) {
  if (auto value = node.bytes()) spec.*Member = *value;
}

template <auto Member, class Spec>
void memory(Spec& spec, const TomlNode& node) {
  if (auto value = node.memory()) spec.*Member = *value;
}

template <auto Member, class Spec>
void share(Spec& spec, const TomlNode& node) {
  if (auto value = node.number(0.0, 1.0)) spec.*Member = *value;
}

template <auto Member, class Spec>
void positive(Spec& spec, const TomlNode& node) {
  if (auto value = node.number(1e-12, 1e12)) spec.*Member = *value;
}

template <auto Member, std::int64_t Low, std::int64_t High, class Spec>
void whole(Spec& spec, const TomlNode& node) {
  if (auto value = node.integer(Low, High)) {
    using Value = std::remove_reference_t<decltype(spec.*Member)>;
    if constexpr (requires { typename Value::value_type; }) {
      spec.*Member = static_cast<typename Value::value_type>(*value);
    } else {
      spec.*Member = static_cast<Value>(*value);
    }
  }
}

/// "350 ms" or { kind = "exponential", mean = "1 s", cv = 1.0 }.
std::optional<LawSpec> law(const TomlNode& node);

template <auto Member, class Spec>
void one_of(Spec& spec, const TomlNode& node, const std::vector<std::string>& names) {
  if (auto value = node.one_of(names)) spec.*Member = *value;
}

inline constexpr std::int64_t kMax32 = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kMax64 = std::numeric_limits<std::int64_t>::max();

// Tables of schema_servers.cc.
void batching(DeploymentSpec& spec, const TomlNode& node);
void breakdown(DeploymentSpec& spec, const TomlNode& node);
void hybrid(DeploymentSpec& spec, const TomlNode& node);
void state(Scenario& spec, const TomlNode& node);
void versions(Scenario& spec, const TomlNode& list);
void steps(Scenario& spec, const TomlNode& list);

}  // namespace faascast::schema
