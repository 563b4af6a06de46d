// Choosing a branch. Both branches are planned when the model is loaded, unless the condition is
// known then.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "workloads/executor.h"
#include "workloads/operators/operators.h"

namespace faascast {
namespace {

/// A branch as a model of its own; what it reads of the outer graph are its inputs.
struct Branch {
  std::shared_ptr<Executor> executor{};
  std::size_t weight_bytes = 0;        ///< of its own weights
  std::vector<std::size_t> sources{};  ///< input of the node, for each input of the branch
};

/// Not owning: the outer model keeps its constants for as long as it lives.
std::shared_ptr<const Tensor> borrowed(const Tensor* tensor) {
  return {std::shared_ptr<const Tensor>{}, tensor};
}

Branch plan_branch(const PlanRequest& request, const Graph& graph, std::size_t first_source) {
  Branch branch;
  Graph copy = graph;
  std::vector<int> open;
  std::size_t borrowed_bytes = 0;
  ExecutorOptions options{.isa = std::string(request.kernels.isa)};
  for (std::size_t i = 0; i < copy.inputs.size(); ++i) {
    const ValueSpec& spec = request.input(first_source + i);
    Value& value = copy.values[static_cast<std::size_t>(copy.inputs[i])];
    value.type = spec.type;
    value.shape.emplace();
    for (const std::int64_t size : spec.shape) value.shape->push_back({.size = size});
    if (spec.constant != nullptr) {
      value.constant = borrowed(spec.constant);
      borrowed_bytes += spec.constant->bytes.size();
    } else {
      branch.sources.push_back(first_source + i);
      open.push_back(copy.inputs[i]);
    }
  }
  copy.inputs = std::move(open);
  branch.executor = std::make_shared<Executor>(std::move(copy), options);
  branch.weight_bytes = branch.executor->weight_bytes() - borrowed_bytes;
  return branch;
}

void run_branch(const Branch& branch, const KernelCall& call) {
  Executor& executor = *branch.executor;
  for (std::size_t i = 0; i < branch.sources.size(); ++i) {
    const auto to = executor.input(i);
    if (!to.empty()) std::memcpy(to.data(), call.inputs[branch.sources[i]], to.size());
  }
  executor.run();
  for (std::size_t i = 0; i < executor.outputs(); ++i) {
    const auto from = executor.output(i);
    if (call.outputs[i] != nullptr && !from.empty()) {
      std::memcpy(call.outputs[i], from.data(), from.size());
    }
  }
}

std::vector<ValueSpec> outputs_of(const Executor& executor) {
  std::vector<ValueSpec> outputs;
  for (std::size_t i = 0; i < executor.outputs(); ++i) {
    outputs.push_back({.type = executor.output_type(i), .shape = executor.output_shape(i)});
  }
  return outputs;
}

bool same_outputs(const std::vector<ValueSpec>& a, const std::vector<ValueSpec>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.type == y.type && x.shape == y.shape;
  });
}

}  // namespace

PlannedNode plan_if(const PlanRequest& request) {
  const ValueSpec& condition = request.typed_input(0, {ElementType::kBool});
  const auto then_graph = request.node().subgraph("then_branch");
  const auto else_graph = request.node().subgraph("else_branch");
  if (!then_graph || !else_graph || condition.elements() != 1) {
    request.fail("needs one condition and two branches");
  }
  const std::size_t outputs = request.node().outputs.size();
  if (then_graph->outputs.size() != outputs || else_graph->outputs.size() != outputs) {
    request.fail("its branches make another number of values");
  }
  const std::array graphs{else_graph, then_graph};
  const std::array<std::size_t, 2> first_source{1 + then_graph->inputs.size(), 1};
  std::array<Branch, 2> branches;
  PlannedNode planned;
  const bool known = condition.constant != nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    if (known && (condition.constant->bytes[0] != std::byte{0}) != (i == 1)) continue;
    branches[i] = plan_branch(request, *graphs[i], first_source[i]);
    const Executor& executor = *branches[i].executor;
    const std::vector<ValueSpec> made = outputs_of(executor);
    if (!planned.outputs.empty() && !same_outputs(planned.outputs, made)) {
      request.fail("its branches make values of different shapes or types",
                   "fix the input that its condition depends on");
    }
    planned.outputs = made;
    planned.flops = std::max(planned.flops, executor.flops());
    planned.inner_bytes = std::max(planned.inner_bytes, executor.activation_peak_bytes());
    planned.inner_weight_bytes += branches[i].weight_bytes;
  }
  for (const Branch& branch : branches) {
    if (branch.executor && request.node().outputs.size() > 12) request.fail("more than 12 outputs");
  }
  if (known) {
    const Branch chosen = branches[condition.constant->bytes[0] != std::byte{0} ? 1 : 0];
    planned.is_constant = chosen.sources.empty();
    planned.kernel = [chosen](const KernelCall& call) { run_branch(chosen, call); };
    return planned;
  }
  planned.kernel = [branches](const KernelCall& call) {
    run_branch(branches[*call.in<std::uint8_t>(0) != 0 ? 1 : 0], call);
  };
  return planned;
}

}  // namespace faascast
