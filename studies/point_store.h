#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "studies/store_file.h"
#include "studies/sweep.h"

namespace faascast {

/// Finished points in the store, by their keys (ResultKeys). Each is written at once and whole, so
/// a program that is killed loses only what it was computing. Several threads and programs may use
/// one store.
class PointStore {
 public:
  /// @throws InputError
  explicit PointStore(const std::filesystem::path& file)
      : store_(file, StoreFile::Access::kWrite) {}

  /// Nothing where there is none, or where it cannot be read any more.
  [[nodiscard]] std::optional<PointResult> get(const std::string& key);
  /// Keeps the first of equal keys. @throws as StoreFile
  void put(const std::string& key, const std::string& scenario_name, const PointResult& point);

 private:
  StoreFile store_;
  std::mutex mutex_{};
};

}  // namespace faascast
