#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim-core/arrivals.h"

namespace faascast {

/// The streams of all functions of independent traffic as one, in order of time, then function.
/// Every stream keeps its block: for fleets that serve all functions, not for many thousands of
/// them.
class MergedSource final : public ArrivalSource {
 public:
  MergedSource(const Traffic& traffic, ReplaySeed seed);
  [[nodiscard]] ArrivalBlock fill() override;

 private:
  struct Head {
    std::int64_t at;
    std::uint32_t function;
    friend bool operator>(const Head& a, const Head& b) {
      return a.at != b.at ? a.at > b.at : a.function > b.function;
    }
  };
  struct Stream {
    std::unique_ptr<ArrivalSource> source;
    ArrivalBlock block{};
    std::size_t next = 0;
  };
  void take(Stream& stream, std::uint32_t function);
  void refill(Stream& stream);

  std::vector<Stream> streams_{};
  std::vector<Head> heads_{};  ///< heap: the earliest first

  // The block that is handed out.
  std::vector<std::int64_t> at_{};
  std::vector<std::uint32_t> function_{};
  std::vector<std::uint64_t> number_{};
  std::vector<std::uint64_t> work_word_{};
  /// Columns in the order of ArrivalBlock; kAbsent where a stream does not have one.
  static constexpr std::size_t kColumns = 5;
  std::vector<std::int64_t> columns_[kColumns]{};
  bool all_have_words_ = true;
  bool has_column_[kColumns] = {};
};

}  // namespace faascast
