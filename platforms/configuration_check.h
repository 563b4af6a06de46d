#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platforms/compile.h"

namespace faascast {

[[nodiscard]] std::string_view name_of(PackageKind kind);
[[nodiscard]] std::string_view name_of(Architecture arch);

/// Instances of one function that may exist. An account's limit is of requests: it limits instances
/// where each serves one.
[[nodiscard]] std::uint32_t most_instances(const Scaling& scaling);

/// Adds what is wrong with a configuration, all of it.
void check_configuration(const PlatformSpec& spec, const DeploymentConfig& config, Megabytes memory,
                         Megabytes memory_used, const std::string& where,
                         std::vector<Problem>& problems);

}  // namespace faascast
