#pragma once

#include <optional>
#include <string>

#include "sim-core/units.h"

namespace faascast {

/// What a person knows who has no scenario: a model, a log of requests and how fast it must answer.
struct Question {
  std::string model{};  ///< an ONNX file, or a shipped model's name
  std::string log{};    ///< a trace in any known format, or a shipped trace's name
  std::string format{};           ///< of the log; empty: recognised
  std::optional<Duration> p99{};  ///< the objective
};

/// The text of a scenario that asks it of the shipped places to run (examples/defaults).
/// @param folder  of the file that it will be written to: files are named relative to it; empty: as
///                the question names them
/// @throws InputError where a part is missing
[[nodiscard]] std::string scenario_text_of(const Question& question,
                                           const std::string& folder = {});

}  // namespace faascast
