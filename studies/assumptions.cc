#include "studies/assumptions.h"

#include <fmt/format.h>

#include "input/quantity.h"

namespace faascast {

std::vector<std::string> assumptions_of(const Scenario& scenario, const Inputs& inputs) {
  std::vector<std::string> notes;
  notes.push_back("Traffic: " + inputs.traffic->description() + ".");
  if (scenario.traffic.scale != 1.0) {
    const ScaleBy rule =
        scenario.traffic.scale_by.value_or(inputs.unscaled->default_scale_by());
    notes.push_back(fmt::format(
        "Scaled by {} {}.", scenario.traffic.scale,
        rule == ScaleBy::kThin
            ? "by thinning or superposing (burstiness falls as copies are added)"
            : "in time (burstiness stays)"));
  }
  notes.push_back("Model: " + inputs.model.description + ".");
  const Duration handler = scenario.handler.per_request();
  notes.push_back(handler > Duration::zero()
                      ? fmt::format("Handler: {} of CPU time a request besides the model, on "
                                    "functions and servers alike.",
                                    format_duration(handler))
                      : "Handler: nothing besides the model is paid for; measured services spend "
                        "many times their kernel's time there.");
  notes.push_back(scenario.free_tier ? "Free quotas are subtracted from monthly bills."
                                     : "Free quotas are not subtracted.");
  return notes;
}

}  // namespace faascast
