#include "studies/workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/topological_sort.hpp>
#include <iterator>
#include <map>

#include "sim-core/error.h"

namespace faascast {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

std::size_t index_of(const std::vector<StepSpec>& steps, const std::string& name) {
  const auto at = std::find_if(steps.begin(), steps.end(),
                               [&](const StepSpec& step) { return step.name == name; });
  return static_cast<std::size_t>(at - steps.begin());
}

/// Indices into the scenario's steps; an edge leads to a step from one that it follows.
std::vector<std::size_t> in_order(const Scenario& scenario) {
  const std::vector<StepSpec>& steps = scenario.steps;
  Graph graph(steps.size());
  for (std::size_t s = 0; s < steps.size(); ++s) {
    for (const std::string& before : steps[s].after) {
      boost::add_edge(s, index_of(steps, before), graph);
    }
  }
  std::vector<std::size_t> order;
  try {
    boost::topological_sort(graph, std::back_inserter(order));
  } catch (const boost::not_a_dag&) {
    throw InputError(Problem{scenario.file_name + ": step",
                             "steps wait for one another in a circle",
                             "take one out of the circle's `after`"});
  }
  return order;
}

void check_branches(const Scenario& scenario) {
  std::map<std::string, double> sums;
  for (const StepSpec& step : scenario.steps) {
    if (!step.branch.empty()) sums[step.branch] += step.probability;
  }
  constexpr double kRounding = 1e-9;
  for (const auto& [branch, sum] : sums) {
    if (sum <= 1.0 + kRounding) continue;
    throw InputError(
        Problem{scenario.file_name + ": step",
                fmt::format("the probabilities of branch '{}' add up to {:g}", branch, sum),
                "lower them to 1 in all"});
  }
}

}  // namespace

std::vector<WorkflowStep> workflow_steps(const Scenario& scenario) {
  check_branches(scenario);
  const std::vector<std::size_t> order = in_order(scenario);
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::map<std::string, std::uint16_t> branches;
  std::vector<WorkflowStep> steps;
  for (const std::size_t s : order) {
    const StepSpec& spec = scenario.steps[s];
    WorkflowStep step;
    step.probability = spec.probability;
    for (std::size_t d = 0; d < scenario.deployments.size(); ++d) {
      if (scenario.deployments[d].name == spec.deployment) step.deployment = d;
    }
    for (const std::string& before : spec.after) {
      step.after.push_back(place[index_of(scenario.steps, before)]);
    }
    if (!spec.branch.empty()) {
      const auto next = static_cast<std::uint16_t>(branches.size() + 1);
      step.branch = branches.emplace(spec.branch, next).first->second;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace faascast
