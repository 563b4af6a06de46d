#pragma once

#include <cstdint>
#include <vector>

#include "sim-core/units.h"

namespace faascast {

/// How uneven counts are, by how long they are counted for.
struct Dispersion {
  Duration window{};
  double ratio = 0.0;  ///< variance / mean of the requests in such windows; 1 = Poisson
};

/// Counts arrivals in windows of 1 s, 10 s, 1 min, 10 min and 1 h, from the start of the run. Where
/// the traffic goes on for longer than the bins suffice, the shortest windows are given up.
class CountBins {
 public:
  /// @param at in ns, >= 0, in any order
  void add(std::int64_t at);
  /// Of windows of which at least ten are in `span`; counts beyond it are not looked at.
  [[nodiscard]] std::vector<Dispersion> figures(Duration span) const;

 private:
  void coarsen();

  std::size_t shortest_ = 0;  ///< index of the window that is counted in
  std::vector<std::uint64_t> counts_{};
};

}  // namespace faascast
