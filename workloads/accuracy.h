#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/executor.h"
#include "workloads/test_set.h"

namespace faascast {

struct AccuracyOptions {
  std::uint64_t examples = 0;    ///< the first so many of the set; 0 = all
  std::uint64_t episodes = 200;  ///< of CartPole
  std::uint64_t seed = 1;        ///< of their starts
  /// Labels that a model of one output value should answer with more than 1/2. Empty: label 1, and
  /// the set has no labels above it; the odd digits for "logreg-mnist-odd".
  std::vector<std::int64_t> positive{};
  bool raw_pixels = false;  ///< 0 to 255 instead of 0 to 1
  std::string isa{};        ///< of the kernels; empty = the best of this processor
};

/// How well a model does its task.
struct Accuracy {
  std::string test_set{};
  bool is_return = false;  ///< mean steps of an episode instead of a share of right answers
  std::uint64_t examples = 0;  ///< or episodes
  double value = 0.0;
  /// 95 % interval of what more examples of the kind would give: Wilson's for shares, the normal
  /// one within 1 and `best` for means.
  double low = 0.0;
  double high = 0.0;
  double best = 1.0;  ///< the value of a perfect model
};

/// Runs a model on every example. A share is counted right where the greatest of several output
/// values has the label's number, or the only one is above 1/2 for a positive label and not above it
/// for others. Images are laid out as the model's input has them; texts are cut to their last words
/// and padded with 0 on the left.
/// @throws InputError as Executor does, and where the set does not fit the model.
[[nodiscard]] Accuracy measure_accuracy(Executor& executor, const TestSet& set,
                                        const AccuracyOptions& options = {});
/// The same with a batch, and texts' length, that suit the set.
[[nodiscard]] Accuracy measure_accuracy(const Graph& graph, const TestSet& set,
                                        const AccuracyOptions& options = {});

/// "98.83 % of 10,000 (95 % interval 98.60 to 99.02 %)", "500 of 500 steps in 200 episodes".
[[nodiscard]] std::string accuracy_text(const Accuracy& accuracy);

}  // namespace faascast
