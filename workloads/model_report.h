#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/executor.h"

namespace faascast {

/// One operator of a model, in order of execution.
struct ReportRow {
  int node = 0;  ///< index into Graph::nodes
  std::string name{};
  std::string op{};
  std::vector<Shape> outputs{};
  double flops = 0.0;
  std::int64_t weight_bytes = 0;  ///< as held in memory; a shared weight counts for its first reader
  std::int64_t output_bytes = 0;
  std::int64_t alive_bytes = 0;  ///< activations that exist while it runs
  std::int64_t cut_bytes = 0;    ///< that a cut behind it has to carry
  bool is_folded = false;        ///< computed on loading
  bool is_critical = false;      ///< on the heaviest chain
  std::vector<std::size_t> readers{};  ///< rows that read its outputs, once for each tensor
};

/// What a model consists of, for batch and shapes as given.
struct ModelReport {
  std::string name{};
  std::int64_t opset = 0;
  std::vector<ReportRow> rows{};
  std::int64_t edges = 0;  ///< tensors between operators, once for each reader
  double flops = 0.0;
  double critical_flops = 0.0;  ///< of the heaviest chain of operators
  std::int64_t weight_bytes = 0;
  std::int64_t output_bytes = 0;  ///< sum over all operators
  std::int64_t peak_bytes = 0;    ///< most activations alive at once
  std::int64_t input_bytes = 0;
};

/// @throws InputError as Executor does.
[[nodiscard]] ModelReport report_model(const Graph& graph, const ExecutorOptions& options = {});

/// Rows after which a cut carries fewer bytes than after both neighbours: good places to split.
[[nodiscard]] std::vector<std::size_t> narrow_cuts(const ModelReport& report);

/// A table of at most 80 columns and the sums below it. Ends with a newline.
[[nodiscard]] std::string report_table(const ModelReport& report);
/// The graph in Graphviz's language; operators on the critical path are bold. Ends with a newline.
[[nodiscard]] std::string report_dot(const ModelReport& report);
/// The same as a picture: operators in rows, each below all that it reads.
[[nodiscard]] std::string report_svg(const ModelReport& report);
/// Three significant digits and a decimal prefix: "1.23 M", or "12 ".
[[nodiscard]] std::string short_number(double value);

}  // namespace faascast
