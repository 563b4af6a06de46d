#include "tests/fuzz/fuzz_target.h"

namespace faascast {

std::vector<FuzzTarget> fuzz_targets() {
  std::vector<FuzzTarget> targets;
  add_model_targets(targets);
  add_trace_targets(targets);
  add_day_target(targets);
  return targets;
}

}  // namespace faascast
