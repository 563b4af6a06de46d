// LSTM, GRU and RNN: one GEMM for the inputs of all steps, then a matrix-vector product a step.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "workloads/operators/operators.h"

namespace faascast {
namespace {

struct Recurrence {
  std::int64_t steps = 0;
  std::int64_t batch = 0;
  std::int64_t features = 0;
  std::int64_t hidden = 0;
  std::int64_t gates = 1;  ///< blocks of `hidden` rows in the weights
  std::int64_t directions = 1;
  bool reverse = false;      ///< the only direction
  bool batch_first = false;  ///< layout 1
  bool has_bias = false;
  bool has_h = false;

  [[nodiscard]] std::int64_t width() const { return gates * hidden; }
  [[nodiscard]] std::int64_t row(std::int64_t step, std::int64_t b) const {
    return batch_first ? b * steps + step : step * batch + b;
  }
  [[nodiscard]] std::int64_t state(std::int64_t direction, std::int64_t b) const {
    return (batch_first ? b * directions + direction : direction * batch + b) * hidden;
  }
  [[nodiscard]] std::int64_t y(std::int64_t step, std::int64_t direction, std::int64_t b) const {
    return (batch_first ? (b * steps + step) * directions + direction
                        : (step * directions + direction) * batch + b) * hidden;
  }
  [[nodiscard]] bool is_backward(std::int64_t direction) const { return reverse || direction == 1; }
};

void check_shape(const PlanRequest& request, std::size_t i, const Shape& want) {
  if (request.float_input(i).shape != want) {
    request.fail(fmt::format("input {} is {} instead of {}", i, shape_text(request.input(i).shape),
                             shape_text(want)));
  }
}

/// Only sequences of full length; they must then be known to be.
void check_lengths(const PlanRequest& request, const Recurrence& r) {
  if (!request.has_input(4)) return;
  const auto lengths = request.known_integers(4);
  if (std::any_of(lengths.begin(), lengths.end(), [&](auto n) { return n != r.steps; }) ||
      static_cast<std::int64_t>(lengths.size()) != r.batch) {
    request.fail("sequences shorter than the input are not supported");
  }
}

void check_activations(const PlanRequest& request, const Recurrence& r,
                       const std::vector<std::string>& usual) {
  const auto given = request.node().texts("activations");
  if (given.empty()) return;
  const auto same = [](const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
      return std::tolower(x) == std::tolower(y);
    });
  };
  bool usual_ones = given.size() == usual.size() * static_cast<std::size_t>(r.directions);
  for (std::size_t i = 0; usual_ones && i < given.size(); ++i) {
    usual_ones = same(given[i], usual[i % usual.size()]);
  }
  if (!usual_ones) {
    request.fail(fmt::format("these activations are not supported (opset {})", request.graph.opset),
                 "the default ones are");
  }
}

Recurrence read_recurrence(const PlanRequest& request, std::int64_t gates) {
  const ValueSpec& x = request.float_input(0);
  const ValueSpec& recurrent = request.float_input(2);
  if (x.rank() != 3 || recurrent.rank() != 3) request.fail("needs tensors of three axes");
  Recurrence r;
  r.gates = gates;
  r.batch_first = request.node().integer("layout", 0) != 0;
  r.steps = x.dim(r.batch_first ? 1 : 0);
  r.batch = x.dim(r.batch_first ? 0 : 1);
  r.features = x.dim(2);
  r.hidden = recurrent.dim(2);
  const std::string direction = request.node().text("direction", "forward");
  r.reverse = direction == "reverse";
  r.directions = direction == "bidirectional" ? 2 : 1;
  if (!r.reverse && direction != "forward" && r.directions == 1) {
    request.fail(fmt::format("direction '{}' does not exist", direction));
  }
  if (request.node().integer("hidden_size", r.hidden) != r.hidden || r.hidden < 1) {
    request.fail("hidden_size contradicts the weights");
  }
  check_shape(request, 1, {r.directions, r.width(), r.features});
  check_shape(request, 2, {r.directions, r.width(), r.hidden});
  r.has_bias = request.has_input(3);
  if (r.has_bias) check_shape(request, 3, {r.directions, 2 * r.width()});
  const Shape state = r.batch_first ? Shape{r.batch, r.directions, r.hidden}
                                    : Shape{r.directions, r.batch, r.hidden};
  r.has_h = request.has_input(5);
  if (r.has_h) check_shape(request, 5, state);
  check_lengths(request, r);
  if (!element_count({r.steps, r.batch, r.width()})) request.fail("is too large");
  return r;
}

/// Recurrent weights [directions, width, hidden], each transposed to [hidden, width] when they are
/// known: a step is then a column-major matrix times a vector.
struct RecurrentWeights {
  std::shared_ptr<const std::vector<float>> packed{};

  [[nodiscard]] const float* data(const KernelCall& call) const {
    return packed ? packed->data() : call.in(2);
  }
};

RecurrentWeights pack_recurrent(const PlanRequest& request, const Recurrence& r) {
  const ValueSpec& spec = request.input(2);
  if (spec.constant == nullptr) return {};
  const auto from = spec.constant->as<float>();
  std::vector<float> to(from.size());
  const std::int64_t width = r.width();
  for (std::int64_t d = 0; d < r.directions; ++d) {
    for (std::int64_t row = 0; row < width; ++row) {
      for (std::int64_t k = 0; k < r.hidden; ++k) {
        to[static_cast<std::size_t>((d * r.hidden + k) * width + row)] =
            from[static_cast<std::size_t>((d * width + row) * r.hidden + k)];
      }
    }
  }
  return {.packed = std::make_shared<const std::vector<float>>(std::move(to))};
}

PlannedNode recurrent_outputs(const Recurrence& r, std::size_t states) {
  PlannedNode planned;
  const Shape state = r.batch_first ? Shape{r.batch, r.directions, r.hidden}
                                    : Shape{r.directions, r.batch, r.hidden};
  const Shape all = r.batch_first ? Shape{r.batch, r.steps, r.directions, r.hidden}
                                  : Shape{r.steps, r.directions, r.batch, r.hidden};
  planned.outputs = {{.type = ElementType::kFloat32, .shape = all}};
  planned.outputs.resize(1 + states, {.type = ElementType::kFloat32, .shape = state});
  const double rows = static_cast<double>(r.steps * r.batch * r.directions);
  planned.flops = rows * static_cast<double>(r.width()) *
                  (2.0 * static_cast<double>(r.features + r.hidden) + 4.0);
  return planned;
}

/// What is common to the three: memory, the GEMM over all inputs, and moving along the steps.
struct Runner {
  Recurrence r{};
  const KernelSet* kernels = nullptr;
  RecurrentWeights recurrent{};
  bool adds_recurrent_bias = true;  ///< of every gate; GRU may keep the last apart

  [[nodiscard]] std::size_t floats() const {
    const std::int64_t rows = r.steps * r.batch * r.width();
    return static_cast<std::size_t>(rows + 4 * r.batch * r.hidden + 4 * r.width() + 64);
  }
  [[nodiscard]] std::size_t scratch_bytes() const {
    return rounded_floats() * sizeof(float) +
           kernels->gemm_scratch_bytes(r.steps * r.batch, r.width(), r.features);
  }
  [[nodiscard]] std::size_t rounded_floats() const { return (floats() + 15) / 16 * 16; }
  [[nodiscard]] float* input_gates(const KernelCall& call) const {
    return reinterpret_cast<float*>(call.scratch);
  }
  [[nodiscard]] float* hidden(const KernelCall& call) const {
    return input_gates(call) + r.steps * r.batch * r.width();
  }
  [[nodiscard]] float* cell(const KernelCall& call) const {
    return hidden(call) + r.batch * r.hidden;
  }
  /// 2 * batch * hidden + 4 * width floats for the step.
  [[nodiscard]] float* work(const KernelCall& call) const { return cell(call) + r.batch * r.hidden; }

  /// gates = bias + X W^T for every step and row.
  void multiply_inputs(const KernelCall& call, std::int64_t d) const {
    const std::int64_t rows = r.steps * r.batch;
    const std::int64_t width = r.width();
    float* gates = input_gates(call);
    float* first = work(call);
    std::fill_n(first, width, 0.0F);
    if (r.has_bias) {
      const float* bias = call.in(3) + d * 2 * width;
      for (std::int64_t i = 0; i < width; ++i) {
        const bool both = adds_recurrent_bias || i < width - r.hidden;
        first[i] = bias[i] + (both ? bias[width + i] : 0.0F);
      }
    }
    for (std::int64_t row = 0; row < rows; ++row) std::copy_n(first, width, gates + row * width);
    kernels->gemm(rows, width, r.features, 1.0F, call.in(0), false,
                  call.in(1) + d * width * r.features, true, gates,
                  call.scratch + rounded_floats() * sizeof(float));
  }

  /// to += R[first row, first row + rows) h
  void multiply_state(const KernelCall& call, std::int64_t d, std::int64_t first, std::int64_t rows,
                      const float* h, float* to) const {
    const float* weights = recurrent.data(call) + d * r.width() * r.hidden;
    if (recurrent.packed) {
      kernels->add_columns(rows, r.hidden, weights + first, r.width(), h, to);
    } else {
      kernels->gemm(1, rows, r.hidden, 1.0F, h, false, weights + first * r.hidden, true, to, nullptr);
    }
  }

  void start(const KernelCall& call, std::int64_t d, std::size_t input, bool given,
             float* state) const {
    for (std::int64_t b = 0; b < r.batch; ++b) {
      float* to = state + b * r.hidden;
      if (given) {
        std::copy_n(call.in(input) + r.state(d, b), r.hidden, to);
      } else {
        std::fill_n(to, r.hidden, 0.0F);
      }
    }
  }
  void finish(const KernelCall& call, std::int64_t d, std::size_t output, const float* state) const {
    if (call.outputs[output] == nullptr) return;
    for (std::int64_t b = 0; b < r.batch; ++b) {
      std::copy_n(state + b * r.hidden, r.hidden, call.out(output) + r.state(d, b));
    }
  }

  /// Calls step(gates, batch row) for each step and row, in the direction's order.
  template <class Step>
  void run(const KernelCall& call, std::int64_t d, Step step) const {
    multiply_inputs(call, d);
    start(call, d, 5, r.has_h, hidden(call));
    for (std::int64_t s = 0; s < r.steps; ++s) {
      const std::int64_t at = r.is_backward(d) ? r.steps - 1 - s : s;
      for (std::int64_t b = 0; b < r.batch; ++b) {
        step(input_gates(call) + r.row(at, b) * r.width(), b);
        if (call.outputs[0] == nullptr) continue;
        std::copy_n(hidden(call) + b * r.hidden, r.hidden, call.out(0) + r.y(at, d, b));
      }
    }
    finish(call, d, 1, hidden(call));
  }
};

Runner runner_of(const PlanRequest& request, std::int64_t gates) {
  const Recurrence r = read_recurrence(request, gates);
  return {.r = r, .kernels = &request.kernels, .recurrent = pack_recurrent(request, r)};
}

}  // namespace

PlannedNode plan_lstm(const PlanRequest& request) {
  const Runner runner = runner_of(request, 4);
  const Recurrence& r = runner.r;
  check_activations(request, r, {"Sigmoid", "Tanh", "Tanh"});
  if (request.node().integer("input_forget", 0) != 0) request.fail("input_forget is not supported");
  const bool has_c = request.has_input(6);
  if (has_c) {
    check_shape(request, 6, r.batch_first ? Shape{r.batch, r.directions, r.hidden}
                                          : Shape{r.directions, r.batch, r.hidden});
  }
  const bool has_peepholes = request.has_input(7);
  if (has_peepholes) check_shape(request, 7, {r.directions, 3 * r.hidden});
  PlannedNode planned = recurrent_outputs(r, 2);
  planned.scratch_bytes = runner.scratch_bytes();
  planned.kernel = [=](const KernelCall& call) {
    const Recurrence& s = runner.r;
    float* hidden = runner.hidden(call);
    float* cell = runner.cell(call);
    for (std::int64_t d = 0; d < s.directions; ++d) {
      runner.start(call, d, 6, has_c, cell);
      const float* peepholes = has_peepholes ? call.in(7) + d * 3 * s.hidden : nullptr;
      runner.run(call, d, [&](float* gates, std::int64_t b) {
        float* h = hidden + b * s.hidden;
        runner.multiply_state(call, d, 0, s.width(), h, gates);
        runner.kernels->lstm_cell(s.hidden, gates, peepholes, cell + b * s.hidden, h);
      });
      runner.finish(call, d, 2, cell);
    }
  };
  return planned;
}

PlannedNode plan_gru(const PlanRequest& request) {
  Runner runner = runner_of(request, 3);
  runner.adds_recurrent_bias = false;
  check_activations(request, runner.r, {"Sigmoid", "Tanh"});
  const bool reset_after = request.node().integer("linear_before_reset", 0) != 0;
  PlannedNode planned = recurrent_outputs(runner.r, 1);
  planned.scratch_bytes = runner.scratch_bytes();
  planned.kernel = [=](const KernelCall& call) {
    const Recurrence& r = runner.r;
    const std::int64_t n = r.hidden;
    float* product = runner.work(call);
    float* gated = product + n;
    for (std::int64_t d = 0; d < r.directions; ++d) {
      const float* bias = r.has_bias ? call.in(3) + (d * 2 + 1) * r.width() + 2 * n : nullptr;
      runner.run(call, d, [&](float* gates, std::int64_t b) {  // z, r, h
        float* h = runner.hidden(call) + b * n;
        runner.multiply_state(call, d, 0, 2 * n, h, gates);
        // 1 / (1 + e^z) is what the update gate leaves: exact also where the gate is nearly 1.
        runner.kernels->unary(UnaryOp::kExp, n, gates, gates, 0.0F, 0.0F);
        runner.kernels->unary(UnaryOp::kSigmoid, n, gates + n, gates + n, 0.0F, 0.0F);
        const float* reset = gates + n;
        for (std::int64_t i = 0; i < n; ++i) gated[i] = reset_after ? h[i] : reset[i] * h[i];
        for (std::int64_t i = 0; i < n; ++i) product[i] = bias == nullptr ? 0.0F : bias[i];
        runner.multiply_state(call, d, 2 * n, n, gated, product);
        float* candidate = gates + 2 * n;
        for (std::int64_t i = 0; i < n; ++i) {
          candidate[i] += reset_after ? reset[i] * product[i] : product[i];
        }
        runner.kernels->unary(UnaryOp::kTanh, n, candidate, candidate, 0.0F, 0.0F);
        for (std::int64_t i = 0; i < n; ++i) {
          const float fresh = 1.0F / (1.0F + gates[i]);
          h[i] = fresh * candidate[i] + (1.0F - fresh) * h[i];
        }
      });
    }
  };
  return planned;
}

PlannedNode plan_rnn(const PlanRequest& request) {
  const Runner runner = runner_of(request, 1);
  check_activations(request, runner.r, {"Tanh"});
  PlannedNode planned = recurrent_outputs(runner.r, 1);
  planned.scratch_bytes = runner.scratch_bytes();
  planned.kernel = [=](const KernelCall& call) {
    for (std::int64_t d = 0; d < runner.r.directions; ++d) {
      runner.run(call, d, [&](float* gates, std::int64_t b) {
        float* h = runner.hidden(call) + b * runner.r.hidden;
        runner.multiply_state(call, d, 0, runner.r.hidden, h, gates);
        runner.kernels->unary(UnaryOp::kTanh, runner.r.hidden, gates, h, 0.0F, 0.0F);
      });
    }
  };
  return planned;
}

}  // namespace faascast
