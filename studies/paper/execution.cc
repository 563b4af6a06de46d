// 5.1.2: warm execution, and what it is made of.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "platforms/compile.h"
#include "studies/compile.h"
#include "studies/paper/sections.h"

namespace faascast {
namespace {

/// The web server's share of handler.runtime; the rest there is the framework's. Measured likewise
/// (examples/scenarios/quickstart.toml).
constexpr const char* kServerAlone = "handler.runtime=336 us";

std::optional<double> mean_execution(const DeploymentReport& report) {
  return report.figures.execution.mean_s();
}

std::string memory_set(const std::string& platform, double megabytes) {
  const auto found = std::find(kPaperPlatforms.begin(), kPaperPlatforms.end(), platform);
  return fmt::format("deployment[{}].memory={:.0f} MB", found - kPaperPlatforms.begin(), megabytes);
}

/// An hour of the scenario's traffic is enough of a warm execution.
const std::vector<std::string> kAnHour = {"traffic.generator.duration=1 h"};

std::vector<std::string> with(std::vector<std::string> set, const std::string& more) {
  set.push_back(more);
  return set;
}

const DeploymentSpec& deployment_of(const Scenario& scenario, const std::string& name) {
  return *std::find_if(scenario.deployments.begin(), scenario.deployments.end(),
                       [&](const DeploymentSpec& each) { return each.name == name; });
}

double share_of(const PlatformSpec& spec, std::optional<Megabytes> memory) {
  return vcpu_share(spec, memory.value_or(spec.memory.preset), std::nullopt);
}

PaperRow warm_row(const PaperBench& bench, const PaperModel& model, const std::string& platform) {
  const Scenario scenario = bench.scenario(model.scenario, kAnHour);
  PaperRow row;
  row.model = model.name;
  row.platform = platform;
  row.quantity = "warm execution";
  row.unit = "s";
  row.basis = "predicted";
  row.paper = model.execution;
  put(row, bench.estimate(scenario, platform, {mean_execution}).front());
  const DeploymentSpec& deployment = deployment_of(scenario, platform);
  row.why = fmt::format(
      "the model in its framework, handler and platform overhead, at {} and {:.3g} vCPU; {}",
      deployment.memory ? format_memory(*deployment.memory) : "the platform's memory",
      share_of(*deployment.platform_spec, deployment.memory), against_paper(row));
  return row;
}

/// Runs that add one cause of time after another.
struct Step {
  std::string name{};
  std::string why{};
  std::vector<std::string> set{};
};

PaperRow step_row(const PaperBench& bench, const PaperModel& model, const Step& step) {
  PaperRow row;
  row.model = model.name;
  row.platform = "aws-lambda";
  row.quantity = step.name;
  row.unit = "s";
  row.basis = "predicted";
  row.paper = model.execution;
  put(row, bench.estimate(bench.scenario(model.scenario, step.set), "aws-lambda", {mean_execution})
               .front());
  row.why = step.why;
  return row;
}

std::vector<PaperRow> decomposition(const PaperBench& bench, const PaperModel& model) {
  const Scenario scenario = bench.scenario(model.scenario);
  const Inputs inputs = resolve_inputs(scenario, bench.options().study.store);
  const double kernel = seconds_of(inputs.model.cpu.mean());
  std::vector<PaperRow> rows;
  PaperRow row;
  row.model = model.name;
  row.platform = "profiling host";
  row.quantity = "of it: the kernel alone";
  row.unit = "s";
  row.basis = inputs.model.profile_hash.empty() ? "measured elsewhere" : "measured";
  row.paper = model.execution;
  row.simulated = kernel;
  row.low = seconds_of(inputs.model.cpu.quantile(0.05));
  row.high = seconds_of(inputs.model.cpu.quantile(0.95));
  row.why = inputs.model.description;
  rows.push_back(row);

  const std::string whole = "deployment[0].memory=1769 MB";
  const std::string most = memory_set("aws-lambda", *model.memory.high);
  const std::string least = memory_set("aws-lambda", *model.memory.low);
  const std::string load = fmt::format(
      "handler.postprocess={} us",
      std::llround(1e6 * seconds_of(scenario.handler.postprocess + inputs.model.load_cpu)));
  const std::vector<Step> steps = {
      {"of it: and decoding, on a whole vCPU",
       "decode, pre- and post-processing, web server, on a platform's vCPU (host factor)",
       with(with(kAnHour, whole), kServerAlone)},
      {"of it: and the framework", "calls go through Python and the framework",
       with(kAnHour, whole)},
      {"of it: and the CPU share of the most memory",
       "below one vCPU the quota stops work for a part of each 20 ms", with(kAnHour, most)},
      {"of it: and the CPU share of the least memory", "likewise", with(kAnHour, least)},
      {"of it: and the model loaded anew in each request",
       "as a handler does that loads its model inside the function; nothing is cached",
       with(with(kAnHour, least), load)},
  };
  for (const Step& step : steps) {
    // The framework does not fit the least memory of some models: that is an answer, too.
    try {
      rows.push_back(step_row(bench, model, step));
    } catch (const InputError& error) {
      PaperRow refused;
      refused.model = model.name;
      refused.platform = "aws-lambda";
      refused.quantity = step.name;
      refused.unit = "s";
      refused.basis = "predicted";
      refused.paper = model.execution;
      refused.why = "cannot be: " + error.problems().front().what;
      rows.push_back(refused);
    }
  }
  return rows;
}

/// CPU time that would take as long as the paper says, at the paper's memory.
PaperRow implied(const PaperBench& bench, const PaperModel& model) {
  const Scenario scenario = bench.scenario(model.scenario);
  const PlatformSpec& spec = *deployment_of(scenario, "aws-lambda").platform_spec;
  const auto share = [&](double megabytes) {
    return std::min(1.0, share_of(spec, Megabytes(std::llround(megabytes))));
  };
  PaperRow row;
  row.model = model.name;
  row.platform = "aws-lambda";
  row.quantity = "vCPU time a request that the paper's figures imply";
  row.unit = "s";
  row.basis = "arithmetic";
  row.low = model.execution.low.value_or(0.0) * share(*model.memory.low);
  row.high = model.execution.high.value_or(0.0) * share(*model.memory.high);
  row.simulated = 0.5 * (*row.low + *row.high);
  const Inputs inputs = resolve_inputs(scenario, bench.options().study.store);
  const double kernel = seconds_of(inputs.model.cpu.mean());
  row.why = fmt::format(
      "execution x CPU share, shortest at least memory to longest at most; the kernel here takes {}, so "
      "the paper's models were larger, or most of their time was not inference",
      format_duration(Duration(std::llround(kernel * 1e9))));
  return row;
}

PaperRow resnet(const PaperBench& bench) {
  PaperRow row;
  row.model = "ResNet-50";
  row.platform = "aws-lambda";
  row.quantity = "warm execution of a larger model";
  row.unit = "s";
  row.basis = "predicted";
  put(row, bench.estimate(bench.scenario("paper/resnet50", with(kAnHour, "deployment[0].memory=1024 MB")),
                          "aws-lambda", {mean_execution})
               .front());
  row.why =
      "PyTorch, 0.5 vCPU-s an inference, 1024 MB: measured there at 0.93 s (SeBS 2020). Execution as "
      "long as the paper's is that of a model of a third to a half of it";
  return row;
}

std::string order_of(const std::vector<PaperRow>& rows, const std::string& model) {
  std::vector<std::pair<double, std::string>> sorted;
  for (const PaperRow& row : rows) {
    if (row.model == model && row.quantity == "warm execution") {
      sorted.emplace_back(row.simulated.value_or(0.0), row.platform);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const auto& [time, name] : sorted) text += (text.empty() ? "" : " < ") + name;
  return text;
}

}  // namespace

PaperSection execution(const PaperBench& bench) {
  PaperSection section;
  section.title = "5.1.2: execution time";
  for (const PaperModel& model : paper_figures().models) {
    for (const char* platform : kPaperPlatforms) {
      section.rows.push_back(warm_row(bench, model, platform));
    }
  }
  section.sentences.push_back(
      fmt::format("Order for the CNN and the RNN: {}; {}. The paper: Google, Lambda closely, Azure "
                  "slightly behind.",
                  order_of(section.rows, "CNN"), order_of(section.rows, "RNN")));
  for (const PaperModel& model : paper_figures().models) {
    const std::vector<PaperRow> rows = decomposition(bench, model);
    section.rows.insert(section.rows.end(), rows.begin(), rows.end());
  }
  for (const PaperModel& model : paper_figures().models) {
    section.rows.push_back(implied(bench, model));
  }
  section.rows.push_back(resnet(bench));
  section.sentences.push_back(
      "Networks of the size that MNIST, IMDb and CartPole need take milliseconds, frameworks included. "
      "A small CPU share and a model that is loaded in every request bring them towards 150 to 500 ms; "
      "what is left is time that the paper's handlers spent outside inference, or larger models.");
  return section;
}

}  // namespace faascast
