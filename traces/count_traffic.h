#pragma once

#include <memory>
#include <string>

#include "sim-core/arrivals.h"
#include "traces/count_table.h"
#include "traces/function_sizes.h"
#include "traces/trace.h"

namespace faascast {

struct CountOptions {
  std::string title{};  ///< for descriptions: "minute counts day.csv"
  Spread spread = Spread::kUniform;
  std::shared_ptr<const FunctionSizes> sizes{};  ///< none = arrivals only; else of every function
};

/// Counts as one independent stream for each function. The instants of a bin depend on (seed,
/// function, bin) and its count only, the sizes on (seed, function, number).
[[nodiscard]] std::shared_ptr<const Traffic> make_count_traffic(CountTable table,
                                                                CountOptions options);

}  // namespace faascast
