// Element-wise operators of two or more operands, for every element type.
#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "workloads/operators/broadcast.h"
#include "workloads/operators/operators.h"
#include "workloads/operators/types.h"

namespace faascast {
namespace {

/// Two operands, what they broadcast to, and how to walk them.
struct Pair {
  Shape out{};
  std::int64_t count = 0;
  BroadcastLoop loop;
};

Pair pair_of(const PlanRequest& request, const Shape& a, const Shape& b) {
  const auto out = broadcast_shape(a, b);
  if (!out || !element_count(*out)) {
    request.fail(fmt::format("tensors {} and {} do not fit", shape_text(a), shape_text(b)));
  }
  if (!BroadcastLoop::can_walk(*out)) {
    request.fail(fmt::format("rank {} is not supported (opset {})", out->size(),
                             request.graph.opset),
                 fmt::format("up to {} axes are", BroadcastLoop::kMostAxes));
  }
  const std::int64_t count = *element_count(*out);
  return {.out = *out,
          .count = count,
          .loop = count == 0 ? BroadcastLoop::scalar() : BroadcastLoop(a, b, *out)};
}

Pair pair_of(const PlanRequest& request) {
  return pair_of(request, request.input(0).shape, request.input(1).shape);
}

template <class A, class B, class Out, class Function>
void walk(const BroadcastLoop& loop, const A* a, const B* b, Out* out, Function function) {
  loop.for_each_run([&](std::int64_t at_a, std::int64_t at_b, std::int64_t at_out) {
    const A* x = a + at_a;
    const B* y = b + at_b;
    Out* to = out + at_out;
    for (std::int64_t i = 0; i < loop.run(); ++i) {
      to[i] = static_cast<Out>(function(x[i * loop.step_a()], y[i * loop.step_b()]));
    }
  });
}

template <class A, class B, class Out, class Function>
PlannedNode paired(const Pair& pair, ElementType type, Function function) {
  PlannedNode planned;
  planned.outputs = {{.type = type, .shape = pair.out}};
  planned.flops = static_cast<double>(pair.count);
  if (pair.count == 0) {
    planned.kernel = [](const KernelCall&) {};
  } else {
    planned.kernel = [loop = pair.loop, function](const KernelCall& call) {
      walk(loop, call.in<A>(0), call.in<B>(1), call.out<Out>(0), function);
    };
  }
  return planned;
}

ElementType same_types(const PlanRequest& request) {
  const ElementType type = request.input(0).type;
  if (request.input(1).type != type) {
    request.fail(fmt::format("inputs of {} and {}", name_of(type), name_of(request.input(1).type)));
  }
  return type;
}

/// Integers wrap around.
template <class T, class Function>
T wrapped(T a, T b, Function function) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(function(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
  } else {
    return function(a, b);
  }
}
struct AddOf {
  template <class T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct SubOf {
  template <class T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct MulOf {
  template <class T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x * y; });
  }
};
/// Towards zero; an integer divided by zero gives zero.
struct DivOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return SubOf{}(T{}, a);
      }
    }
    return static_cast<T>(a / b);
  }
};
struct MinOf {
  template <class T>
  T operator()(T a, T b) const {
    return b < a || b != b ? b : a;
  }
};
struct MaxOf {
  template <class T>
  T operator()(T a, T b) const {
    return b > a || b != b ? b : a;
  }
};
/// The result has the sign of the divisor.
struct FloorModOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0 || static_cast<std::int64_t>(b) == -1) return 0;
      const T rest = static_cast<T>(a % b);
      return static_cast<T>(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
    }
    return T{};
  }
};
/// The result has the sign of the dividend.
struct TruncatedModOf {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1))) return 0;
      return static_cast<T>(a % b);
    } else {
      return std::fmod(a, b);
    }
  }
};

template <class Function>
PlannedNode same_type_node(const PlanRequest& request, Function function) {
  const ElementType type = same_types(request);
  const Pair pair = pair_of(request);
  return visit_type(type, [&]<class T>(T) { return paired<T, T, T>(pair, type, function); });
}

template <class Function>
PlannedNode comparison(const PlanRequest& request, Function function) {
  const ElementType type = same_types(request);
  const Pair pair = pair_of(request);
  return visit_type(type, [&]<class T>(T) {
    return paired<T, T, std::uint8_t>(pair, ElementType::kBool, function);
  });
}

/// Powers of these four types only.
template <class Visit>
decltype(auto) visit_power_type(const PlanRequest& request, ElementType type, Visit visit) {
  switch (type) {
    case ElementType::kFloat32:
      return visit(float{});
    case ElementType::kFloat64:
      return visit(double{});
    case ElementType::kInt32:
      return visit(std::int32_t{});
    case ElementType::kInt64:
      return visit(std::int64_t{});
    default:
      request.fail(fmt::format("is not supported for {} (opset {})", name_of(type),
                               request.graph.opset));
  }
}

/// The common exponents without a power function; empty when the exponent is another.
PlannedNode short_power(const PlanRequest& request, const Pair& pair) {
  const ValueSpec& exponent = request.input(1);
  if (request.input(0).type != ElementType::kFloat32 || exponent.constant == nullptr ||
      exponent.elements() != 1 || pair.out != request.input(0).shape) {
    return {};
  }
  const double power = visit_type(exponent.type, [&]<class T>(T) {
    return static_cast<double>(exponent.constant->as<T>()[0]);
  });
  const ElementType type = ElementType::kFloat32;
  return visit_type(exponent.type, [&]<class E>(E) {
    if (power == 2.0) {
      return paired<float, E, float>(pair, type, [](float x, E) { return x * x; });
    }
    if (power == 3.0) {
      return paired<float, E, float>(pair, type, [](float x, E) { return x * x * x; });
    }
    return PlannedNode{};
  });
}

/// Operators of any number of operands: folded from the left into the output.
template <class Function>
PlannedNode folded(const PlanRequest& request, Function function, bool is_mean) {
  const ElementType type = request.input(0).type;
  Shape out = request.input(0).shape;
  for (std::size_t i = 1; i < request.inputs.size(); ++i) {
    if (request.input(i).type != type) request.fail("its inputs have different types");
    out = pair_of(request, out, request.input(i).shape).out;
  }
  std::vector<BroadcastLoop> loops;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    loops.push_back(pair_of(request, out, request.input(i).shape).loop);
  }
  const std::int64_t count = *element_count(out);
  PlannedNode planned;
  planned.outputs = {{.type = type, .shape = out}};
  planned.flops = static_cast<double>(count) * static_cast<double>(loops.size());
  planned.kernel = visit_type(type, [&]<class T>(T) -> Kernel {
    return [=](const KernelCall& call) {
      if (count == 0) return;
      T* to = call.out<T>(0);
      walk(loops[0], to, call.in<T>(0), to, [](T, T x) { return x; });
      for (std::size_t i = 1; i < loops.size(); ++i) {
        walk(loops[i], to, call.in<T>(i), to, function);
      }
      if (!is_mean) return;
      for (std::int64_t i = 0; i < count; ++i) {
        to[i] = static_cast<T>(to[i] / static_cast<T>(loops.size()));
      }
    };
  });
  return planned;
}

}  // namespace

PlannedNode plan_typed_binary(const PlanRequest& request) {
  const std::string_view op = request.node().op;
  if (op == "Add") return same_type_node(request, AddOf{});
  if (op == "Sub") return same_type_node(request, SubOf{});
  if (op == "Mul") return same_type_node(request, MulOf{});
  return same_type_node(request, DivOf{});
}

PlannedNode plan_compare(const PlanRequest& request) {
  const std::string_view op = request.node().op;
  if (op == "Equal") return comparison(request, [](auto a, auto b) { return a == b; });
  if (op == "Less") return comparison(request, [](auto a, auto b) { return a < b; });
  if (op == "LessOrEqual") return comparison(request, [](auto a, auto b) { return a <= b; });
  if (op == "Greater") return comparison(request, [](auto a, auto b) { return a > b; });
  return comparison(request, [](auto a, auto b) { return a >= b; });
}

PlannedNode plan_logic(const PlanRequest& request) {
  static_cast<void>(request.typed_input(0, {ElementType::kBool}));
  static_cast<void>(request.typed_input(1, {ElementType::kBool}));
  const Pair pair = pair_of(request);
  const auto node = [&](auto function) {
    return paired<std::uint8_t, std::uint8_t, std::uint8_t>(pair, ElementType::kBool, function);
  };
  const std::string_view op = request.node().op;
  if (op == "And") return node([](auto a, auto b) { return a != 0 && b != 0; });
  if (op == "Or") return node([](auto a, auto b) { return a != 0 || b != 0; });
  return node([](auto a, auto b) { return (a != 0) != (b != 0); });
}

PlannedNode plan_mod(const PlanRequest& request) {
  if (request.node().integer("fmod", 0) != 0) return same_type_node(request, TruncatedModOf{});
  if (is_floating(request.input(0).type)) request.fail("floats need fmod = 1");
  return same_type_node(request, FloorModOf{});
}

PlannedNode plan_pow(const PlanRequest& request) {
  const Pair pair = pair_of(request);
  if (PlannedNode planned = short_power(request, pair); planned.kernel) return planned;
  const ElementType type = request.input(0).type;
  return visit_power_type(request, type, [&]<class Base>(Base) {
    return visit_type(request.input(1).type, [&]<class Exponent>(Exponent) {
      return paired<Base, Exponent, Base>(pair, type, [](Base x, Exponent y) {
        return convert<Base>(std::pow(static_cast<double>(x), static_cast<double>(y)));
      });
    });
  });
}

PlannedNode plan_variadic(const PlanRequest& request) {
  const std::string_view op = request.node().op;
  if (op == "Min") return folded(request, MinOf{}, false);
  if (op == "Max") return folded(request, MaxOf{}, false);
  if (!is_floating(request.input(0).type)) {
    request.fail(fmt::format("is not supported for {}", name_of(request.input(0).type)));
  }
  return folded(request, AddOf{}, op == "Mean");
}

PlannedNode plan_prelu(const PlanRequest& request) {
  const ElementType type = same_types(request);
  if (!is_floating(type)) request.fail(fmt::format("is not supported for {}", name_of(type)));
  Pair pair = pair_of(request);
  if (pair.out != request.input(0).shape) request.fail("the slope is larger than the input");
  return visit_type(type, [&]<class T>(T) {
    return paired<T, T, T>(pair, type, [](T x, T slope) { return x < T{} ? slope * x : x; });
  });
}

PlannedNode plan_bit_shift(const PlanRequest& request) {
  using enum ElementType;
  const ElementType type = request.typed_input(0, {kUint8, kUint16, kUint32, kUint64}).type;
  same_types(request);
  const std::string direction = request.node().text("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    request.fail(fmt::format("direction '{}' does not exist", direction));
  }
  const Pair pair = pair_of(request);
  return visit_type(type, [&]<class T>(T) {
    if constexpr (std::is_integral_v<T>) {
      constexpr unsigned kBits = 8 * sizeof(T);
      if (direction == "LEFT") {
        return paired<T, T, T>(pair, type, [](T x, T by) {
          return static_cast<std::uint64_t>(by) >= kBits
                     ? T{}
                     : static_cast<T>(static_cast<std::uint64_t>(x) << by);
        });
      }
      return paired<T, T, T>(pair, type, [](T x, T by) {
        return static_cast<std::uint64_t>(by) >= kBits ? T{} : static_cast<T>(x >> by);
      });
    } else {
      return PlannedNode{};
    }
  });
}

}  // namespace faascast
