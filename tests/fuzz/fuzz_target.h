#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// Something that reads bytes from outside. It may throw InputError; it must neither crash, hang,
/// throw anything else nor break a promise of its interface (which calls std::abort here).
struct FuzzTarget {
  std::string name{};  ///< "trace-alb"; its seeds lie in corpus/trace-alb
  std::function<void(std::string_view bytes)> run{};
};

/// All of them. A family of targets is a file that adds its own here.
[[nodiscard]] std::vector<FuzzTarget> fuzz_targets();

void add_model_targets(std::vector<FuzzTarget>& targets);
void add_trace_targets(std::vector<FuzzTarget>& targets);
void add_day_target(std::vector<FuzzTarget>& targets);

}  // namespace faascast
