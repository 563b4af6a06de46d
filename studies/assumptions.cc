#include "studies/assumptions.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "input/quantity.h"

namespace faascast {

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

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
  const Duration handler = scenario.handler.per_request() + scenario.handler.measured;
  notes.push_back(handler > Duration::zero()
                      ? fmt::format("Handler: {} of CPU time a request besides the model, on "
                                    "functions and servers alike.",
                                    format_duration(handler))
                      : "Handler: nothing besides the model is paid for; measured services spend "
                        "many times their kernel's time there.");
  for (const std::string& words : scenario.handler.measured_words) {
    notes.push_back("Measured step, of that handler: " + words + ".");
  }
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (!deployment.platform_spec) continue;
    const PlatformSpec& spec = *deployment.platform_spec;
    std::string note = vintage_of(spec, spec.as_of.empty() ? today() : spec.as_of);
    if (std::find(notes.begin(), notes.end(), note) == notes.end())
      notes.push_back(std::move(note));
  }
  notes.push_back(scenario.free_tier ? "Free quotas are subtracted from monthly bills."
                                     : "Free quotas are not subtracted.");
  return notes;
}

std::vector<Figure> figures_of(const DeploymentSpec& deployment) {
  std::vector<Figure> all;
  if (deployment.platform_spec) all = figures(*deployment.platform_spec);
  const std::vector<Figure>& around = deployment.around.figures;
  all.insert(all.end(), around.begin(), around.end());
  return all;
}

std::vector<Assumption> figures_behind(const Scenario& scenario) {
  std::vector<Assumption> all;
  for (const DeploymentSpec& deployment : scenario.deployments) {
    const std::string& about = deployment.platform_spec ? deployment.platform : deployment.server;
    for (const Figure& figure : figures_of(deployment)) {
      Assumption one{about, figure.path,          figure.value,      figure.low,
                     figure.high,         figure.note.source, figure.note.as_of, figure.note.confidence};
      const bool is_said = std::any_of(all.begin(), all.end(), [&](const Assumption& other) {
        return other.platform == one.platform && other.figure == one.figure &&
               other.value == one.value;
      });
      if (!is_said) all.push_back(std::move(one));
    }
  }
  return all;
}

}  // namespace faascast
