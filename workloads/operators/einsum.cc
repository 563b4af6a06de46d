// Einsum: products of two operands as batches of matrix products, everything else as plain sums.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "workloads/operators/resampling.h"

namespace faascast {
namespace {

using Labels = std::vector<int>;  ///< a letter, or kFirstHidden and up for the axes of "..."
constexpr int kFirstHidden = 1000;

struct Equation {
  std::vector<Labels> operands{};
  Labels result{};
  std::map<int, std::int64_t> sizes{};
};

/// @param hidden axes that "..." stands for; -1 = none allowed
Labels read_labels(const PlanRequest& request, std::string_view text, std::int64_t hidden) {
  Labels labels;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "...") {
      if (hidden < 0) request.fail("'...' stands for nothing");
      for (std::int64_t h = 0; h < hidden; ++h) {
        labels.push_back(kFirstHidden + static_cast<int>(hidden - 1 - h));
      }
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
      labels.push_back(text[i]);
    } else {
      request.fail(fmt::format("'{}' has no place in an equation", text[i]));
    }
  }
  return labels;
}

Equation read_equation(const PlanRequest& request) {
  std::string text = request.node().text("equation", "");
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  Equation equation;
  std::int64_t most_hidden = 0;
  std::map<int, int> times;
  std::size_t at = 0;
  for (std::size_t i = 0;; ++i) {
    const std::size_t comma = left.find(',', at);
    const std::string term = left.substr(at, comma == std::string::npos ? comma : comma - at);
    const ValueSpec& in = request.typed_input(i, {ElementType::kFloat32, ElementType::kFloat64});
    if (in.type != request.input(0).type) request.fail("operands of different types are not supported");
    const bool dots = term.find("...") != std::string::npos;
    const auto letters = static_cast<std::int64_t>(term.size()) - (dots ? 3 : 0);
    const std::int64_t hidden = in.rank() - letters;
    if (hidden < 0 || (!dots && hidden != 0)) {
      request.fail(fmt::format("'{}' does not fit {}", term, shape_text(in.shape)));
    }
    most_hidden = std::max(most_hidden, hidden);
    Labels labels = read_labels(request, term, dots ? hidden : -1);
    for (std::size_t a = 0; a < labels.size(); ++a) {
      ++times[labels[a]];
      const std::int64_t size = in.shape[a];
      std::int64_t& known = equation.sizes.try_emplace(labels[a], size).first->second;
      if (known == 1) known = size;
      if (size != known && size != 1) request.fail("axes of one letter differ in size");
    }
    equation.operands.push_back(std::move(labels));
    if (comma == std::string::npos) break;
    at = comma + 1;
  }
  if (equation.operands.size() != request.inputs.size()) request.fail("its operands are not as many as its inputs");
  if (arrow != std::string::npos) {
    equation.result = read_labels(request, std::string_view(text).substr(arrow + 2), most_hidden);
  } else {  // "..." first, then the letters that stand once, in their order
    for (std::int64_t h = most_hidden; h-- > 0;) equation.result.push_back(kFirstHidden + static_cast<int>(h));
    for (const auto& [label, count] : times) {
      if (count == 1 && label < kFirstHidden) equation.result.push_back(label);
    }
  }
  for (std::size_t i = 0; i < equation.result.size(); ++i) {
    const int label = equation.result[i];
    if (!equation.sizes.contains(label) ||
        std::count(equation.result.begin(), equation.result.end(), label) != 1) {
      request.fail("its result names an axis twice, or one that no operand has");
    }
  }
  return equation;
}

/// A loop over some labels, with a step in each tensor for each of them.
struct Loop {
  std::vector<std::int64_t> sizes{};
  std::vector<std::array<std::int64_t, 3>> steps{};  ///< of two operands and the result
};

std::map<int, std::int64_t> strides_of(const Labels& labels, const Shape& shape) {
  std::map<int, std::int64_t> strides;
  std::int64_t stride = 1;
  for (std::size_t a = labels.size(); a-- > 0;) {
    if (shape[a] != 1) strides[labels[a]] += stride;  // a letter that stands twice: the diagonal
    stride *= shape[a];
  }
  return strides;
}

std::int64_t step_in(const std::map<int, std::int64_t>& strides, int label) {
  const auto found = strides.find(label);
  return found == strides.end() ? 0 : found->second;
}

/// Calls visit(offsets) for each combination of the loop's labels.
template <class Visit>
void for_each(const Loop& loop, std::array<std::int64_t, 3> at, std::size_t depth, const Visit& visit) {
  if (depth == loop.sizes.size()) {
    visit(at);
    return;
  }
  for (std::int64_t i = 0; i < loop.sizes[depth]; ++i) {
    for_each(loop, at, depth + 1, visit);
    for (std::size_t t = 0; t < 3; ++t) at[t] += loop.steps[depth][t];
  }
}

struct Contraction {
  Loop batch{};
  Loop rows{};     ///< labels of the left operand and the result
  Loop columns{};  ///< of the right operand and the result
  Loop sums{};     ///< of neither
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
};

Contraction contraction_of(const PlanRequest& request, const Equation& equation, const Shape& out) {
  const auto left = strides_of(equation.operands[0], request.input(0).shape);
  const bool two = equation.operands.size() == 2;
  const auto right = two ? strides_of(equation.operands[1], request.input(1).shape)
                         : std::map<int, std::int64_t>{};
  const auto result = strides_of(equation.result, out);
  Contraction c;
  const auto add = [&](int label, std::int64_t size) {
    const bool in_result =
        std::find(equation.result.begin(), equation.result.end(), label) != equation.result.end();
    const std::array<std::int64_t, 3> steps{step_in(left, label), step_in(right, label),
                                            step_in(result, label)};
    Loop* loop = &c.batch;
    if (!in_result) {
      loop = &c.sums;
      c.k *= size;
    } else if (steps[0] != 0 && steps[1] == 0) {
      loop = &c.rows;
      c.m *= size;
    } else if (steps[0] == 0 && steps[1] != 0) {
      loop = &c.columns;
      c.n *= size;
    }
    loop->sizes.push_back(size);
    loop->steps.push_back(steps);
  };
  for (const int label : equation.result) add(label, equation.sizes.at(label));
  for (const auto& [label, size] : equation.sizes) {
    if (std::find(equation.result.begin(), equation.result.end(), label) == equation.result.end()) {
      add(label, size);
    }
  }
  return c;
}

/// product[m, n] += left[m, k] right[k, n]
void multiply(const Contraction& c, const double* left, const double* right, double* product) {
  for (std::int64_t i = 0; i < c.m; ++i) {
    for (std::int64_t p = 0; p < c.k; ++p) {
      for (std::int64_t j = 0; j < c.n; ++j) product[i * c.n + j] += left[i * c.k + p] * right[p * c.n + j];
    }
  }
}

/// Each batch: operands gathered as matrices, multiplied, and the product spread over the result.
template <class T, class Multiply>
void contract(const Contraction& c, bool two, const KernelCall& call, T* left, T* right, T* product,
              Multiply multiply_matrices) {
  using Places = std::array<std::int64_t, 3>;
  for_each(c.batch, {0, 0, 0}, 0, [&](const Places& at) {
    T* to = left;
    for_each(c.rows, at, 0, [&](const Places& row) {
      for_each(c.sums, row, 0, [&](const Places& sum) { *to++ = call.in<T>(0)[sum[0]]; });
    });
    to = right;
    for_each(c.sums, at, 0, [&](const Places& sum) {
      for_each(c.columns, sum, 0,
               [&](const Places& column) { *to++ = two ? call.in<T>(1)[column[1]] : T{1}; });
    });
    std::fill_n(product, c.m * c.n, T{});
    multiply_matrices(left, right, product);
    const T* from = product;
    for_each(c.rows, at, 0, [&](const Places& row) {
      for_each(c.columns, row, 0, [&](const Places& column) { call.out<T>(0)[column[2]] = *from++; });
    });
  });
}

}  // namespace

PlannedNode plan_einsum(const PlanRequest& request) {
  const Equation equation = read_equation(request);
  if (equation.operands.size() > 2) request.fail("more than two operands are not supported");
  Shape out;
  for (const int label : equation.result) out.push_back(equation.sizes.at(label));
  if (!element_count(out)) request.fail("the output is too large");
  auto c = std::make_shared<const Contraction>(contraction_of(request, equation, out));
  if (!element_count({c->m, c->k}) || !element_count({c->n, c->k}) || !element_count({c->m, c->n})) {
    request.fail("an operand is too large");
  }
  const auto rounded = [](std::int64_t elements) { return (elements + 15) / 16 * 16; };
  const std::int64_t left_size = rounded(c->m * c->k);
  const std::int64_t right_size = rounded(c->k * c->n);
  const std::int64_t product_size = rounded(c->m * c->n);
  const bool two = equation.operands.size() == 2;
  const ElementType type = request.input(0).type;
  PlannedNode planned;
  planned.outputs = {{.type = type, .shape = out}};
  planned.flops = 2.0 * static_cast<double>(*element_count(out)) * static_cast<double>(c->k);
  planned.scratch_bytes =
      static_cast<std::size_t>(left_size + right_size + product_size) * size_of(type) +
      request.kernels.gemm_scratch_bytes(c->m, c->n, c->k);
  if (type == ElementType::kFloat64) {
    planned.kernel = [=](const KernelCall& call) {
      auto* left = reinterpret_cast<double*>(call.scratch);
      contract(*c, two, call, left, left + left_size, left + left_size + right_size,
               [&](const double* a, const double* b, double* to) { multiply(*c, a, b, to); });
    };
    return planned;
  }
  planned.kernel = [=, gemm = request.kernels.gemm](const KernelCall& call) {
    auto* left = reinterpret_cast<float*>(call.scratch);
    auto* rest = reinterpret_cast<std::byte*>(left + left_size + right_size + product_size);
    contract(*c, two, call, left, left + left_size, left + left_size + right_size,
             [&](const float* a, const float* b, float* to) {
               gemm(c->m, c->n, c->k, 1.0F, a, false, b, false, to, rest);
             });
  };
  return planned;
}

}  // namespace faascast
