#include "workloads/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "workloads/cartpole.h"

namespace faascast {
namespace {

constexpr std::int64_t kBatch = 100;  ///< examples at once, where the model leaves it open
constexpr double kNormal95 = 1.959963984540054;

[[noreturn]] void fail(const std::string& where, std::string what, std::string mend = {}) {
  throw InputError(Problem{.where = where, .what = std::move(what), .mend = std::move(mend)});
}

/// A model and where the examples of a run lie in its input.
struct Runner {
  Executor& executor;
  std::size_t together = 1;  ///< examples of a run
  std::size_t size = 1;      ///< elements of an example
  bool is_last = false;      ///< the batch axis is the last: examples lie one element apart
  std::size_t answers = 1;   ///< output values of an example

  explicit Runner(Executor& model) : executor(model) {
    const std::string& name = executor.graph().name;
    if (executor.inputs() != 1) {
      fail(name, fmt::format("has {} inputs", executor.inputs()),
           "accuracy is measured for models of one input");
    }
    const Value& input = only_input(executor.graph());
    const Shape& shape = executor.input_shape(0);
    const std::size_t axis = input.shape ? batch_axis(*input.shape) : 0;
    const auto elements = static_cast<std::size_t>(element_count(shape).value_or(0));
    if (axis >= shape.size() || elements == 0) fail(name, "has an input without a batch axis");
    together = static_cast<std::size_t>(shape[axis]);
    size = elements / together;
    is_last = axis > 0;
    if (std::any_of(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, shape.end(),
                    [&](std::int64_t s) { return is_last && s != 1; })) {
      fail(name, "has its batch axis in the middle of its input");
    }
    const auto results =
        static_cast<std::size_t>(element_count(executor.output_shape(0)).value_or(0));
    if (executor.output_type(0) != ElementType::kFloat32 || results == 0 ||
        results % together != 0) {
      fail(name, fmt::format("answers {} of {} to {} examples",
                             shape_text(executor.output_shape(0)),
                             name_of(executor.output_type(0)), together),
           "accuracy needs floats, as many for each example");
    }
    answers = results / together;
  }

  [[nodiscard]] std::size_t at(std::size_t example, std::size_t element) const {
    return is_last ? element * together + example : example * size + element;
  }
  static const Value& only_input(const Graph& graph) {
    return graph.values[static_cast<std::size_t>(graph.inputs.front())];
  }
};

/// Sizes of the input for so many examples, where the graph leaves them open.
ExecutorOptions sizes_for(const Graph& graph, const TestSet& set, const AccuracyOptions& options) {
  std::int64_t batch = kBatch;
  std::int64_t words = 0;
  for (const auto& text : set.texts) {
    words = std::max(words, static_cast<std::int64_t>(text.size()));
  }
  if (set.kind == TestSet::Kind::kCartPole) batch = static_cast<std::int64_t>(options.episodes);
  ExecutorOptions how{.batch = batch, .isa = options.isa};
  if (words == 0 || graph.inputs.size() != 1) return how;
  const Value& input = Runner::only_input(graph);
  if (!input.shape) return how;
  Shape shape;
  for (std::size_t a = 0; a < input.shape->size(); ++a) {
    const std::int64_t size = (*input.shape)[a].size;
    shape.push_back(size >= 0 ? size : a == batch_axis(*input.shape) ? batch : words);
  }
  how.input_shapes[input.name] = shape;
  return how;
}

/// Whether label `l` counts as yes, for l = 0, 1, ...; of models of one output value.
std::vector<bool> positive_labels(const std::string& model, const TestSet& set,
                                  const AccuracyOptions& options) {
  const std::int64_t most = *std::max_element(set.labels.begin(), set.labels.end());
  constexpr std::int64_t kMostLabels = 1'000'000;
  if (most > kMostLabels) fail(set.name, fmt::format("has a label {}", most));
  std::vector<bool> is_positive(static_cast<std::size_t>(std::max<std::int64_t>(most, 1)) + 1);
  if (!options.positive.empty()) {
    for (const std::int64_t label : options.positive) {
      if (label >= 0 && label <= most) is_positive[static_cast<std::size_t>(label)] = true;
    }
  } else if (std::filesystem::path(model).stem() == "logreg-mnist-odd") {
    for (std::size_t label = 1; label < is_positive.size(); label += 2) is_positive[label] = true;
  } else if (most <= 1) {
    is_positive[1] = true;
  } else {
    fail(model, fmt::format("answers with one value, and {} has labels up to {}", set.name, most),
         "say which labels it should answer yes to, such as --positive 1,3,5,7,9");
  }
  return is_positive;
}

void put_image(Runner& runner, std::size_t place, const std::uint8_t* pixels, float scale) {
  const auto to = runner.executor.input_as<float>(0);
  for (std::size_t i = 0; i < runner.size; ++i) {
    to[runner.at(place, i)] = static_cast<float>(pixels[i]) * scale;
  }
}

template <class Id>
void put_text(Runner& runner, std::size_t place, const std::vector<std::int64_t>& text) {
  const auto to = runner.executor.input_as<Id>(0);
  const std::size_t kept = std::min(text.size(), runner.size);
  for (std::size_t i = 0; i < runner.size; ++i) {
    const std::size_t behind = runner.size - i;  // words from here to the end
    to[runner.at(place, i)] = behind > kept ? Id{0} : static_cast<Id>(text[text.size() - behind]);
  }
}

void put_example(Runner& runner, std::size_t place, const TestSet& set, std::size_t example,
                 float scale) {
  if (set.kind == TestSet::Kind::kImages) {
    put_image(runner, place, set.pixels.data() + example * runner.size, scale);
  } else if (runner.executor.input_type(0) == ElementType::kInt64) {
    put_text<std::int64_t>(runner, place, set.texts[example]);
  } else {
    put_text<std::int32_t>(runner, place, set.texts[example]);
  }
}

void check_fit(const TestSet& set, const Runner& runner) {
  const std::string& model = runner.executor.graph().name;
  const ElementType type = runner.executor.input_type(0);
  if (set.kind == TestSet::Kind::kImages) {
    const auto pixels = static_cast<std::size_t>(element_count(set.example_shape).value_or(0));
    if (type != ElementType::kFloat32 || runner.size != pixels) {
      fail(model, fmt::format("takes {} {} for an example; {} has images {}", runner.size,
                                   name_of(type), set.name, shape_text(set.example_shape)));
    }
  } else if (type != ElementType::kInt64 && type != ElementType::kInt32) {
    fail(model, fmt::format("takes {}; {} has words' ids", name_of(type), set.name));
  }
}

Accuracy share_of(const TestSet& set, std::uint64_t right, std::uint64_t examples) {
  // Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
  const auto n = static_cast<double>(examples);
  const double p = static_cast<double>(right) / n;
  const double z2 = kNormal95 * kNormal95;
  const double middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half =
      kNormal95 * std::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n)) / (1.0 + z2 / n);
  return {.test_set = set.name,
          .examples = examples,
          .value = p,
          .low = std::max(0.0, middle - half),
          .high = std::min(1.0, middle + half)};
}

Accuracy measure_share(Executor& executor, const TestSet& set, const AccuracyOptions& options) {
  std::size_t examples = set.labels.size();
  if (options.examples > 0) examples = std::min<std::size_t>(examples, options.examples);
  Runner runner(executor);
  check_fit(set, runner);
  const bool is_single = runner.answers == 1;
  const std::vector<bool> is_positive =
      is_single ? positive_labels(executor.graph().name, set, options) : std::vector<bool>();
  const float scale = options.raw_pixels ? 1.0F : 1.0F / 255.0F;
  std::uint64_t right = 0;
  for (std::size_t first = 0; first < examples; first += runner.together) {
    // The last run is filled up with examples of the one before, or zeros: valid ids.
    const std::size_t count = std::min(runner.together, examples - first);
    for (std::size_t i = 0; i < count; ++i) put_example(runner, i, set, first + i, scale);
    runner.executor.run();
    const auto output = runner.executor.output_as<float>(0);
    for (std::size_t i = 0; i < count; ++i) {
      const auto answers = output.subspan(i * runner.answers, runner.answers);
      const std::int64_t label = set.labels[first + i];
      if (is_single) {
        right += (answers[0] > 0.5F) == is_positive[static_cast<std::size_t>(label)] ? 1U : 0U;
      } else {
        right += std::max_element(answers.begin(), answers.end()) - answers.begin() == label ? 1U : 0U;
      }
    }
  }
  return share_of(set, right, examples);
}

Accuracy measure_return(Executor& executor, const TestSet& set, const AccuracyOptions& options) {
  Runner runner(executor);
  if (executor.input_type(0) != ElementType::kFloat32 || runner.size != 4 || runner.is_last ||
      runner.answers != 2) {
    fail(executor.graph().name, "does not map 4 values to 2: it plays no CartPole");
  }
  const auto policy = [&](std::span<const std::array<float, 4>> seen,
                          std::span<std::uint8_t> is_right) {
    const auto to = runner.executor.input_as<float>(0);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      std::copy_n(seen[i].data(), 4, to.data() + 4 * i);
    }
    runner.executor.run();
    const auto values = runner.executor.output_as<float>(0);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      is_right[i] = values[2 * i + 1] > values[2 * i] ? 1 : 0;
    }
  };
  const std::vector<int> steps =
      play_cartpole(policy, options.episodes, options.seed, runner.together);
  const auto n = static_cast<double>(steps.size());
  const double mean = std::accumulate(steps.begin(), steps.end(), 0.0) / n;
  double squares = 0.0;
  for (const int length : steps) squares += (length - mean) * (length - mean);
  const double half = n > 1.0 ? kNormal95 * std::sqrt(squares / (n - 1.0) / n) : 0.0;
  constexpr double kBest = CartPole::kMostSteps;
  return {.test_set = set.name,
          .is_return = true,
          .examples = options.episodes,
          .value = mean,
          .low = std::max(1.0, mean - half),
          .high = std::min(kBest, mean + half),
          .best = kBest};
}

}  // namespace

Accuracy measure_accuracy(Executor& executor, const TestSet& set, const AccuracyOptions& options) {
  if (set.kind != TestSet::Kind::kCartPole) return measure_share(executor, set, options);
  constexpr std::uint64_t kMostEpisodes = 1'000'000;
  if (options.episodes < 1 || options.episodes > kMostEpisodes) {
    fail("", fmt::format("{} episodes", options.episodes),
         fmt::format("ask for 1 to {}", kMostEpisodes));
  }
  return measure_return(executor, set, options);
}

Accuracy measure_accuracy(const Graph& graph, const TestSet& set, const AccuracyOptions& options) {
  Executor executor(graph, sizes_for(graph, set, options));
  return measure_accuracy(executor, set, options);
}

std::string accuracy_text(const Accuracy& accuracy) {
  if (accuracy.is_return) {
    return fmt::format("{:.1f} of {:.0f} steps, mean of {} episodes (95 % interval {:.1f} to {:.1f})",
                       accuracy.value, accuracy.best, format_count(accuracy.examples), accuracy.low,
                       accuracy.high);
  }
  return fmt::format("{:.2f} % of {} (95 % interval {:.2f} to {:.2f} %)", 100.0 * accuracy.value,
                     format_count(accuracy.examples), 100.0 * accuracy.low, 100.0 * accuracy.high);
}

}  // namespace faascast
