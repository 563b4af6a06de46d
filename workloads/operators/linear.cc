#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "workloads/operators/broadcast.h"
#include "workloads/operators/operators.h"

namespace faascast {
namespace {

/// Below so many columns a vector times a matrix runs as dot products over a transposed matrix.
constexpr std::int64_t kDotColumns = 16;

struct Product {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
};

std::vector<float> transposed(std::span<const float> values, std::int64_t rows, std::int64_t cols) {
  std::vector<float> result(values.size());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      result[static_cast<std::size_t>(c * rows + r)] = values[static_cast<std::size_t>(r * cols + c)];
    }
  }
  return result;
}

/// The right-hand matrix: read from the input, or packed when the model was loaded.
struct Right {
  std::shared_ptr<const std::vector<float>> packed{};  ///< null = as the input has it
  bool transposed = false;

  [[nodiscard]] const float* data(const KernelCall& call) const {
    return packed ? packed->data() : call.in(1);
  }
};

Right pack_right(const ValueSpec& weights, const Product& p, bool is_transposed) {
  const bool want_transposed = p.m == 1 ? p.n < kDotColumns : is_transposed;
  if (weights.constant == nullptr || want_transposed == is_transposed) {
    return {.packed = nullptr, .transposed = is_transposed};
  }
  const auto values = weights.constant->as<float>();
  return {.packed = std::make_shared<const std::vector<float>>(
              is_transposed ? transposed(values, p.n, p.k) : transposed(values, p.k, p.n)),
          .transposed = want_transposed};
}

double flops_of(const Product& p) {
  return 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
}

}  // namespace

PlannedNode plan_gemm(const PlanRequest& request) {
  const ValueSpec& a = request.float_input(0);
  const ValueSpec& b = request.float_input(1);
  const bool transpose_a = request.node().integer("transA", 0) != 0;
  const bool transpose_b = request.node().integer("transB", 0) != 0;
  const float alpha = request.node().number("alpha", 1.0F);
  const float beta = request.node().number("beta", 1.0F);
  const auto misfit = [&] {
    request.fail(fmt::format("matrices {} and {} do not fit", shape_text(a.shape),
                             shape_text(b.shape)));
  };
  if (a.rank() != 2 || b.rank() != 2) misfit();
  const Product p{.m = a.dim(transpose_a ? 1 : 0),
                  .n = b.dim(transpose_b ? 0 : 1),
                  .k = a.dim(transpose_a ? 0 : 1)};
  if (b.dim(transpose_b ? 1 : 0) != p.k) misfit();
  const Shape out{p.m, p.n};
  std::int64_t row_step = 0;
  std::int64_t column_step = 0;
  if (request.has_input(2)) {
    const ValueSpec& c = request.float_input(2);
    if (broadcast_shape(c.shape, out) != out) {
      request.fail(fmt::format("a bias {} does not fit {}", shape_text(c.shape), shape_text(out)));
    }
    const std::int64_t columns = c.rank() == 0 ? 1 : c.dim(c.rank() - 1);
    const std::int64_t rows = c.rank() < 2 ? 1 : c.dim(c.rank() - 2);
    column_step = columns == 1 ? 0 : 1;
    row_step = rows == 1 ? 0 : columns;
  }
  const Right right = pack_right(b, p, transpose_b);
  const Activation activation = fused_activation(request);
  const KernelSet* kernels = &request.kernels;
  PlannedNode planned;
  planned.outputs = {{.type = ElementType::kFloat32, .shape = out}};
  planned.scratch_bytes = kernels->gemm_scratch_bytes(p.m, p.n, p.k);
  planned.flops = flops_of(p);
  planned.kernel = [=](const KernelCall& call) {
    float* to = call.out(0);
    if (call.inputs[2] == nullptr) {
      std::fill_n(to, p.m * p.n, 0.0F);
    } else {
      const float* bias = call.in(2);
      for (std::int64_t r = 0; r < p.m; ++r) {
        const float* row = bias + r * row_step;
        for (std::int64_t c = 0; c < p.n; ++c) to[r * p.n + c] = beta * row[c * column_step];
      }
    }
    kernels->gemm(p.m, p.n, p.k, alpha, call.in(0), transpose_a, right.data(call), right.transposed,
                  to, call.scratch);
    activation.apply(p.m * p.n, to);
  };
  return planned;
}

PlannedNode plan_matmul(const PlanRequest& request) {
  const ValueSpec& a = request.float_input(0);
  const ValueSpec& b = request.float_input(1);
  const auto misfit = [&] {
    request.fail(fmt::format("tensors {} and {} do not fit", shape_text(a.shape),
                             shape_text(b.shape)));
  };
  if (a.rank() == 0 || b.rank() == 0) misfit();
  // A vector on the left is a row, on the right a column; that axis is dropped from the result.
  Shape left = a.shape;
  Shape right_shape = b.shape;
  if (a.rank() == 1) left.insert(left.begin(), 1);
  if (b.rank() == 1) right_shape.push_back(1);
  Product p{.m = left[left.size() - 2], .n = right_shape.back(), .k = left.back()};
  if (right_shape[right_shape.size() - 2] != p.k) misfit();
  const Shape left_batch(left.begin(), left.end() - 2);
  const Shape right_batch(right_shape.begin(), right_shape.end() - 2);
  const auto batch = broadcast_shape(left_batch, right_batch);
  if (!batch) misfit();
  Shape out = *batch;
  if (a.rank() > 1) out.push_back(p.m);
  if (b.rank() > 1) out.push_back(p.n);
  if (!element_count(out)) request.fail(fmt::format("the output {} is too large", shape_text(out)));

  std::int64_t matrices = *element_count(*batch);
  const bool shared_right = element_count(right_batch) == 1;
  if (shared_right) {  // one matrix for all: their rows are one long matrix
    p.m *= matrices;
    matrices = std::min<std::int64_t>(matrices, 1);
  }
  const BroadcastLoop loop = shared_right ? BroadcastLoop::scalar()
                                          : BroadcastLoop(left_batch, right_batch, *batch);
  const Right right = shared_right ? pack_right(b, p, false) : Right{};
  const KernelSet* kernels = &request.kernels;
  PlannedNode planned;
  planned.outputs = {{.type = ElementType::kFloat32, .shape = out}};
  planned.scratch_bytes = kernels->gemm_scratch_bytes(p.m, p.n, p.k);
  planned.flops = flops_of(p) * static_cast<double>(matrices);
  planned.kernel = [=](const KernelCall& call) {
    float* to = call.out(0);
    std::fill_n(to, matrices * p.m * p.n, 0.0F);
    if (matrices == 0) return;
    loop.for_each_run([&](std::int64_t at_a, std::int64_t at_b, std::int64_t at_out) {
      for (std::int64_t i = 0; i < loop.run(); ++i) {
        kernels->gemm(p.m, p.n, p.k, 1.0F, call.in(0) + (at_a + i * loop.step_a()) * p.m * p.k, false,
                      right.data(call) + (at_b + i * loop.step_b()) * p.k * p.n, right.transposed,
                      to + (at_out + i) * p.m * p.n, call.scratch);
      }
    });
  };
  return planned;
}

}  // namespace faascast
