#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/graph.h"
#include "workloads/tensor.h"

namespace faascast {

/// The axis of an input that counts examples: the one named "N", "batch" or "batch_size", or else
/// the first.
[[nodiscard]] std::size_t batch_axis(const std::vector<Dimension>& shape);

struct ExecutorOptions {
  /// Size of the batch_axis() of each input where the model leaves it open; >= 1.
  std::int64_t batch = 1;
  /// Shapes of inputs, by name; needed where an axis other than the first is open.
  std::map<std::string, Shape> input_shapes{};
  /// Content of inputs, by name, that is the same in every run (a sampling rate, a length). They
  /// are no inputs any more, and what depends on them alone is computed on loading.
  std::map<std::string, Tensor> fixed_inputs{};
  /// Instruction set of the kernels; empty = the best of this processor (see best_kernels()).
  std::string isa{};
};

/// What the model fixes of an input's shape, with the options' shape or batch where it is open.
/// @throws InputError where an axis stays open, or the two contradict each other.
[[nodiscard]] Shape input_shape_of(const Graph& graph, const Value& input,
                                   const ExecutorOptions& options);

/// A node as it was planned.
struct NodeFacts {
  int node = 0;            ///< index into Graph::nodes
  bool is_folded = false;  ///< computed on loading: its outputs do not depend on the inputs
  double flops = 0.0;      ///< of one run(); 0 when folded
};

/// Runs a model. Everything is decided when it is made: operators checked, shapes inferred,
/// constant parts computed, weights packed, and one arena planned from the lifetimes of the values.
/// run() then allocates nothing. One thread at a time.
class Executor {
 public:
  /// @throws InputError for operators that are not supported (all of them, by name, node and
  /// opset), open axes without a size, shapes that do not fit, or more than 2 GiB of activations.
  explicit Executor(Graph graph, const ExecutorOptions& options = {});
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;
  ~Executor();

  [[nodiscard]] std::size_t inputs() const;
  [[nodiscard]] const Shape& input_shape(std::size_t i) const;
  [[nodiscard]] ElementType input_type(std::size_t i) const;
  [[nodiscard]] const std::string& input_name(std::size_t i) const;
  /// To be filled before run(), which leaves it as it is. Zero at first.
  [[nodiscard]] std::span<std::byte> input(std::size_t i);
  template <class T>
  [[nodiscard]] std::span<T> input_as(std::size_t i) {
    const std::span<std::byte> bytes = input(i);
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  /// One inference. Allocates nothing.
  void run();

  [[nodiscard]] std::size_t outputs() const;
  [[nodiscard]] const Shape& output_shape(std::size_t i) const;
  [[nodiscard]] ElementType output_type(std::size_t i) const;
  /// Valid until the next run().
  [[nodiscard]] std::span<const std::byte> output(std::size_t i) const;
  template <class T>
  [[nodiscard]] std::span<const T> output_as(std::size_t i) const {
    const std::span<const std::byte> bytes = output(i);
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  /// Copies inputs in, runs, copies outputs out.
  /// @throws InputError when an input has another type or shape.
  [[nodiscard]] std::vector<Tensor> run_on(std::span<const Tensor> input_values);

  [[nodiscard]] std::string_view isa() const;
  [[nodiscard]] double flops() const;  ///< of one run(); constant parts are not counted
  [[nodiscard]] std::size_t weight_bytes() const;  ///< of the model's weights in memory
  [[nodiscard]] std::size_t activation_peak_bytes() const;  ///< most bytes alive at once
  [[nodiscard]] std::size_t arena_bytes() const;  ///< activations and scratch, as laid out

  [[nodiscard]] const Graph& graph() const;
  [[nodiscard]] std::span<const NodeFacts> nodes() const;  ///< in order of execution
  [[nodiscard]] const Shape& shape_of(int value) const;
  [[nodiscard]] ElementType type_of(int value) const;
  /// Bytes of activations that exist during each node of nodes().
  [[nodiscard]] std::span<const std::int64_t> step_bytes() const;
  /// Element i: bytes that a cut after the first i nodes has to carry; nodes().size() + 1 elements.
  [[nodiscard]] std::span<const std::int64_t> cut_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faascast
