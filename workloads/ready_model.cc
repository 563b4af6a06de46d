#include "workloads/ready_model.h"

#include <fmt/format.h>

#include <barrier>
#include <memory>
#include <span>
#include <thread>
#include <utility>

#include "sim-core/error.h"
#include "workloads/onnx_reader.h"
#include "workloads/onnxruntime.h"

namespace faascast {
namespace {

/// A fixed sequence in [0, 1): inputs need only be ordinary, not random.
void fill_floats(std::span<float> values, std::uint64_t& state) {
  for (float& value : values) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value = static_cast<float>(state >> 40) * 0x1p-24F;
  }
}

void fill_inputs(Executor& executor) {
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < executor.inputs(); ++i) {
    if (executor.input_type(i) != ElementType::kFloat32) continue;  // zeros: valid ids and flags
    fill_floats(executor.input_as<float>(i), state);
  }
}

/// Copies of a model that run at once, each on its own thread: the caller's and helpers that wait.
class SplitModel {
 public:
  explicit SplitModel(std::vector<Executor> parts)
      : parts_(std::move(parts)),
        start_(static_cast<std::ptrdiff_t>(parts_.size())),
        end_(static_cast<std::ptrdiff_t>(parts_.size())) {
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      helpers_.emplace_back([this, i] {
        for (start_.arrive_and_wait(); !stops_; start_.arrive_and_wait()) {
          parts_[i].run();
          end_.arrive_and_wait();
        }
      });
    }
  }
  ~SplitModel() {
    stops_ = true;
    start_.arrive_and_wait();
  }
  SplitModel(const SplitModel&) = delete;
  SplitModel& operator=(const SplitModel&) = delete;

  void run() {
    start_.arrive_and_wait();
    parts_.front().run();
    end_.arrive_and_wait();
  }
  void fill() {
    for (Executor& part : parts_) fill_inputs(part);
  }

 private:
  std::vector<Executor> parts_;
  std::barrier<> start_;
  std::barrier<> end_;
  bool stops_ = false;  ///< read behind start_
  std::vector<std::jthread> helpers_{};
};

void refuse_other_batch(const Graph& graph, const Shape& shape, std::int64_t batch) {
  const Value& input = graph.values[static_cast<std::size_t>(graph.inputs.front())];
  const std::size_t axis = input.shape ? batch_axis(*input.shape) : 0;
  if (batch == 1 || (axis < shape.size() && shape[axis] == batch)) return;
  throw InputError(Problem{.where = graph.name,
                           .what = fmt::format("input '{}' is {}: its batch is fixed, {} does not fit",
                                               input.name, shape_text(shape), batch),
                           .mend = "leave the batch at 1"});
}

ReadyModel describe(const Executor& executor) {
  ReadyModel model{.flops = executor.flops(),
                   .weight_bytes = executor.weight_bytes(),
                   .activation_peak_bytes = executor.activation_peak_bytes(),
                   .isa = std::string(executor.isa())};
  for (std::size_t i = 0; i < executor.inputs(); ++i) {
    model.input_shapes.push_back(executor.input_shape(i));
  }
  return model;
}

ExecutorOptions sizes_of(const ProfileOptions& options, std::int64_t batch) {
  return {.batch = batch, .input_shapes = options.input_shapes, .isa = options.isa};
}

ReadyModel load_executor(const ModelFile& file, const ProfileOptions& options, std::int64_t batch,
                         unsigned threads) {
  std::vector<Executor> parts;
  for (unsigned i = 0; i < threads; ++i) {
    parts.emplace_back(read_onnx(file.content, file.name), sizes_of(options, batch / threads));
  }
  const Executor& first = parts.front();
  if (first.inputs() > 0) {
    refuse_other_batch(first.graph(), first.input_shape(0), batch / threads);
  }
  ReadyModel model = describe(first);
  if (threads == 1) {
    const auto whole = std::make_shared<Executor>(std::move(parts.front()));
    model.fill = [whole] { fill_inputs(*whole); };
    model.run = [whole] { whole->run(); };
  } else {
    const auto split = std::make_shared<SplitModel>(std::move(parts));
    model.fill = [split] { split->fill(); };
    model.run = [split] { split->run(); };
  }
  return model;
}

ReadyModel load_in_runtime(const OnnxRuntime& runtime, const ModelFile& file,
                           const ProfileOptions& options, std::int64_t batch, unsigned threads) {
  const auto session = std::make_shared<OnnxRuntimeSession>(
      runtime.load(file.content, file.name, threads));
  const Graph graph = read_onnx(file.content, file.name);
  ReadyModel model{.isa = fmt::format("onnxruntime {}", runtime.version())};
  std::vector<NamedTensor> inputs;
  std::vector<std::string> outputs;
  for (const int input : graph.inputs) {
    const Value& value = graph.values[static_cast<std::size_t>(input)];
    const Shape shape = input_shape_of(graph, value, sizes_of(options, batch));
    if (inputs.empty()) refuse_other_batch(graph, shape, batch);
    model.input_shapes.push_back(shape);
    inputs.push_back({value.name, make_tensor(value.type.value_or(ElementType::kFloat32), shape)});
  }
  for (const int output : graph.outputs) {
    outputs.push_back(graph.values[static_cast<std::size_t>(output)].name);
  }
  for (const Value& value : graph.values) {
    if (value.constant) model.weight_bytes += value.constant->bytes.size();
  }
  std::uint64_t state = 1;
  for (NamedTensor& input : inputs) {
    if (input.tensor.type == ElementType::kFloat32) fill_floats(input.tensor.as<float>(), state);
  }
  session->bind(std::move(inputs), std::move(outputs));
  model.fill = [] {};
  model.run = [session] { session->run(); };
  return model;
}

}  // namespace

LoadModel loader_of(const ModelFile& file, const ProfileOptions& options) {
  if (options.runtime.empty()) {
    return [&file, options](std::int64_t batch, unsigned threads) {
      return load_executor(file, options, batch, threads);
    };
  }
  return [&file, options, runtime = OnnxRuntime(options.runtime)](std::int64_t batch,
                                                                  unsigned threads) {
    return load_in_runtime(runtime, file, options, batch, threads);
  };
}

}  // namespace faascast
