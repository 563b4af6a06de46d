#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim-core/error.h"
#include "studies/scenario.h"

namespace faascast {

/// Coefficients of token models that are part of the program, sorted.
[[nodiscard]] std::vector<std::string> token_model_names();

/// Fills tokens (and weights, where the scenario has none) from the file that `model.tokens_from`
/// names: a shipped name or a path, relative to `folder`. Its figures have sources as platforms' do.
/// Problems are added; `where` is the place that names the file.
void read_token_model(ModelSpec& model, const std::filesystem::path& folder,
                      const std::string& where, std::vector<Problem>& problems);

}  // namespace faascast
