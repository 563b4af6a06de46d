#include "studies/idle_replay.h"

#include <algorithm>

namespace faascast {

std::vector<IdleObservation> idle_times(const std::vector<const MeasuredRow*>& rows) {
  std::vector<IdleObservation> seen;
  if (rows.empty()) return seen;
  std::int64_t end = rows.front()->at_ns + rows.front()->total_ns;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const MeasuredRow& row = *rows[i];
    if (row.at_ns > end) seen.push_back({static_cast<double>(row.at_ns - end) * 1e-9, row.cold});
    end = std::max(end, row.at_ns + row.total_ns);
  }
  return seen;
}

}  // namespace faascast
