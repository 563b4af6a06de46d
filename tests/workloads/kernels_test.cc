#include "workloads/kernels/kernel_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support.h"

namespace faascast {
namespace {

/// Runs a model of one input on every instruction set and compares with `expected`.
void expect_output(const Graph& graph, const Shape& shape, std::span<const float> x,
                   std::span<const float> expected, const std::string& what) {
  for (const KernelSet* set : kernel_sets()) {
    Executor executor(graph, {.isa = std::string(set->isa)});
    const auto results = executor.run_on({{float_tensor(shape, x)}});
    const auto y = results.at(0).as<float>();
    ASSERT_EQ(y.size(), expected.size()) << what;
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], expected[i], 1e-4F + 1e-4F * std::abs(expected[i]))
          << what << ", " << set->isa << ", element " << i;
    }
  }
}

std::int64_t between(std::mt19937& engine, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(engine() % static_cast<std::uint32_t>(high - low + 1));
}

struct Axis {
  std::int64_t in = 1, kernel = 1, stride = 1, dilation = 1, begin = 0, end = 0;
  [[nodiscard]] std::int64_t out() const {
    return (in + begin + end - (kernel - 1) * dilation - 1) / stride + 1;
  }
};

Axis random_axis(std::mt19937& engine) {
  Axis a;
  a.kernel = between(engine, 1, 4);
  a.dilation = between(engine, 1, 2);
  a.stride = between(engine, 1, 3);
  a.begin = between(engine, 0, 2);
  a.end = between(engine, 0, 2);
  a.in = between(engine, std::max<std::int64_t>(1, (a.kernel - 1) * a.dilation + 1 - a.begin - a.end),
                 40);
  return a;
}

template <class Visit>
void over_window(const Axis& h, const Axis& w, std::int64_t oy, std::int64_t ox, Visit visit) {
  for (std::int64_t ky = 0; ky < h.kernel; ++ky) {
    for (std::int64_t kx = 0; kx < w.kernel; ++kx) {
      const std::int64_t y = oy * h.stride - h.begin + ky * h.dilation;
      const std::int64_t x = ox * w.stride - w.begin + kx * w.dilation;
      visit(ky * w.kernel + kx, y >= 0 && y < h.in && x >= 0 && x < w.in, y * w.in + x);
    }
  }
}

void add_window(ModelBuilder& builder, const Axis& h, const Axis& w) {
  builder.with("kernel_shape", std::vector<std::int64_t>{h.kernel, w.kernel})
      .with("strides", std::vector<std::int64_t>{h.stride, w.stride})
      .with("pads", std::vector<std::int64_t>{h.begin, w.begin, h.end, w.end});
}

TEST(Conv, MatchesPlainLoops) {
  std::mt19937 engine(11);
  for (int round = 0; round < 120; ++round) {
    const Axis h = random_axis(engine);
    const Axis w = random_axis(engine);
    const std::int64_t groups = between(engine, 1, 3);
    const std::int64_t in_channels = round % 8 == 0 ? 40 : between(engine, 1, 5);
    const std::int64_t out_channels = between(engine, 1, 11);
    const std::int64_t batch = between(engine, 1, 2);
    const Shape x_shape{batch, groups * in_channels, h.in, w.in};
    const Shape w_shape{groups * out_channels, in_channels, h.kernel, w.kernel};
    const auto x = random_floats(elements_of(x_shape), engine);
    const auto weights = random_floats(elements_of(w_shape), engine);
    const auto bias = random_floats(static_cast<std::size_t>(groups * out_channels), engine);
    std::vector<float> expected;
    for (std::int64_t n = 0; n < batch; ++n) {
      for (std::int64_t c = 0; c < groups * out_channels; ++c) {
        for (std::int64_t oy = 0; oy < h.out(); ++oy) {
          for (std::int64_t ox = 0; ox < w.out(); ++ox) {
            double sum = bias[static_cast<std::size_t>(c)];
            for (std::int64_t i = 0; i < in_channels; ++i) {
              const std::int64_t plane =
                  (n * groups + c / out_channels) * in_channels + i;
              over_window(h, w, oy, ox, [&](std::int64_t k, bool inside, std::int64_t at) {
                if (!inside) return;
                sum += static_cast<double>(weights[static_cast<std::size_t>(
                           (c * in_channels + i) * h.kernel * w.kernel + k)]) *
                       static_cast<double>(x[static_cast<std::size_t>(plane * h.in * w.in + at)]);
              });
            }
            expected.push_back(static_cast<float>(sum));
          }
        }
      }
    }
    ModelBuilder builder;
    builder.input("x", x_shape).weights("w", w_shape, weights);
    builder.weights("b", {groups * out_channels}, bias).node("Conv", {"x", "w", "b"}, {"y"});
    builder.with("group", groups).with("dilations", std::vector<std::int64_t>{h.dilation, w.dilation});
    add_window(builder, h, w);
    expect_output(builder.output("y").graph(), x_shape, x, expected,
                  "round " + std::to_string(round));
  }
}

TEST(Pools, MatchPlainLoops) {
  std::mt19937 engine(12);
  for (int round = 0; round < 100; ++round) {
    Axis h = random_axis(engine);
    Axis w = random_axis(engine);
    h.dilation = w.dilation = 1;
    // ONNX wants padding to be smaller than the window.
    for (Axis* a : {&h, &w}) {
      a->begin = std::min(a->begin, a->kernel - 1);
      a->end = std::min(a->end, a->kernel - 1);
      a->in = std::max(a->in, a->kernel);
    }
    const Shape shape{1, 3, h.in, w.in};
    const auto x = random_floats(elements_of(shape), engine);
    std::vector<float> largest;
    std::vector<float> average;
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t oy = 0; oy < h.out(); ++oy) {
        for (std::int64_t ox = 0; ox < w.out(); ++ox) {
          float best = -std::numeric_limits<float>::infinity();
          double sum = 0.0;
          int count = 0;
          over_window(h, w, oy, ox, [&](std::int64_t, bool inside, std::int64_t at) {
            if (!inside) return;
            const float value = x[static_cast<std::size_t>(c * h.in * w.in + at)];
            best = std::max(best, value);
            sum += static_cast<double>(value);
            ++count;
          });
          largest.push_back(best);
          average.push_back(static_cast<float>(sum / count));
        }
      }
    }
    for (const bool max : {true, false}) {
      ModelBuilder builder;
      builder.input("x", shape).node(max ? "MaxPool" : "AveragePool", {"x"}, {"y"});
      add_window(builder, h, w);
      expect_output(builder.output("y").graph(), shape, x, max ? largest : average,
                    "round " + std::to_string(round));
    }
  }
}

TEST(Gemm, MatchesPlainLoops) {
  std::mt19937 engine(13);
  for (int round = 0; round < 150; ++round) {
    const std::int64_t m = round % 3 == 0 ? 1 : between(engine, 1, 70);
    const std::int64_t n = between(engine, 1, 70);
    const std::int64_t k = round % 10 == 0 ? 900 : between(engine, 1, 50);
    const bool transpose_a = engine() % 2 == 0;
    const bool transpose_b = engine() % 2 == 0;
    const Shape a_shape = transpose_a ? Shape{k, m} : Shape{m, k};
    const Shape b_shape = transpose_b ? Shape{n, k} : Shape{k, n};
    const auto a = random_floats(elements_of(a_shape), engine);
    const auto b = random_floats(elements_of(b_shape), engine);
    const bool row_bias = engine() % 2 == 0;
    const auto c = random_floats(static_cast<std::size_t>(row_bias ? n : m), engine);
    std::vector<float> expected;
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = static_cast<double>(c[static_cast<std::size_t>(row_bias ? j : i)]);
        for (std::int64_t p = 0; p < k; ++p) {
          sum += static_cast<double>(a[static_cast<std::size_t>(transpose_a ? p * m + i : i * k + p)]) *
                 static_cast<double>(b[static_cast<std::size_t>(transpose_b ? j * k + p : p * n + j)]);
        }
        expected.push_back(static_cast<float>(sum));
      }
    }
    const Graph graph = ModelBuilder()
                            .input("a", a_shape)
                            .weights("b", b_shape, b)
                            .weights("c", row_bias ? Shape{n} : Shape{m, 1}, c)
                            .node("Gemm", {"a", "b", "c"}, {"y"})
                            .with("transA", transpose_a ? 1 : 0)
                            .with("transB", transpose_b ? 1 : 0)
                            .output("y")
                            .graph();
    expect_output(graph, a_shape, a, expected, "round " + std::to_string(round));
  }
}

TEST(MatMul, BroadcastsBatches) {
  std::mt19937 engine(14);
  const Shape a_shape{2, 1, 3, 4};
  const Shape b_shape{5, 4, 6};
  const auto a = random_floats(elements_of(a_shape), engine);
  const auto b = random_floats(elements_of(b_shape), engine);
  std::vector<float> expected;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t c = 0; c < 6; ++c) {
          double sum = 0.0;
          for (std::size_t p = 0; p < 4; ++p) {
            sum += static_cast<double>(a[(i * 3 + r) * 4 + p]) *
                   static_cast<double>(b[(j * 4 + p) * 6 + c]);
          }
          expected.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  const Graph graph = ModelBuilder()
                          .input("a", a_shape)
                          .weights("b", b_shape, b)
                          .node("MatMul", {"a", "b"}, {"y"})
                          .output("y")
                          .graph();
  expect_output(graph, a_shape, a, expected, "MatMul");
}

/// Element of an operand at a position of the broadcast output.
std::size_t operand_index(const Shape& operand, const Shape& out, std::size_t flat) {
  std::size_t index = 0;
  std::size_t stride = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto size = static_cast<std::size_t>(out[out.size() - 1 - i]);
    const std::size_t at = flat % size;
    flat /= size;
    if (i >= operand.size()) continue;
    const auto own = static_cast<std::size_t>(operand[operand.size() - 1 - i]);
    if (own != 1) index += at * stride;
    stride *= own;
  }
  return index;
}

TEST(Binary, BroadcastsLikeNumPy) {
  std::mt19937 engine(15);
  for (int round = 0; round < 200; ++round) {
    Shape out;
    for (std::int64_t i = between(engine, 0, 5); i > 0; --i) out.push_back(between(engine, 1, 5));
    // Each operand repeats some axes and may lack leading ones.
    Shape a = out;
    Shape b = out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (engine() % 3 == 0) (engine() % 2 == 0 ? a : b)[i] = 1;
    }
    while (!b.empty() && engine() % 3 == 0 && (b.front() == 1 || a[out.size() - b.size()] == out[out.size() - b.size()])) {
      b.erase(b.begin());
    }
    const auto x = random_floats(elements_of(a), engine);
    const auto y = random_floats(elements_of(b), engine);
    std::vector<float> expected;
    for (std::size_t i = 0; i < elements_of(out); ++i) {
      expected.push_back(x[operand_index(a, out, i)] - y[operand_index(b, out, i)]);
    }
    const Graph graph = ModelBuilder()
                            .input("x", a)
                            .weights("y", b, y)
                            .node("Sub", {"x", "y"}, {"z"})
                            .output("z")
                            .graph();
    expect_output(graph, a, x, expected, shape_text(a) + " - " + shape_text(b));
  }
}

TEST(Unary, MatchesTheMathsLibrary) {
  std::mt19937 engine(16);
  auto x = random_floats(1003, engine);
  for (float& value : x) value *= 8.0F;
  const auto check = [&](const char* op, auto function) {
    std::vector<float> expected;
    for (const float value : x) {
      expected.push_back(static_cast<float>(function(static_cast<double>(value))));
    }
    const Graph graph =
        ModelBuilder().input("x", {1003}).node(op, {"x"}, {"y"}).output("y").graph();
    expect_output(graph, {1003}, x, expected, op);
  };
  check("Relu", [](double v) { return std::max(v, 0.0); });
  check("Sigmoid", [](double v) { return 1.0 / (1.0 + std::exp(-v)); });
  check("Tanh", [](double v) { return std::tanh(v); });
  check("Exp", [](double v) { return std::exp(v); });
  check("Neg", [](double v) { return -v; });
  check("Abs", [](double v) { return std::abs(v); });
  check("LeakyRelu", [](double v) { return v < 0.0 ? 0.01 * v : v; });
  check("Elu", [](double v) { return v < 0.0 ? std::exp(v) - 1.0 : v; });
}

TEST(Softmax, SumsToOneAlongItsAxis) {
  std::mt19937 engine(17);
  const Shape shape{3, 4, 5};
  const auto x = random_floats(60, engine);
  std::vector<float> expected(60);
  for (std::size_t o = 0; o < 3; ++o) {
    for (std::size_t i = 0; i < 5; ++i) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 4; ++k) sum += std::exp(static_cast<double>(x[(o * 4 + k) * 5 + i]));
      for (std::size_t k = 0; k < 4; ++k) {
        const std::size_t at = (o * 4 + k) * 5 + i;
        expected[at] = static_cast<float>(std::exp(static_cast<double>(x[at])) / sum);
      }
    }
  }
  const Graph graph = ModelBuilder()
                          .input("x", shape)
                          .node("Softmax", {"x"}, {"y"})
                          .with("axis", 1)
                          .output("y")
                          .graph();
  expect_output(graph, shape, x, expected, "Softmax");
}

TEST(InstructionSet, CanBeForced) {
  ASSERT_EQ(setenv("FAASCAST_ISA", std::string(kernel_sets()[0]->isa).c_str(), 1), 0);
  EXPECT_EQ(best_kernels().isa, kernel_sets()[0]->isa);
  ASSERT_EQ(setenv("FAASCAST_ISA", "mmx", 1), 0);
  const std::string text = refusal([] { static_cast<void>(best_kernels()); });
  EXPECT_NE(text.find("'mmx' is not an instruction set of this processor"), std::string::npos) << text;
  ASSERT_EQ(unsetenv("FAASCAST_ISA"), 0);
  EXPECT_EQ(best_kernels().isa, kernel_sets().back()->isa);
}

}  // namespace
}  // namespace faascast
