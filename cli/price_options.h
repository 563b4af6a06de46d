#pragma once

#include <CLI/CLI.hpp>

#include <vector>

#include "cli/command_line.h"
#include "sim-core/error.h"

namespace faascast {

/// price show, quote, import; and price with the options of quote.
/// @param chosen    is given the command that was named
/// @param problems  of quantities
void add_price(CLI::App& app, Command& chosen, std::vector<Problem>& problems);

}  // namespace faascast
