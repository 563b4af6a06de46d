// 5.2: memory, CPU utilisation, and what fits at all.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "platforms/compile.h"
#include "studies/compile.h"
#include "studies/paper/sections.h"
#include "workloads/profile.h"

namespace faascast {
namespace {

constexpr double kMegabyte = 1048576.0;

PaperRow resident(const PaperModel& model, const Scenario& scenario) {
  PaperRow row;
  row.model = model.name;
  row.platform = "Python and its framework";
  row.quantity = "memory in use";
  row.unit = "MB";
  row.basis = "measured";
  row.paper = model.memory;
  row.simulated = static_cast<double>(scenario.model.memory_used.value());
  row.low = row.simulated;
  row.high = row.simulated;
  row.why = fmt::format("resident set, measured by examples/paper/measure_frameworks.py; {}",
                        against_paper(row));
  return row;
}

PaperRow executor(const PaperModel& model, const Scenario& scenario) {
  PaperRow row;
  row.model = model.name;
  row.platform = "this program's executor";
  row.quantity = "memory in use";
  row.unit = "MB";
  row.basis = "measured";
  row.paper = model.memory;
  const ExecutionProfile profile = find_profile(scenario.model.profile);
  row.simulated = static_cast<double>(profile.peak_memory_bytes) / kMegabyte;
  row.low = row.simulated;
  row.high = row.simulated;
  row.why = fmt::format("peak resident set of the process, {:.2f} MB of it weights",
                        static_cast<double>(profile.weight_bytes) / kMegabyte);
  return row;
}

PaperRow least_sold(const PaperModel& model, const DeploymentSpec& deployment, Megabytes used) {
  PaperRow row;
  row.model = model.name;
  row.platform = deployment.name;
  row.quantity = "least memory to configure";
  row.unit = "MB";
  row.basis = "arithmetic";
  row.paper = model.memory;
  const std::vector<Megabytes> sizes = memory_candidates(*deployment.platform_spec, used);
  if (!sizes.empty()) {
    row.simulated = static_cast<double>(sizes.front().value());
    row.low = row.simulated;
    row.high = row.simulated;
  }
  row.why = fmt::format("the least size tried that holds {}; more buys CPU, not room",
                        format_memory(used));
  return row;
}

/// CPU time that requests take of what their instances have while they run.
std::optional<double> utilisation(const Scenario& scenario, const Inputs& inputs,
                                  const DeploymentReport& report) {
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (deployment.name != report.name) continue;
    const CompiledDeployment compiled = compile_deployment(scenario, deployment, inputs);
    const PlatformSpec& spec = *deployment.platform_spec;
    const double share = std::min(
        1.0, vcpu_share(spec, deployment.memory.value_or(spec.memory.preset), deployment.cpu));
    const Work& work = compiled.plan.work;
    const double cpu = seconds_of(work.execution.mean()) + seconds_of(work.handler) -
                       (inputs.model.is_final ? 0.0 : seconds_of(spec.warm_overhead));
    const auto busy = report.figures.execution.mean_s();
    if (!busy || *busy <= 0.0) return std::nullopt;
    return std::min(1.0, cpu / (*busy * share));
  }
  return std::nullopt;
}

PaperRow cpu_row(const PaperBench& bench, const PaperModel& model, const std::string& platform) {
  const Scenario scenario =
      bench.scenario(model.scenario, {"traffic.generator.duration=1 h"});
  PaperRow row;
  row.model = model.name;
  row.platform = platform;
  row.quantity = "CPU utilisation while a request runs";
  row.unit = "1";
  row.basis = "predicted";
  row.paper = paper_figures().quantity("cpu_utilisation");
  const Inputs inputs = resolve_inputs(scenario, bench.options().study.store);
  put(row, bench.estimate(PaperBench::only(scenario, {platform}),
                          [&](const Scenario& changed, const RunReport& report) {
                            return utilisation(changed, inputs, deployment_named(report, platform));
                          }));
  row.why = fmt::format(
      "CPU time over busy time x vCPU share; the rest is the platform's own time in each request; {}",
      against_paper(row));
  return row;
}

/// What a package is and where it goes; data/packages.toml.
PaperRow fits(const PaperBench& bench, const TomlNode& node) {
  PaperRow row;
  row.model = node["what"].string().value_or("");
  row.platform = node["platform"].string().value_or("");
  row.quantity = fmt::format("fits as {}", node["as"].string().value_or(""));
  row.unit = "MB";
  row.basis = "feasibility";
  const double megabytes = node["megabytes"].number(0.0, 1e9).value_or(0.0);
  std::vector<std::string> set;
  for (const TomlNode& change : node["set"].elements()) set.push_back(change.string().value_or(""));
  try {
    const Scenario scenario =
        PaperBench::only(bench.scenario(node["scenario"].string().value_or(""), set), {row.platform});
    static_cast<void>(compile(scenario, resolve_inputs(scenario, bench.options().study.store)));
    row.simulated = megabytes;
    row.low = megabytes;
    row.high = megabytes;
    row.why = "fits";
  } catch (const InputError& error) {
    row.why = "does not fit: " + error.problems().front().what;
  }
  return row;
}

}  // namespace

PaperSection memory(const PaperBench& bench) {
  PaperSection section;
  section.title = "5.2: memory, CPU, storage";
  for (const PaperModel& model : paper_figures().models) {
    const Scenario scenario = bench.scenario(model.scenario);
    section.rows.push_back(resident(model, scenario));
    if (!scenario.model.profile.empty()) section.rows.push_back(executor(model, scenario));
  }
  for (const PaperModel& model : paper_figures().models) {
    const Scenario scenario = bench.scenario(model.scenario);
    for (const DeploymentSpec& deployment : scenario.deployments) {
      if (!deployment.platform_spec) continue;
      section.rows.push_back(least_sold(model, deployment, scenario.model.memory_used));
    }
  }
  for (const PaperModel& model : paper_figures().models) {
    for (const char* platform : kPaperPlatforms) {
      section.rows.push_back(cpu_row(bench, model, platform));
    }
  }
  const TomlDocument packages =
      TomlDocument::from_text(paper_data("packages.toml"), "packages.toml");
  for (const TomlNode& node : packages.root()["package"].elements()) {
    section.rows.push_back(fits(bench, node));
  }
  packages.finish();
  section.sentences.push_back(
      "The framework, not the model, is what fills memory: 101 to 238 MB of it against 10 to 15 MB for "
      "the same networks in a small executor. The paper's 512 MB to 2 GB buy CPU, not room.");
  section.sentences.push_back(
      "Short requests cannot use 80 to 90 % of a CPU share: the platform's own milliseconds are a large "
      "part of them. Requests as long as the paper's can.");
  return section;
}

}  // namespace faascast
