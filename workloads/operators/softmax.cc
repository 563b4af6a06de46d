#include <fmt/format.h>

#include <cassert>

#include "workloads/operators/operators.h"

namespace faascast {
namespace {

/// Along the middle axis of [outer, n, inner].
PlannedNode plan_over(const PlanRequest& request, std::int64_t outer, std::int64_t n,
                      std::int64_t inner) {
  const ValueSpec& in = request.float_input(0);
  const bool log = request.node().op == "LogSoftmax";
  const auto softmax = request.kernels.softmax;
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.flops = 4.0 * static_cast<double>(in.elements());
  if (inner == 1) {
    planned.kernel = [=](const KernelCall& call) {
      softmax(outer, n, log, call.in(0), call.out(0));
    };
    return planned;
  }
  planned.scratch_bytes = static_cast<std::size_t>(n) * sizeof(float);
  planned.kernel = [=](const KernelCall& call) {
    float* line = reinterpret_cast<float*>(call.scratch);
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < inner; ++i) {
        const std::int64_t first = o * n * inner + i;
        for (std::int64_t k = 0; k < n; ++k) line[k] = call.in(0)[first + k * inner];
        softmax(1, n, log, line, line);
        for (std::int64_t k = 0; k < n; ++k) call.out(0)[first + k * inner] = line[k];
      }
    }
  };
  return planned;
}

}  // namespace

PlannedNode plan_softmax_2d(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", 1), in.rank(), true);
  return plan_over(request, elements_between(in.shape, 0, axis), elements_between(in.shape, axis, in.rank()), 1);
}

PlannedNode plan_softmax_axis(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", -1), in.rank());
  return plan_over(request, elements_between(in.shape, 0, axis), in.dim(axis),
                   elements_between(in.shape, axis + 1, in.rank()));
}

}  // namespace faascast
