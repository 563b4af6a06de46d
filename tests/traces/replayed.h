#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "sim-core/error.h"
#include "traces/arrival_row.h"

namespace faascast {

/// All arrivals of one stream.
inline std::vector<ArrivalRow> replayed(const Traffic& traffic, std::uint32_t function = 0,
                                        ReplaySeed seed = {}) {
  std::vector<ArrivalRow> rows;
  ArrivalCursor cursor(traffic.open(function, seed), function);
  for (ArrivalRow row; cursor.next(row);) rows.push_back(row);
  return rows;
}

inline std::vector<std::int64_t> instants(const std::vector<ArrivalRow>& rows) {
  std::vector<std::int64_t> all;
  for (const ArrivalRow& row : rows) all.push_back(row.at);
  return all;
}

inline bool is_sorted_by_time(const std::vector<ArrivalRow>& rows) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].at < rows[i - 1].at) return false;
  }
  return true;
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// Public data beside the checkout, or where FAASCAST_DATA says.
inline std::filesystem::path shared_data() {
  if (const char* folder = std::getenv("FAASCAST_DATA")) return folder;
  const char* root = std::getenv("FAASCAST_ROOT");
  return std::filesystem::path(root != nullptr ? root : ".") / ".." / "shared" / "data";
}

/// A folder that is gone after the test.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("faascast-traces-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace faascast
