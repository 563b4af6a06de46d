#include "studies/run_diff.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim-core/error.h"

namespace faascast {
namespace {

using Json = nlohmann::ordered_json;
using Figures = std::vector<std::pair<std::string, Json>>;

std::string member_name(const Json& member, std::size_t place) {
  const bool is_named = member.is_object() && member.contains("name") && member["name"].is_string();
  return is_named ? member["name"].get<std::string>() : std::to_string(place);
}

/// Every value below `json` with the path to it.
void flatten(const Json& json, const std::string& path, Figures& figures) {
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      flatten(value, path.empty() ? key : path + "." + key, figures);
    }
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) {
      flatten(json[i], fmt::format("{}[{}]", path, member_name(json[i], i)), figures);
    }
  } else {
    figures.emplace_back(path, json);
  }
}

Figures figures_of(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw InputError(Problem{"runs", "a kept result is not JSON", "delete it and run it again"});
  }
  Figures figures;
  flatten(json, {}, figures);
  return figures;
}

std::string change_of(const Json& before, const Json& after) {
  if (!before.is_number() || !after.is_number() || before.get<double>() == 0.0) return {};
  return fmt::format("{:+.3g} %", 100.0 * (after.get<double>() / before.get<double>() - 1.0));
}

std::string shown(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::vector<ResultDifference> differences(const std::string& before, const std::string& after) {
  const Figures first = figures_of(before);
  const Figures second = figures_of(after);
  std::map<std::string, const Json*> others;
  for (const auto& [path, value] : second) others.emplace(path, &value);
  std::vector<ResultDifference> found;
  for (const auto& [path, value] : first) {
    const auto other = others.find(path);
    if (other == others.end()) {
      found.push_back({path, shown(value), {}, {}});
      continue;
    }
    if (*other->second != value) {
      found.push_back({path, shown(value), shown(*other->second), change_of(value, *other->second)});
    }
    others.erase(other);
  }
  for (const auto& [path, value] : second) {
    if (others.contains(path)) found.push_back({path, {}, shown(value), {}});
  }
  return found;
}

}  // namespace faascast
