#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "input/toml_file.h"

namespace faascast {

/// Scenarios that are part of the program, named by their file name without ".toml".
[[nodiscard]] const EmbeddedFile* find_shipped_scenario(std::string_view name);
[[nodiscard]] std::vector<std::string> shipped_scenario_names();

}  // namespace faascast
