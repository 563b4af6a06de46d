#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command_line.h"

namespace faascast {

/// paper. @param typed  the line that was typed; read when the command is named
void add_paper(CLI::App& app, Command& chosen, const std::string& typed);

}  // namespace faascast
