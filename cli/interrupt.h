#pragma once

namespace faascast {

/// From now on the first Ctrl-C sets a flag, so that what was found so far can be shown; the second
/// ends the program at once.
void catch_interrupts();
[[nodiscard]] bool is_interrupted();

}  // namespace faascast
