#include "workloads/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "sim-core/error.h"
#include "workloads/arena.h"
#include "workloads/operators/operators.h"

namespace faascast {
namespace {

constexpr std::size_t kMostArenaBytes = std::size_t{2} << 30;
/// Kernels may look at so many inputs and outputs without asking how many there are; the absent ones
/// are null.
constexpr std::size_t kLeastPointers = 12;

struct FreeMemory {
  void operator()(std::byte* memory) const { std::free(memory); }
};
using AlignedMemory = std::unique_ptr<std::byte, FreeMemory>;

AlignedMemory allocate_arena(std::size_t bytes, const std::string& model) {
  const std::size_t size = (bytes + kArenaAlignment) / kArenaAlignment * kArenaAlignment;
  AlignedMemory memory(static_cast<std::byte*>(std::aligned_alloc(kArenaAlignment, size)));
  if (!memory) {
    throw InputError(Problem{.where = model,
                             .what = fmt::format("needs {} bytes of memory", size),
                             .mend = "choose a smaller batch or a machine with more memory"});
  }
  std::memset(memory.get(), 0, size);
  return memory;
}

const KernelSet& chosen_kernels(const std::string& isa) {
  if (isa.empty()) return best_kernels();
  for (const KernelSet* set : kernel_sets()) {
    if (set->isa == isa) return *set;
  }
  throw InputError(Problem{.what = fmt::format("this processor cannot run '{}' kernels", isa)});
}

/// Throws one problem for each operator that is not supported.
void check_operators(const Graph& graph) {
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::size_t>> missing;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (find_operator(node, graph.opset) != nullptr) continue;
    const auto [at, is_new] = missing.try_emplace({node.domain, node.op}, n, 0);
    if (!is_new) ++at->second.second;
  }
  std::vector<Problem> problems;
  for (const auto& [name, where] : missing) {
    const Node& node = graph.nodes[where.first];
    const std::string place =
        node.name.empty() ? fmt::format("node {}", where.first) : fmt::format("node '{}'", node.name);
    const std::string more = where.second == 0 ? "" : fmt::format(" and {} more", where.second);
    const std::string domain = name.first.empty() ? "" : fmt::format(", domain '{}'", name.first);
    problems.push_back({.where = graph.name,
                        .what = fmt::format("operator '{}' ({}{}, opset {}{}) is not supported",
                                            name.second, place, more, graph.opset, domain),
                        .mend = "see workloads/README.md for the operators that are"});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

/// A node that has been bound to its memory.
struct Step {
  Kernel kernel{};
  std::vector<const std::byte*> inputs{};
  std::vector<std::byte*> outputs{};
};

}  // namespace

struct Executor::Impl {
  Graph graph{};
  const KernelSet* kernels = nullptr;
  std::vector<ValueSpec> specs{};                        ///< one a value
  std::vector<std::shared_ptr<const Tensor>> folded{};  ///< constants that were computed here
  std::vector<bool> is_read{};  ///< of each value: by a node, or as the graph's output
  std::vector<int> storage{};  ///< whose memory a value lives in: itself, or what it renames
  std::vector<std::byte*> memory{};  ///< of each value; null where constant or never made
  AlignedMemory arena{};
  std::vector<Step> steps{};
  std::byte* scratch = nullptr;
  std::size_t arena_bytes = 0;
  std::size_t activation_peak_bytes = 0;
  std::size_t weight_bytes = 0;
  std::size_t inner_bytes = 0;  ///< activations of the largest branch
  double flops = 0.0;
  std::vector<NodeFacts> facts{};
  std::vector<std::int64_t> step_bytes{};
  std::vector<std::int64_t> cut_bytes{};

  struct Pending {
    std::size_t node = 0;
    PlannedNode planned{};
  };

  void load(const ExecutorOptions& options) {
    check_operators(graph);
    if (options.batch < 1) {
      throw InputError(Problem{.where = graph.name,
                               .what = fmt::format("a batch of {}", options.batch),
                               .mend = "give a batch of at least 1"});
    }
    fix_inputs(options);
    kernels = &chosen_kernels(options.isa);
    const std::vector<int> order = execution_order(graph);
    find_readers();
    describe_values(options);
    std::vector<Pending> pending;
    std::size_t scratch_bytes = 0;
    for (const int node : order) {
      Pending next = plan(static_cast<std::size_t>(node));
      scratch_bytes = std::max(scratch_bytes, next.planned.scratch_bytes);
      if (next.planned.kernel) pending.push_back(std::move(next));
    }
    lay_out(order, scratch_bytes);
    for (Pending& next : pending) bind(std::move(next));
  }

  /// Inputs whose content is given become constants.
  void fix_inputs(const ExecutorOptions& options) {
    for (const auto& [name, tensor] : options.fixed_inputs) {
      const auto at = std::find_if(graph.inputs.begin(), graph.inputs.end(), [&, &key = name](int v) {
        return graph.values[static_cast<std::size_t>(v)].name == key;
      });
      if (at == graph.inputs.end()) {
        throw InputError(Problem{.where = graph.name,
                                 .what = fmt::format("has no input '{}' to fix", name)});
      }
      Value& value = graph.values[static_cast<std::size_t>(*at)];
      if (value.type && *value.type != tensor.type) {
        throw InputError(Problem{.where = graph.name,
                                 .what = fmt::format("input '{}' holds {}, not {}", name,
                                                     name_of(*value.type), name_of(tensor.type))});
      }
      value.constant = std::make_shared<const Tensor>(tensor);
      graph.inputs.erase(at);
    }
  }

  void find_readers() {
    is_read.assign(graph.values.size(), false);
    for (const Node& node : graph.nodes) {
      for (const int input : node.inputs) {
        if (input != Node::kAbsent) is_read[static_cast<std::size_t>(input)] = true;
      }
    }
    for (const int output : graph.outputs) is_read[static_cast<std::size_t>(output)] = true;
  }

  void describe_values(const ExecutorOptions& options) {
    specs.resize(graph.values.size());
    storage.resize(graph.values.size());
    for (std::size_t v = 0; v < specs.size(); ++v) {
      storage[v] = static_cast<int>(v);
      const Tensor* constant = graph.values[v].constant.get();
      if (constant == nullptr) continue;
      weight_bytes += constant->bytes.size();
      specs[v] = {.type = constant->type, .shape = constant->shape, .constant = constant};
    }
    for (const int input : graph.inputs) {
      const Value& value = graph.values[static_cast<std::size_t>(input)];
      spec(input) = {.type = value.type.value_or(ElementType::kFloat32),
                     .shape = input_shape_of(graph, value, options)};
    }
  }

  ValueSpec& spec(int value) { return specs[static_cast<std::size_t>(value)]; }

  /// Plans a node and describes its outputs; a node whose outputs are known is computed here and
  /// returned without a kernel.
  Pending plan(std::size_t n) {
    const Node& node = graph.nodes[n];
    std::vector<const ValueSpec*> inputs;
    bool all_constant = true;
    for (const int input : node.inputs) {
      inputs.push_back(input == Node::kAbsent ? nullptr : &spec(input));
      if (input != Node::kAbsent) all_constant = all_constant && spec(input).constant != nullptr;
    }
    const PlanRequest request{
        .graph = graph, .node_index = n, .inputs = inputs, .kernels = *kernels, .is_read = is_read};
    const Operator& row = *find_operator(node, graph.opset);
    check_attributes(request, row);
    Pending next{.node = n, .planned = row.plan(request)};
    check_outputs(request, next.planned);
    for (std::size_t i = 0; i < next.planned.outputs.size() && i < node.outputs.size(); ++i) {
      if (node.outputs[i] != Node::kAbsent) spec(node.outputs[i]) = next.planned.outputs[i];
    }
    const bool is_folded = all_constant || next.planned.is_constant;
    facts.push_back({.node = static_cast<int>(n),
                     .is_folded = is_folded,
                     .flops = is_folded ? 0.0 : next.planned.flops});
    if (is_folded) {
      fold(node, next.planned, inputs);
      next.planned = {};
    } else if (next.planned.kernel) {
      flops += next.planned.flops;
      weight_bytes += next.planned.inner_weight_bytes;
      inner_bytes = std::max(inner_bytes, next.planned.inner_bytes);
    } else if (!node.outputs.empty() && node.outputs[0] != Node::kAbsent) {
      storage[static_cast<std::size_t>(node.outputs[0])] =
          storage[static_cast<std::size_t>(node.inputs[0])];
    }
    return next;
  }

  static void check_outputs(const PlanRequest& request, const PlannedNode& planned) {
    for (std::size_t i = planned.outputs.size(); i < request.node().outputs.size(); ++i) {
      request.no_output(i, fmt::format("number {}", i));
    }
    for (const ValueSpec& output : planned.outputs) {
      const auto count = element_count(output.shape);
      if (!count || static_cast<std::size_t>(*count) * size_of(output.type) > kMostArenaBytes) {
        request.fail(fmt::format("makes a tensor {}, which is too large", shape_text(output.shape)));
      }
    }
    if (planned.scratch_bytes > kMostArenaBytes) request.fail("needs too much working memory");
  }

  void fold(const Node& node, const PlannedNode& planned,
            const std::vector<const ValueSpec*>& inputs) {
    std::vector<std::shared_ptr<Tensor>> results;
    std::vector<std::byte*> outputs;
    for (const ValueSpec& output : planned.outputs) {
      results.push_back(std::make_shared<Tensor>(make_tensor(output.type, output.shape)));
      outputs.push_back(results.back()->bytes.data());
    }
    if (planned.kernel) {
      std::vector<const std::byte*> pointers;
      for (const ValueSpec* input : inputs) {
        const bool known = input != nullptr && input->constant != nullptr;
        pointers.push_back(known ? input->constant->bytes.data() : nullptr);
      }
      pointers.resize(std::max(pointers.size(), kLeastPointers), nullptr);
      outputs.resize(std::max(outputs.size(), kLeastPointers), nullptr);
      const AlignedMemory working = allocate_arena(planned.scratch_bytes, graph.name);
      planned.kernel({.inputs = pointers.data(), .outputs = outputs.data(), .scratch = working.get()});
    } else {
      results[0]->bytes = inputs[0]->constant->bytes;
    }
    for (std::size_t i = 0; i < results.size() && i < node.outputs.size(); ++i) {
      if (node.outputs[i] == Node::kAbsent) continue;
      spec(node.outputs[i]).constant = results[i].get();
      folded.push_back(results[i]);
    }
  }

  [[nodiscard]] std::size_t bytes_of(std::size_t value) const {
    return static_cast<std::size_t>(specs[value].elements()) * size_of(specs[value].type);
  }

  /// Plans the arena: one block for each value that has memory of its own, then the scratch.
  void lay_out(std::span<const int> order, std::size_t scratch_bytes) {
    const std::vector<Lifetime> lives = lifetimes(graph, order);
    std::vector<ArenaBlock> needed(specs.size(), {.bytes = 0, .first = 0, .last = -1});
    for (std::size_t v = 0; v < specs.size(); ++v) {
      if (specs[v].constant != nullptr || lives[v].last < lives[v].first) continue;
      ArenaBlock& block = needed[static_cast<std::size_t>(storage[v])];
      if (block.last < block.first) {
        block = {.bytes = bytes_of(v), .first = lives[v].first, .last = lives[v].last};
      } else {
        block.first = std::min(block.first, lives[v].first);
        block.last = std::max(block.last, lives[v].last);
      }
    }
    activation_peak_bytes = plan_arena(compact(needed).blocks).peak_bytes + inner_bytes;
    count_alive(needed, order.size());
    // Inputs keep their memory, so that run() can be repeated on them.
    for (const int input : graph.inputs) {
      const auto v = static_cast<std::size_t>(input);
      needed[v] = {.bytes = bytes_of(v), .first = -1, .last = static_cast<int>(order.size())};
    }
    const Compact owners = compact(needed);
    const ArenaPlan plan = plan_arena(owners.blocks);
    arena_bytes = plan.bytes + scratch_bytes;
    if (arena_bytes > kMostArenaBytes) {
      throw InputError(Problem{.where = graph.name,
                               .what = fmt::format("needs {} bytes of activations", arena_bytes),
                               .mend = "choose a smaller batch or smaller inputs"});
    }
    arena = allocate_arena(arena_bytes, graph.name);
    scratch = arena.get() + plan.bytes;
    memory.assign(specs.size(), nullptr);
    for (std::size_t i = 0; i < owners.values.size(); ++i) {
      memory[owners.values[i]] = arena.get() + plan.offsets[i];
    }
    for (std::size_t v = 0; v < specs.size(); ++v) {
      if (specs[v].constant == nullptr) memory[v] = memory[static_cast<std::size_t>(storage[v])];
    }
  }

  /// Bytes alive during each step, and between steps.
  void count_alive(const std::vector<ArenaBlock>& blocks, std::size_t count) {
    step_bytes.assign(count + 2, 0);
    cut_bytes.assign(count + 2, 0);
    for (const ArenaBlock& block : blocks) {
      if (block.last < block.first) continue;
      const auto bytes = static_cast<std::int64_t>(block.bytes);
      const int last = std::min(block.last, static_cast<int>(count) - 1);
      step_bytes[static_cast<std::size_t>(std::max(block.first, 0))] += bytes;
      step_bytes[static_cast<std::size_t>(last + 1)] -= bytes;
      cut_bytes[static_cast<std::size_t>(block.first + 1)] += bytes;
      cut_bytes[static_cast<std::size_t>(block.last + 1)] -= bytes;
    }
    std::partial_sum(step_bytes.begin(), step_bytes.end(), step_bytes.begin());
    std::partial_sum(cut_bytes.begin(), cut_bytes.end(), cut_bytes.begin());
    step_bytes.resize(count);
    cut_bytes.resize(count + 1);
  }

  struct Compact {
    std::vector<ArenaBlock> blocks{};
    std::vector<std::size_t> values{};
  };
  static Compact compact(const std::vector<ArenaBlock>& needed) {
    Compact result;
    for (std::size_t v = 0; v < needed.size(); ++v) {
      if (needed[v].last < needed[v].first) continue;
      result.blocks.push_back(needed[v]);
      result.values.push_back(v);
    }
    return result;
  }

  [[nodiscard]] const std::byte* content(int value) const {
    const auto v = static_cast<std::size_t>(value);
    return specs[v].constant != nullptr ? specs[v].constant->bytes.data() : memory[v];
  }

  void bind(Pending next) {
    const Node& node = graph.nodes[next.node];
    Step step{.kernel = std::move(next.planned.kernel)};
    for (const int input : node.inputs) {
      step.inputs.push_back(input == Node::kAbsent ? nullptr : content(input));
    }
    for (const int output : node.outputs) {
      step.outputs.push_back(output == Node::kAbsent ? nullptr
                                                     : memory[static_cast<std::size_t>(output)]);
    }
    const auto is_made = [](const std::byte* output) { return output != nullptr; };
    if (std::none_of(step.outputs.begin(), step.outputs.end(), is_made)) return;
    step.inputs.resize(std::max(step.inputs.size(), kLeastPointers), nullptr);
    step.outputs.resize(std::max(step.outputs.size(), kLeastPointers), nullptr);
    steps.push_back(std::move(step));
  }
};

std::size_t batch_axis(const std::vector<Dimension>& shape) {
  constexpr std::array<std::string_view, 3> kNames{"N", "batch", "batch_size"};
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (std::find(kNames.begin(), kNames.end(), shape[axis].name) != kNames.end()) return axis;
  }
  return 0;
}

Shape input_shape_of(const Graph& graph, const Value& value, const ExecutorOptions& options) {
  const auto fail = [&](const std::string& what, std::string mend) {
    throw InputError(Problem{.where = graph.name,
                             .what = fmt::format("input '{}' {}", value.name, what),
                             .mend = std::move(mend)});
  };
  const auto given = options.input_shapes.find(value.name);
  const bool is_given = given != options.input_shapes.end();
  if (!value.shape) {
    if (!is_given) fail("has no shape", "give its shape");
    return given->second;
  }
  if (is_given && given->second.size() != value.shape->size()) {
    fail(fmt::format("has {} axes, not {}", value.shape->size(), shape_text(given->second)),
         "give one size for each axis");
  }
  Shape shape;
  for (std::size_t axis = 0; axis < value.shape->size(); ++axis) {
    const Dimension& dim = (*value.shape)[axis];
    std::int64_t size = dim.size;
    if (is_given) {
      if (size >= 0 && given->second[axis] != size) {
        fail(fmt::format("has size {} on axis {}, not {}", size, axis, given->second[axis]),
             "give the sizes that the model fixes");
      }
      size = given->second[axis];
    } else if (size < 0 && axis == batch_axis(*value.shape)) {
      size = options.batch;
    }
    if (size < 0) {
      fail(dim.name.empty() ? fmt::format("leaves axis {} open", axis)
                            : fmt::format("leaves axis {} ('{}') open", axis, dim.name),
           "give its shape");
    }
    shape.push_back(size);
  }
  const auto count = element_count(shape);
  if (!count || static_cast<std::size_t>(*count) > kMostArenaBytes) {
    fail(fmt::format("has the impossible shape {}", shape_text(shape)), "");
  }
  return shape;
}

Executor::Executor(Graph graph, const ExecutorOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->graph = std::move(graph);
  impl_->load(options);
}
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

std::size_t Executor::inputs() const { return impl_->graph.inputs.size(); }
std::size_t Executor::outputs() const { return impl_->graph.outputs.size(); }
const Shape& Executor::input_shape(std::size_t i) const {
  return impl_->spec(impl_->graph.inputs[i]).shape;
}
ElementType Executor::input_type(std::size_t i) const {
  return impl_->spec(impl_->graph.inputs[i]).type;
}
const std::string& Executor::input_name(std::size_t i) const {
  return impl_->graph.values[static_cast<std::size_t>(impl_->graph.inputs[i])].name;
}
const Shape& Executor::output_shape(std::size_t i) const {
  return impl_->spec(impl_->graph.outputs[i]).shape;
}
ElementType Executor::output_type(std::size_t i) const {
  return impl_->spec(impl_->graph.outputs[i]).type;
}

std::span<std::byte> Executor::input(std::size_t i) {
  const auto value = static_cast<std::size_t>(impl_->graph.inputs[i]);
  return {impl_->memory[value], impl_->bytes_of(value)};
}

std::span<const std::byte> Executor::output(std::size_t i) const {
  const int value = impl_->graph.outputs[i];
  return {impl_->content(value), impl_->bytes_of(static_cast<std::size_t>(value))};
}

void Executor::run() {
  for (const Step& step : impl_->steps) {
    step.kernel({.inputs = step.inputs.data(),
                 .outputs = step.outputs.data(),
                 .scratch = impl_->scratch});
  }
}

std::vector<Tensor> Executor::run_on(std::span<const Tensor> input_values) {
  const auto refuse = [&](std::string what) {
    throw InputError(Problem{.where = impl_->graph.name, .what = std::move(what)});
  };
  if (input_values.size() != inputs()) {
    refuse(fmt::format("has {} inputs; {} were given", inputs(), input_values.size()));
  }
  for (std::size_t i = 0; i < inputs(); ++i) {
    const Tensor& given = input_values[i];
    if (given.type != input_type(i) || given.shape != input_shape(i)) {
      refuse(fmt::format("input '{}' is {} {}; {} {} was given", input_name(i),
                         name_of(input_type(i)), shape_text(input_shape(i)), name_of(given.type),
                         shape_text(given.shape)));
    }
    if (!given.bytes.empty()) std::memcpy(input(i).data(), given.bytes.data(), given.bytes.size());
  }
  run();
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < outputs(); ++i) {
    const auto bytes = output(i);
    results.push_back({.type = output_type(i),
                       .shape = output_shape(i),
                       .bytes = {bytes.begin(), bytes.end()}});
  }
  return results;
}

std::string_view Executor::isa() const { return impl_->kernels->isa; }
double Executor::flops() const { return impl_->flops; }
std::size_t Executor::weight_bytes() const { return impl_->weight_bytes; }
std::size_t Executor::activation_peak_bytes() const { return impl_->activation_peak_bytes; }
std::size_t Executor::arena_bytes() const { return impl_->arena_bytes; }
const Graph& Executor::graph() const { return impl_->graph; }
std::span<const NodeFacts> Executor::nodes() const { return impl_->facts; }
const Shape& Executor::shape_of(int value) const { return impl_->spec(value).shape; }
ElementType Executor::type_of(int value) const { return impl_->spec(value).type; }
std::span<const std::int64_t> Executor::step_bytes() const { return impl_->step_bytes; }
std::span<const std::int64_t> Executor::cut_bytes() const { return impl_->cut_bytes; }

}  // namespace faascast
