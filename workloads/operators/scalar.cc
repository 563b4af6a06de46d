// Element-wise operators of one operand that need no hot loop, and conversions.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string_view>

#include "workloads/half.h"
#include "workloads/onnx_reader.h"
#include "workloads/operators/operators.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

template <class From, class To, class Function>
PlannedNode mapped(const ValueSpec& in, ElementType type, Function function) {
  const std::int64_t count = in.elements();
  PlannedNode planned;
  planned.outputs = {{.type = type, .shape = in.shape}};
  planned.flops = static_cast<double>(count);
  planned.kernel = [=](const KernelCall& call) {
    const From* from = call.in<From>(0);
    To* to = call.out<To>(0);
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(function(from[i]));
  };
  return planned;
}

/// float32 or float64.
template <class Function>
PlannedNode floating(const PlanRequest& request, Function function) {
  const ValueSpec& in = request.typed_input(0, {ElementType::kFloat32, ElementType::kFloat64});
  if (in.type == ElementType::kFloat32) return mapped<float, float>(in, in.type, function);
  return mapped<double, double>(in, in.type, function);
}

/// Any number.
template <class Function>
PlannedNode numeric(const PlanRequest& request, Function function) {
  const ValueSpec& in = request.input(0);
  if (in.type == ElementType::kBool) request.fail("is not supported for bool");
  return visit_type(in.type, [&]<class T>(T) { return mapped<T, T>(in, in.type, function); });
}

struct SimpleRow {
  std::string_view name;
  PlannedNode (*plan)(const PlanRequest&);
};
#define FAASCAST_FLOATING(name, expression)                                       \
  SimpleRow {                                                                     \
    name, [](const PlanRequest& request) {                                        \
      return floating(request, [](auto x) -> decltype(x) { return expression; }); \
    }                                                                             \
  }
#define FAASCAST_NUMERIC(name, expression)                                                  \
  SimpleRow {                                                                               \
    name, [](const PlanRequest& request) {                                                  \
      return numeric(request, [](auto x) { return static_cast<decltype(x)>(expression); }); \
    }                                                                                       \
  }
/// Integers wrap around.
template <class T>
T negated(T x) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(x));
  } else {
    return -x;
  }
}

constexpr std::array kSimple = {
    FAASCAST_NUMERIC("Abs", x < 0 ? negated(x) : (x == 0 ? 0 : x)),
    FAASCAST_NUMERIC("Neg", negated(x)),
    FAASCAST_NUMERIC("Relu", x > 0 || x != x ? x : 0),
    FAASCAST_NUMERIC("Sign", (x > 0) - (x < 0)),
    FAASCAST_FLOATING("Acos", std::acos(x)),
    FAASCAST_FLOATING("Acosh", std::acosh(x)),
    FAASCAST_FLOATING("Asin", std::asin(x)),
    FAASCAST_FLOATING("Asinh", std::asinh(x)),
    FAASCAST_FLOATING("Atan", std::atan(x)),
    FAASCAST_FLOATING("Atanh", std::atanh(x)),
    FAASCAST_FLOATING("Ceil", std::ceil(x)),
    FAASCAST_FLOATING("Cos", std::cos(x)),
    FAASCAST_FLOATING("Cosh", std::cosh(x)),
    FAASCAST_FLOATING("Erf", std::erf(x)),
    FAASCAST_FLOATING("Exp", std::exp(x)),
    FAASCAST_FLOATING("Floor", std::floor(x)),
    FAASCAST_FLOATING("HardSwish", x* std::clamp<decltype(x)>(x / 6 + decltype(x){0.5}, 0, 1)),
    FAASCAST_FLOATING("Log", std::log(x)),
    FAASCAST_FLOATING("Mish", x* std::tanh(std::log1p(std::exp(x)))),
    FAASCAST_FLOATING("Reciprocal", 1 / x),
    FAASCAST_FLOATING("Round", std::nearbyint(x)),
    FAASCAST_FLOATING("Sigmoid", 1 / (1 + std::exp(-x))),
    FAASCAST_FLOATING("Sin", std::sin(x)),
    FAASCAST_FLOATING("Sinh", std::sinh(x)),
    FAASCAST_FLOATING("Softplus", x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x))),
    FAASCAST_FLOATING("Softsign", x / (1 + std::abs(x))),
    FAASCAST_FLOATING("Sqrt", std::sqrt(x)),
    FAASCAST_FLOATING("Tan", std::tan(x)),
    FAASCAST_FLOATING("Tanh", std::tanh(x)),
};
#undef FAASCAST_FLOATING
#undef FAASCAST_NUMERIC

/// Rows with parameters.
PlannedNode with_parameters(const PlanRequest& request) {
  const std::string_view op = request.node().op;
  const auto number = [&](std::string_view key, float otherwise) {
    return request.node().number(key, otherwise);
  };
  if (op == "Gelu") {
    const std::string kind = request.node().text("approximate", "none");
    if (kind == "tanh") {
      return floating(request, [](auto x) -> decltype(x) {
        using T = decltype(x);
        constexpr auto kScale = static_cast<T>(0.7978845608028654);  // sqrt(2 / pi)
        return static_cast<T>(0.5) * x *
               (1 + std::tanh(kScale * (x + static_cast<T>(0.044715) * x * x * x)));
      });
    }
    if (kind != "none") request.fail(fmt::format("approximate '{}' does not exist", kind));
    return floating(request, [](auto x) -> decltype(x) {
      using T = decltype(x);
      return static_cast<T>(0.5) * x * (1 + std::erf(x / std::numbers::sqrt2_v<T>));
    });
  }
  if (op == "ThresholdedRelu") {
    return floating(request, [a = number("alpha", 1.0F)](auto x) -> decltype(x) {
      return x > a ? x : 0;
    });
  }
  if (op == "Selu") {
    const float alpha = number("alpha", 1.67326319217681884765625F);
    const float gamma = number("gamma", 1.05070102214813232421875F);
    return floating(request, [=](auto x) -> decltype(x) {
      return x > 0 ? gamma * x : gamma * alpha * std::expm1(x);
    });
  }
  if (op == "Celu") {
    const float alpha = number("alpha", 1.0F);
    if (alpha == 0.0F) request.fail("alpha may not be 0");
    return floating(request, [=](auto x) -> decltype(x) {
      return x > 0 ? x : alpha * std::expm1(x / alpha);
    });
  }
  if (op == "Shrink") {
    const float bias = number("bias", 0.0F);
    const float lambda = number("lambd", 0.5F);
    return floating(request, [=](auto x) -> decltype(x) {
      return x < -lambda ? x + bias : x > lambda ? x - bias : 0;
    });
  }
  if (op == "LeakyRelu") {
    return floating(request, [a = number("alpha", 0.01F)](auto x) -> decltype(x) {
      return x < 0 ? a * x : x;
    });
  }
  if (op == "Elu") {
    return floating(request, [a = number("alpha", 1.0F)](auto x) -> decltype(x) {
      return x < 0 ? a * std::expm1(x) : x;
    });
  }
  request.fail(fmt::format("is not supported for {}", name_of(request.input(0).type)));
}

template <class To>
PlannedNode cast_each(const ValueSpec& in, ElementType type) {
  return visit_type(in.type, [&]<class From>(From) {
    return mapped<From, To>(in, type, [](From x) { return convert<To>(x); });
  });
}

PlannedNode cast_to(const PlanRequest& request, ElementType type) {
  const ValueSpec& in = request.input(0);
  if (type == in.type) return renamed(request, in.shape);
  PlannedNode planned;
  if (type == ElementType::kBool) {
    planned = visit_type(in.type, [&]<class From>(From) {
      return mapped<From, std::uint8_t>(in, type, [](From x) { return x != From{}; });
    });
  } else {
    planned = visit_type(type, [&]<class To>(To) { return cast_each<To>(in, type); });
  }
  planned.flops = 0.0;
  return planned;
}

/// float16 stays float32 in memory but takes the nearest narrow value.
PlannedNode cast_to_half(const PlanRequest& request) {
  return visit_type(request.input(0).type, [&]<class From>(From) {
    return mapped<From, float>(request.input(0), ElementType::kFloat32,
                               [](From x) { return rounded_to_half(static_cast<float>(x)); });
  });
}

}  // namespace

PlannedNode plan_scalar_unary(const PlanRequest& request) {
  for (const SimpleRow& row : kSimple) {
    if (row.name == request.node().op) return row.plan(request);
  }
  return with_parameters(request);
}

PlannedNode plan_predicate(const PlanRequest& request) {
  const std::string_view op = request.node().op;
  const ElementType type = ElementType::kBool;
  if (op == "Not") {
    const ValueSpec& in = request.typed_input(0, {type});
    return mapped<std::uint8_t, std::uint8_t>(in, type, [](std::uint8_t x) { return x == 0; });
  }
  const ValueSpec& in = request.typed_input(0, {ElementType::kFloat32, ElementType::kFloat64});
  return visit_type(in.type, [&]<class T>(T) {
    if (op == "IsNaN") return mapped<T, std::uint8_t>(in, type, [](T x) { return x != x; });
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const bool up = request.node().integer("detect_positive", 1) != 0;
    const bool down = request.node().integer("detect_negative", 1) != 0;
    return mapped<T, std::uint8_t>(in, type, [=](T x) {
      const auto wide = static_cast<double>(x);
      return (up && wide == kInfinity) || (down && wide == -kInfinity);
    });
  });
}

PlannedNode plan_clip(const PlanRequest& request) {
  const ValueSpec& in = request.input(0);
  if (request.graph.opset < 11) {
    constexpr float kMost = std::numeric_limits<float>::max();
    const std::int64_t count = request.float_input(0).elements();
    const float low = request.node().number("min", -kMost);
    const float high = request.node().number("max", kMost);
    PlannedNode planned;
    planned.outputs = {{.type = in.type, .shape = in.shape}};
    planned.flops = static_cast<double>(count);
    planned.kernel = [=, run = request.kernels.unary](const KernelCall& call) {
      run(UnaryOp::kClip, count, call.in(0), call.out(0), low, high);
    };
    return planned;
  }
  const bool has_low = request.has_input(1);
  const bool has_high = request.has_input(2);
  for (std::size_t i = 1; i < 3; ++i) {
    if (request.has_input(i) && (request.input(i).type != in.type || request.input(i).elements() != 1)) {
      request.fail("its bounds must be scalars of the input's type");
    }
  }
  return visit_type(in.type, [&]<class T>(T) {
    PlannedNode planned;
    const std::int64_t count = in.elements();
    planned.outputs = {{.type = in.type, .shape = in.shape}};
    planned.flops = static_cast<double>(count);
    planned.kernel = [=, run = request.kernels.unary](const KernelCall& call) {
      const T low = has_low ? *call.in<T>(1) : std::numeric_limits<T>::lowest();
      const T high = has_high ? *call.in<T>(2) : std::numeric_limits<T>::max();
      const T* from = call.in<T>(0);
      T* to = call.out<T>(0);
      if constexpr (std::is_same_v<T, float>) {
        run(UnaryOp::kClip, count, from, to, low, high);
      } else {
        for (std::int64_t i = 0; i < count; ++i) {
          const T raised = from[i] < low ? low : from[i];
          to[i] = raised > high ? high : raised;
        }
      }
    };
    return planned;
  });
}

PlannedNode plan_cast(const PlanRequest& request) {
  const std::int64_t to = request.node().integer("to", 0);
  if (is_onnx_float16(to)) return cast_to_half(request);
  const auto type = element_type_of_onnx(to);
  if (!type || is_onnx_bfloat16(to)) {
    request.fail(fmt::format("a cast to ONNX type {} is not supported (opset {})", to,
                             request.graph.opset),
                 "numbers and booleans are supported");
  }
  return cast_to(request, *type);
}

PlannedNode plan_cast_like(const PlanRequest& request) {
  return cast_to(request, request.input(1).type);
}

}  // namespace faascast
