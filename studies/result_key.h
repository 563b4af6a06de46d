#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "studies/scenario.h"

namespace faascast {

/// Names a result by everything that it depends on, so that it can be found again and is never
/// taken for another: program version, shipped data, what the scenario says however it is written,
/// seed, the figures of its platforms, its own price files, the trace's bytes, the profile.
/// Remembers the hashes of files: it speaks of one moment.
class ResultKeys {
 public:
  /// 64 hex digits. @param profile_hash of the model's profile; empty where none is used
  [[nodiscard]] std::string key_of(const Scenario& scenario, std::uint64_t seed,
                                   const std::string& profile_hash);

 private:
  [[nodiscard]] const std::string& file_hash(const std::filesystem::path& file);
  [[nodiscard]] std::string trace_hash(const Scenario& scenario);

  std::map<std::filesystem::path, std::string> files_{};
};

}  // namespace faascast
