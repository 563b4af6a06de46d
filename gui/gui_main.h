#pragma once

namespace faascast::gui {

/// The program: 0 done, 1 failed, 2 wrong usage or a scenario that cannot be read.
[[nodiscard]] int run_gui(int argc, char** argv);

}  // namespace faascast::gui
