#pragma once

#include <string_view>

namespace faascast {

/// "0.1.0": of the program that made a result.
[[nodiscard]] std::string_view program_version();

}  // namespace faascast
