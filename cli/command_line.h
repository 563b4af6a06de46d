#pragma once

#include <functional>

#include "cli/exit_code.h"

namespace faascast {

/// What the user asked for, ready to be done.
using Command = std::function<ExitCode()>;

/// --help and --version are commands too.
/// @throws InputError with every unknown command and option, and the nearest known
[[nodiscard]] Command parse_command_line(int argc, char** argv);

}  // namespace faascast
