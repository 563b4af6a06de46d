#pragma once

#include <string>

#include "traces/content.h"

namespace faascast {

/// The name of the format that a text is in, by its first lines; also when a column of the plain
/// format is mistyped. @throws InputError when it is none
[[nodiscard]] std::string recognised_format(const TraceContent& content);

}  // namespace faascast
