#include "input/toml_path.h"

#include <charconv>

namespace faascast {

std::optional<std::vector<PathStep>> path_steps(std::string_view path) {
  std::vector<PathStep> steps;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    std::string_view part = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    PathStep step;
    if (const std::size_t bracket = part.find('['); bracket != std::string_view::npos) {
      const std::string_view digits = part.substr(bracket + 1);
      std::size_t index = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), index);
      const char* last = digits.data() + digits.size();
      if (error != std::errc() || last - end != 1 || *end != ']') return std::nullopt;
      step.index = index;
      part = part.substr(0, bracket);
    }
    if (part.empty()) return std::nullopt;
    step.name = std::string(part);
    steps.push_back(std::move(step));
  }
  if (steps.empty()) return std::nullopt;
  return steps;
}

}  // namespace faascast
