#include "workloads/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dag_shortest_paths.hpp>
#include <limits>
#include <utility>

#include "sim-core/error.h"

namespace faascast {
namespace {

/// Vertex i: the first i operators are done. Edge i -> j: one function runs operators [i, j).
using Splits = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS,
                                     boost::no_property,
                                     boost::property<boost::edge_weight_t, double>>;

void check(const ModelReport& report, const PartitionOptions& options) {
  std::vector<Problem> problems;
  const auto need = [&](bool fine, const char* what) {
    if (!fine) problems.push_back({.where = report.name, .what = what});
  };
  need(options.memory_limit_bytes > 0, "the memory limit of a function must be positive");
  need(options.flops_per_second > 0.0, "the compute rate must be positive");
  need(options.bytes_per_second > 0.0, "the transfer rate must be positive");
  need(options.invocation_seconds >= 0.0, "the time of a call may not be negative");
  need(options.weight_scale >= 0.0, "the scale of weights may not be negative");
  if (!problems.empty()) throw InputError(std::move(problems));
}

class Splitter {
 public:
  Splitter(const ModelReport& report, const PartitionOptions& options)
      : report_(report), options_(options) {}

  [[nodiscard]] Partition split() const {
    const std::size_t n = report_.rows.size();
    Splits splits(n + 1);
    for (std::size_t i = 0; i < n; ++i) add_functions_from(i, splits);
    std::vector<std::size_t> before(n + 1);
    boost::dag_shortest_paths(splits, 0, boost::predecessor_map(before.data()));
    Partition result;
    for (std::size_t last = n; last > 0; last = before[last]) {
      result.parts.push_back(part(before[last], last));
    }
    std::reverse(result.parts.begin(), result.parts.end());
    for (const Part& p : result.parts) result.seconds += p.seconds;
    return result;
  }

 private:
  [[nodiscard]] std::int64_t cut_before(std::size_t row) const {
    return row == 0 ? report_.input_bytes : report_.rows[row - 1].cut_bytes;
  }

  void extend(Part& part) const {
    const ReportRow& row = report_.rows[part.last++];
    part.flops += row.flops;
    part.weight_bytes += options_.weight_scale * static_cast<double>(row.weight_bytes);
    part.peak_bytes = std::max(part.peak_bytes, row.alive_bytes);
  }
  [[nodiscard]] double seconds_of(const Part& part) const {
    const double compute = part.flops / options_.flops_per_second;
    if (part.first == 0) return compute;
    return compute + options_.invocation_seconds +
           static_cast<double>(part.carried_in) / options_.bytes_per_second;
  }
  [[nodiscard]] bool fits(const Part& part) const {
    return part.weight_bytes + static_cast<double>(part.peak_bytes) <=
           static_cast<double>(options_.memory_limit_bytes);
  }
  [[nodiscard]] Part empty_part(std::size_t first) const {
    return {.first = first, .last = first, .carried_in = cut_before(first)};
  }
  [[nodiscard]] Part part(std::size_t first, std::size_t last) const {
    Part result = empty_part(first);
    while (result.last < last) extend(result);
    result.seconds = seconds_of(result);
    return result;
  }

  /// A longer function needs no less memory: the first that does not fit is the last one tried.
  void add_functions_from(std::size_t first, Splits& splits) const {
    Part part = empty_part(first);
    while (part.last < report_.rows.size()) {
      extend(part);
      if (!fits(part)) break;
      boost::add_edge(first, part.last, seconds_of(part), splits);
    }
    if (part.last == first + 1 && !fits(part)) {
      const ReportRow& row = report_.rows[first];
      throw InputError(Problem{
          .where = report_.name,
          .what = fmt::format("operator '{}' ({}) alone needs {:.0f} bytes of the limit of {}",
                              row.name, row.op,
                              part.weight_bytes + static_cast<double>(part.peak_bytes),
                              options_.memory_limit_bytes),
          .mend = "choose a larger memory limit: single operators are not split"});
    }
  }

  const ModelReport& report_;
  const PartitionOptions& options_;
};

}  // namespace

Partition partition_model(const ModelReport& report, const PartitionOptions& options) {
  check(report, options);
  if (report.rows.empty()) return {};
  return Splitter(report, options).split();
}

}  // namespace faascast
