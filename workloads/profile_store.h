#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/profile.h"

namespace faascast {

/// What a stored profile answers for.
struct ProfileKey {
  std::string model_sha256{};
  std::vector<Shape> input_shapes{};
  ProfileHost host{};
  std::string program_version{};
};
[[nodiscard]] ProfileKey key_of(const ExecutionProfile& profile);

/// Profiles that were measured before, in the table `profiles` of an SQLite file, which other
/// parts of the program may share. Several processes may use it at once.
class ProfileStore {
 public:
  /// Opens or creates the file and, if needed, its folder.
  /// @throws InputError in one line when it is corrupt, locked, read-only or of a newer program.
  explicit ProfileStore(const std::filesystem::path& file);
  ProfileStore(ProfileStore&&) noexcept;
  ProfileStore& operator=(ProfileStore&&) noexcept;
  ~ProfileStore();

  /// @throws InputError when the store cannot be read or holds a damaged profile.
  [[nodiscard]] std::optional<ExecutionProfile> get(const ProfileKey& key) const;
  /// Replaces a profile of the same key. @throws InputError when the store cannot be written.
  void put(const ExecutionProfile& profile);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The version of this program that profiles carry.
[[nodiscard]] std::string_view profile_program_version();

}  // namespace faascast
