#pragma once

#include <optional>

#include "platforms/layers.h"
#include "platforms/platform_spec.h"

namespace faascast {

/// Reads a platform from its layers. Problems go to the documents of the layers; the answer is
/// usable only when there were none.
[[nodiscard]] PlatformSpec read_platform(const Layers& root, const std::optional<Pin>& pin);

}  // namespace faascast
