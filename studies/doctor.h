#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "studies/model_source.h"

namespace faascast {

/// One thing that was looked at, and how it is.
struct Finding {
  enum class State : std::uint8_t { kFine, kNote, kProblem };
  std::string subject{};  ///< "store"
  State state = State::kFine;
  std::string text{};
  std::string mend{};  ///< of notes and problems
};

/// Whether this installation and machine are fit for use: the program, what it ships, the store, the
/// user's own prices, and whether models can be measured now. Changes nothing.
[[nodiscard]] std::vector<Finding> examine(const StoreOptions& store);

}  // namespace faascast
