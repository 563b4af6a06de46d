#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// A part of "deployment[1].memory": a name and, of an array, which element.
struct PathStep {
  std::string name{};
  std::optional<std::size_t> index{};
};

/// Nothing where it is no such path.
[[nodiscard]] std::optional<std::vector<PathStep>> path_steps(std::string_view path);

}  // namespace faascast
