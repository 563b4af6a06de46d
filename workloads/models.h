#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/toml_file.h"

namespace faascast {

/// The models, their profiles that are part of the program.
[[nodiscard]] std::span<const EmbeddedFile> workloads_models();

/// Names of the shipped models, such as "dqn-cartpole".
[[nodiscard]] std::vector<std::string> shipped_models();
/// Names of the shipped models that have a pinned profile.
[[nodiscard]] std::vector<std::string> shipped_profiles();

/// The bytes of an .onnx file and what to call it.
struct ModelFile {
  std::string name{};     ///< shipped name or path
  std::string content{};
  std::string sha256{};   ///< of the content, 64 hex digits
};

/// @param name_or_path a shipped name, or the path of an .onnx file
/// @throws InputError when it is neither (with the nearest shipped name), or cannot be read.
[[nodiscard]] ModelFile find_model(const std::string& name_or_path);

}  // namespace faascast
