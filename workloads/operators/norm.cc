// Normalisations, for inference.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "workloads/operators/operators.h"

namespace faascast {
namespace {

void check_channel_vector(const PlanRequest& request, std::size_t i, std::int64_t channels) {
  const ValueSpec& spec = request.float_input(i);
  if (spec.rank() != 1 || spec.elements() != channels) {
    request.fail(fmt::format("input {} is {}; one value for each of {} channels is needed", i,
                             shape_text(spec.shape), channels));
  }
}

struct Planes {
  std::int64_t batch = 0;
  std::int64_t channels = 0;
  std::int64_t plane = 0;
};

Planes planes_of(const PlanRequest& request, const ValueSpec& in, std::int64_t least_rank) {
  if (in.rank() < least_rank) request.fail(fmt::format("{} has too few axes", shape_text(in.shape)));
  return {.batch = in.dim(0),
          .channels = in.dim(1),
          .plane = elements_between(in.shape, 2, in.rank())};
}

struct Moments {
  float mean = 0.0F;
  float variance = 0.0F;
};

Moments moments_of(const float* x, std::int64_t n, float (*sum)(std::int64_t, const float*)) {
  Moments m{.mean = sum(n, x) / static_cast<float>(n)};
  for (std::int64_t i = 0; i < n; ++i) m.variance += (x[i] - m.mean) * (x[i] - m.mean);
  m.variance /= static_cast<float>(n);
  return m;
}

}  // namespace

PlannedNode plan_batch_norm(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const Planes p = planes_of(request, in, 2);
  for (std::size_t i = 1; i < 5; ++i) check_channel_vector(request, i, p.channels);
  const bool inference = request.graph.opset < 7 ? request.node().integer("is_test", 0) != 0
                                                 : request.node().integer("training_mode", 0) == 0;
  if (!inference || request.node().integer("spatial", 1) != 1) {
    request.fail(fmt::format("training mode is not supported (opset {})", request.graph.opset),
                 "export the model for inference");
  }
  for (std::size_t i = 1; i < request.node().outputs.size(); ++i) {
    request.no_output(i, "of training");
  }
  const float epsilon = request.node().number("epsilon", 1e-5F);
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  // What nobody reads may stay unmade.
  planned.outputs.resize(std::max<std::size_t>(request.node().outputs.size(), 1),
                         {.type = in.type, .shape = Shape{p.channels}});
  planned.flops = 2.0 * static_cast<double>(in.elements());
  planned.kernel = [=](const KernelCall& call) {
    const float* from = call.in(0);
    float* to = call.out(0);
    for (std::int64_t i = 0; i < p.batch * p.channels; ++i, from += p.plane, to += p.plane) {
      const std::int64_t c = i % p.channels;
      const float scale = call.in(1)[c] / std::sqrt(call.in(4)[c] + epsilon);
      const float shift = call.in(2)[c] - call.in(3)[c] * scale;
      for (std::int64_t k = 0; k < p.plane; ++k) to[k] = from[k] * scale + shift;
    }
  };
  return planned;
}

PlannedNode plan_instance_norm(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const Planes p = planes_of(request, in, 3);
  check_channel_vector(request, 1, p.channels);
  check_channel_vector(request, 2, p.channels);
  const float epsilon = request.node().number("epsilon", 1e-5F);
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.flops = 6.0 * static_cast<double>(in.elements());
  planned.kernel = [=, sum = request.kernels.sum](const KernelCall& call) {
    const float* from = call.in(0);
    float* to = call.out(0);
    for (std::int64_t i = 0; i < p.batch * p.channels; ++i, from += p.plane, to += p.plane) {
      const Moments m = moments_of(from, p.plane, sum);
      const float scale = call.in(1)[i % p.channels] / std::sqrt(m.variance + epsilon);
      const float shift = call.in(2)[i % p.channels] - m.mean * scale;
      for (std::int64_t k = 0; k < p.plane; ++k) to[k] = from[k] * scale + shift;
    }
  };
  return planned;
}

PlannedNode plan_layer_norm(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const std::int64_t axis = request.axis(request.node().integer("axis", -1), in.rank());
  const std::int64_t n = elements_between(in.shape, axis, in.rank());
  const std::int64_t rows = elements_between(in.shape, 0, axis);
  const bool has_bias = request.has_input(2);
  for (std::size_t i = 1; i < (has_bias ? 3U : 2U); ++i) {
    const ValueSpec& weights = request.float_input(i);
    if (weights.elements() != n) {
      request.fail(fmt::format("input {} is {}; {} values are needed", i,
                               shape_text(weights.shape), n));
    }
  }
  if (request.node().integer("stash_type", 1) != 1) request.fail("stash_type must be float32");
  const float epsilon = request.node().number("epsilon", 1e-5F);
  Shape stats = in.shape;
  std::fill(stats.begin() + axis, stats.end(), 1);
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape},
                     {.type = in.type, .shape = stats},
                     {.type = in.type, .shape = stats}};
  planned.flops = 8.0 * static_cast<double>(in.elements());
  planned.kernel = [=, run = request.kernels.layer_norm](const KernelCall& call) {
    run(rows, n, epsilon, call.in(0), call.in(1), has_bias ? call.in(2) : nullptr, call.out(0),
        call.out(1), call.out(2));
  };
  return planned;
}

PlannedNode plan_lrn(const PlanRequest& request) {
  const ValueSpec& in = request.float_input(0);
  const Planes p = planes_of(request, in, 2);
  const std::int64_t size = request.node().integer("size", 0);
  if (size < 1) request.fail("needs a positive size");
  const std::int64_t before = std::min((size - 1) / 2, p.channels);
  const std::int64_t after = std::min(size - 1 - (size - 1) / 2, p.channels);
  const float alpha = request.node().number("alpha", 1e-4F) / static_cast<float>(size);
  const float beta = request.node().number("beta", 0.75F);
  const float bias = request.node().number("bias", 1.0F);
  PlannedNode planned;
  planned.outputs = {{.type = in.type, .shape = in.shape}};
  planned.flops = static_cast<double>(in.elements()) * (2.0 * static_cast<double>(before + after) + 4);
  planned.kernel = [=](const KernelCall& call) {
    for (std::int64_t i = 0; i < p.batch * p.channels; ++i) {
      const std::int64_t c = i % p.channels;
      const std::int64_t first = std::max<std::int64_t>(c - before, 0) - c + i;
      const std::int64_t last = std::min(c + after, p.channels - 1) - c + i;
      for (std::int64_t k = 0; k < p.plane; ++k) {
        float squares = 0.0F;
        for (std::int64_t at = first; at <= last; ++at) {
          const float x = call.in(0)[at * p.plane + k];
          squares += x * x;
        }
        call.out(0)[i * p.plane + k] =
            call.in(0)[i * p.plane + k] / std::pow(bias + alpha * squares, beta);
      }
    }
  };
  return planned;
}

}  // namespace faascast
