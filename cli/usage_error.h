#pragma once

#include <vector>

#include "sim-core/error.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace faascast {

/// What was wrong with a command line: all unknown options at once, with the nearest known names.
[[nodiscard]] std::vector<Problem> usage_problems(const CLI::App& app,
                                                  const CLI::ParseError& error);

}  // namespace faascast
