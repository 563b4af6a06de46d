#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim-core/arrivals.h"
#include "traces/count_table.h"

namespace faascast {

/// How long a function runs and how much memory it uses.
struct FunctionSize {
  /// Execution times at kShares, in ns, non-decreasing.
  std::array<std::int64_t, 7> quantiles_ns{};
  std::int64_t memory_mb = ArrivalBlock::kAbsent;

  static constexpr std::array<double, 7> kShares = {0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0};

  /// At a uniform u in (0, 1): even between two quantiles, as In-Vitro draws them.
  [[nodiscard]] std::int64_t execution_ns(double u) const;
};

/// Azure Functions 2019: the files of execution times (function_durations_percentiles..., or
/// durations.csv) and memory (app_memory_percentiles..., or memory.csv) of the same day, where they
/// lie beside the file of counts.
///
/// Bends the truth: percentiles are of averages over 30 s, without cold starts; an application's
/// memory is shared out evenly among its functions.
class FunctionSizes {
 public:
  /// Leaves the functions without execution times out of `table`, as the three files do not hold
  /// the same ones. @return nothing where no file of execution times lies beside
  /// @throws InputError
  static std::shared_ptr<const FunctionSizes> beside(const std::filesystem::path& counts,
                                                     CountTable& table);

  [[nodiscard]] const FunctionSize& of(std::uint32_t function) const { return sizes_[function]; }
  [[nodiscard]] const std::string& description() const { return description_; }

 private:
  std::vector<FunctionSize> sizes_{};  ///< by function of the table
  std::string description_{};
};

}  // namespace faascast
