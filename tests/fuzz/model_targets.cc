#include <cstdlib>
#include <string>
#include <vector>

#include "sim-core/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "workloads/executor.h"
#include "workloads/model_report.h"
#include "workloads/onnx_reader.h"
#include "workloads/onnx_writer.h"
#include "workloads/passes/passes.h"

namespace faascast {
namespace {

constexpr double kMostFlops = 1e6;
constexpr std::size_t kMostBytes = std::size_t{1} << 22;

/// Runs a model that is small enough to be run thousands of times.
bool run_small(const Graph& graph) {
  Executor executor(graph);
  if (executor.flops() > kMostFlops || executor.arena_bytes() > kMostBytes) return false;
  executor.run();
  for (std::size_t i = 0; i < executor.outputs(); ++i) {
    const auto count = element_count(executor.output_shape(i));
    if (!count || executor.output(i).size() !=
                      static_cast<std::size_t>(*count) * size_of(executor.output_type(i))) {
      std::abort();
    }
  }
  return true;
}

/// What is read can be run or is refused; what is written is read back, and passes keep it runnable.
void try_model(std::string_view bytes) {
  try {
    const Graph graph = read_onnx(bytes, "fuzz");
    if (!run_small(graph)) return;
    if (report_table(report_model(graph)).empty()) std::abort();
    const Graph again = read_onnx(write_onnx(graph), "again");
    if (again.nodes.size() < graph.nodes.size()) std::abort();
    for (const Pass pass : all_passes()) {
      try {
        static_cast<void>(run_small(read_onnx(write_onnx(apply_pass(pass, graph).graph), "passed")));
      } catch (const InputError& error) {
        if (error.problems().empty()) std::abort();
      }
    }
  } catch (const InputError& error) {
    if (error.problems().empty()) std::abort();
  }
}

}  // namespace

void add_model_targets(std::vector<FuzzTarget>& targets) {
  targets.push_back({"onnx", try_model});
}

}  // namespace faascast
