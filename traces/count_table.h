#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "traces/content.h"

namespace faascast {

/// Requests of one function in one minute.
struct MinuteCount {
  std::uint32_t minute = 0;  ///< from 0
  std::uint32_t count = 0;   ///< > 0
};

/// Minute counts of many functions, zeros left out.
class CountTable {
 public:
  struct Function {
    std::uint64_t requests = 0;
    bool timer = false;                  ///< trigger "timer"
    std::vector<MinuteCount> minutes{};  ///< ascending
  };

  /// Azure Functions 2019 (and In-Vitro): HashOwner, HashApp, HashFunction, Trigger and a column
  /// for each minute, named by its number from 1. Functions are numbered by first appearance of
  /// (owner, app, function); rows of one function are added.
  /// @throws InputError
  static CountTable read(const TraceContent& content);

  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  [[nodiscard]] std::uint32_t minutes() const { return minutes_; }  ///< the last minute column

 private:
  std::vector<Function> functions_{};
  std::uint32_t minutes_ = 0;
};

}  // namespace faascast
