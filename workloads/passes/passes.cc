#include "workloads/passes/passes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "workloads/passes/conversion.h"
#include "workloads/passes/pruning.h"
#include "workloads/passes/quantise.h"

namespace faascast {
namespace {

struct PassName {
  Pass pass;
  std::string_view name;
};
constexpr std::array kNames = {PassName{Pass::kConversion, "conversion"},
                               PassName{Pass::kMagnitudePruning, "prune"},
                               PassName{Pass::kStructuredPruning, "prune-channels"},
                               PassName{Pass::kFloat16Weights, "float16-weights"},
                               PassName{Pass::kInt8Weights, "int8-weights"},
                               PassName{Pass::kInt8, "int8"}};
constexpr std::array kPasses = {Pass::kConversion,     Pass::kMagnitudePruning,
                                Pass::kStructuredPruning, Pass::kFloat16Weights,
                                Pass::kInt8Weights,    Pass::kInt8};

[[noreturn]] void refuse(std::string what, std::string mend) {
  throw InputError(Problem{.what = std::move(what), .mend = std::move(mend)});
}

PassRequest parse_one(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const auto found = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const PassName& row) { return row.name == name; });
  if (found == kNames.end()) {
    std::vector<std::string> names;
    for (const PassName& row : kNames) names.emplace_back(row.name);
    const std::string nearest = nearest_name(std::string(name), names);
    refuse(fmt::format("'{}' is not a pass", name),
           fmt::format("{}passes: {}",
                       nearest.empty() ? std::string() : fmt::format("did you mean '{}'? ", nearest),
                       fmt::join(names, ", ")));
  }
  PassRequest request{.pass = found->pass};
  if (equals == std::string_view::npos) return request;
  if (request.pass != Pass::kMagnitudePruning && request.pass != Pass::kStructuredPruning) {
    refuse(fmt::format("the pass '{}' takes no number", name), "leave '=' and the number out");
  }
  const std::string_view number = text.substr(equals + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), request.fraction);
  if (error != std::errc() || end != number.data() + number.size() ||
      !(request.fraction >= 0.0 && request.fraction < 1.0)) {
    refuse(fmt::format("'{}' is not a fraction to prune", number),
           "give a number from 0 to below 1, such as prune=0.5");
  }
  return request;
}

}  // namespace

std::string_view name_of(Pass pass) {
  return std::find_if(kNames.begin(), kNames.end(), [&](const PassName& row) {
           return row.pass == pass;
         })->name;
}

std::span<const Pass> all_passes() { return kPasses; }

PassResult apply_pass(Pass pass, const Graph& graph, const PassOptions& options) {
  switch (pass) {
    case Pass::kConversion:
      return converted(graph, options.executor);
    case Pass::kMagnitudePruning:
      return magnitude_pruned(graph, options.fraction);
    case Pass::kStructuredPruning:
      return channels_pruned(graph, options);
    case Pass::kFloat16Weights:
      return with_float16_weights(graph);
    case Pass::kInt8Weights:
      return with_int8_weights(graph, options);
    case Pass::kInt8:
      break;
  }
  return quantised(graph, options);
}

std::vector<PassRequest> parse_passes(std::string_view text) {
  std::vector<PassRequest> requests;
  while (true) {
    const std::size_t plus = text.find('+');
    requests.push_back(parse_one(text.substr(0, plus)));
    if (plus == std::string_view::npos) return requests;
    text.remove_prefix(plus + 1);
  }
}

PassResult apply_passes(std::span<const PassRequest> passes, const Graph& graph, PassOptions options) {
  PassResult result{.graph = graph};
  for (const PassRequest& request : passes) {
    options.fraction = request.fraction;
    PassResult next = apply_pass(request.pass, result.graph, options);
    if (!result.note.empty() && !next.note.empty()) result.note.append("; ");
    result.note.append(next.note);
    result.graph = std::move(next.graph);
  }
  return result;
}

std::vector<RunInputs> made_up_inputs(const Graph& graph, const ExecutorOptions& options,
                                      std::size_t runs) {
  const Executor executor(graph, options);
  std::uint64_t state = 1;
  std::vector<RunInputs> result(runs);
  for (RunInputs& inputs : result) {
    for (std::size_t i = 0; i < executor.inputs(); ++i) {
      Tensor tensor = make_tensor(executor.input_type(i), executor.input_shape(i));
      if (tensor.type == ElementType::kFloat32) {
        for (float& x : tensor.as<float>()) {
          state = state * 6364136223846793005U + 1442695040888963407U;
          x = static_cast<float>(state >> 40) * 0x1p-24F;
        }
      }
      inputs.push_back(std::move(tensor));
    }
  }
  return result;
}

}  // namespace faascast
