#include "studies/hybrid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim-core/error.h"
#include "studies/report.h"
#include "studies/schema.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

Scenario read(const std::string& text) { return scenario_from_text(text, "test.toml", {}, {}); }

std::string problems_of(const std::string& text) {
  try {
    const Scenario scenario = read(text);
    (void)run_scenario(scenario);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

std::string with(const std::string& deployment, const std::string& more = "") {
  return R"(name = "mixed"
[traffic]
generator = { kind = "poisson", rate_per_s = 6, duration = "20 min" }
[model]
execution = "350 ms"
)" + more +
         "[[deployment]]\n" + deployment;
}

const char* const kHybrid = R"(hybrid = { base = "aws/c6i.large", overflow = "aws-lambda" }
count = 1
memory = "1024 MB"
keep_alive = "60 s"
)";

TEST(HybridDeployment, BothSidesAreRunAndBilled) {
  const RunReport report = run_scenario(read(with(kHybrid)));
  const DeploymentReport& d = report.deployments.at(0);
  EXPECT_EQ(d.kind, "hybrid");
  EXPECT_EQ(d.name, "aws/c6i.large + aws-lambda");
  ASSERT_EQ(d.parts.size(), 2U);
  EXPECT_EQ(d.parts[0].name, "base");
  EXPECT_EQ(d.parts[0].kind, "servers");
  EXPECT_EQ(d.parts[1].name, "overflow");
  EXPECT_EQ(d.parts[1].kind, "serverless");
  EXPECT_EQ(d.parts[0].figures.requests + d.parts[1].figures.requests, d.figures.requests);
  EXPECT_GT(d.parts[1].figures.requests, 0U);
  EXPECT_EQ(d.figures.throttled, 0U);
  EXPECT_EQ(d.bill_month.total(),
            MicroUsd(d.parts[0].bill_month.total() + d.parts[1].bill_month.total()));
  // A server a month at its list price.
  EXPECT_EQ(d.parts[0].bill_month.lines.size(), 1U);
  EXPECT_NEAR(d.parts[0].bill_month.lines[0].quantity, 730.0, 1e-6);
}

TEST(HybridDeployment, WhatTheQueueHoldsDoesNotOverflow) {
  const auto overflow = [](const std::string& queue) {
    std::string text = with(kHybrid);
    text.replace(text.find("\"aws-lambda\" }"), 14, "\"aws-lambda\", queue = " + queue + " }");
    return run_scenario(read(text)).deployments.at(0).parts.at(1).figures.requests;
  };
  EXPECT_GT(overflow("0"), overflow("2"));
  EXPECT_GT(overflow("2"), overflow("8"));
}

TEST(Mechanisms, AreReadIntoThePlan) {
  const Scenario scenario = read(with(R"(server = "aws/c6i.large"
count = 2
patience = "5 s"
hyperthread_yield = 1.3
breakdown = { up = { kind = "exponential", mean = "10 h" }, down = "5 min", retries = 1 }
batching = { maximum_size = 4, maximum_wait = "20 ms", fixed_share = 0.6 }
)"));
  const DeploymentSpec& spec = scenario.deployments.at(0);
  const Inputs inputs = resolve_inputs(scenario, {});
  const auto plan = std::get<ServerPlan>(compile_deployment(scenario, spec, inputs).plan.side);
  EXPECT_EQ(plan.vcpu_share, MilliVcpu(2000));
  EXPECT_EQ(plan.hyperthread_yield, 1300U);
  ASSERT_TRUE(plan.breakdown && plan.batching && plan.patience);
  EXPECT_EQ(plan.breakdown->retries, 1U);
  EXPECT_EQ(plan.breakdown->down.mean(), std::chrono::minutes(5));
  EXPECT_EQ(plan.batching->time_factor, (std::vector<std::uint32_t>{1000, 1400, 1800, 2200}));
}

TEST(Mechanisms, VersionsAndStateAreRunAndBilled) {
  const RunReport report = run_scenario(read(with("platform = \"aws-lambda\"\n", R"([state]
reads = 2
read_latency = "4 ms"
usd_per_million_reads = 0.25
[[version]]
name = "blue"
weight = 9
[[version]]
name = "green"
weight = 1
model = { execution = "700 ms" }
)")));
  const DeploymentReport& d = report.deployments.at(0);
  ASSERT_EQ(d.parts.size(), 2U);
  EXPECT_EQ(d.parts[1].name, "green");
  EXPECT_LT(d.parts[1].figures.requests * 4, d.parts[0].figures.requests);
  EXPECT_NEAR(*d.parts[0].figures.execution.mean_s(), 0.358, 1e-9);
  EXPECT_NEAR(*d.parts[1].figures.execution.mean_s(), 0.708, 1e-9);
  const double reads = 2.0 * static_cast<double>(d.figures.completed);
  EXPECT_EQ(static_cast<double>(d.figures.usage[Meter::kStateReads]), reads);
  double usd = 0.0;
  for (const BillLine& line : d.bill.lines) {
    if (line.quantity == reads) usd = usd_of(line.usd);
  }
  EXPECT_NEAR(usd, reads * 0.25e-6, 1e-6);
}

TEST(Mechanisms, DefaultsAreAsPrinted) {
  const Scenario scenario = read(with(R"(server = "aws/c6i.large"
breakdown = { up = "10 h", down = "5 min" }
batching = { maximum_size = 4, fixed_share = 0.6 }
)",
                                      R"([[deployment]]
hybrid = { base = "aws/c6i.large", overflow = "aws-lambda" }
[state]
reads = 1
read_latency = "1 ms"
[[step]]
deployment = "aws/c6i.large"
[[step]]
deployment = "aws/c6i.large + aws-lambda"
)"));
  const DeploymentSpec& servers = scenario.deployments.at(1);
  const std::map<std::string, std::string> read_as = {
      {"deployment.breakdown.retries", std::to_string(servers.breakdown->retries)},
      {"deployment.hybrid.queue", std::to_string(scenario.deployments.at(0).hybrid->queue)},
      {"state.writes", std::to_string(scenario.state.writes)},
      {"step.probability", scenario.steps.at(0).probability == 1.0 ? "1" : "another"}};
  std::size_t found = 0;
  for (const SchemaRow& row : schema_rows()) {
    const auto at = read_as.find(row.key);
    if (at == read_as.end()) continue;
    ++found;
    EXPECT_EQ(row.initial, at->second) << row.key;
  }
  EXPECT_EQ(found, read_as.size());
}

TEST(Mechanisms, MistakesAreNamedWithTheirMending) {
  struct Case {
    std::string text;
    std::string what;
  };
  const std::vector<Case> cases = {
      {with("hybrid = { base = \"aws/c6i.large\" }\n"), "overflow"},
      {with("hybrid = { base = \"aws/c6i.larg\", overflow = \"aws-lambda\" }\n"), "aws/c6i.large"},
      {with("hybrid = { base = \"aws/c6i.large\", overflow = \"aws-lambad\" }\n"), "aws-lambda"},
      {with(std::string(kHybrid) + "platform = \"aws-lambda\"\n"), "exactly one of"},
      {with(std::string(kHybrid) + "queue_limit = 3\n"), "hybrid.queue"},
      {with("platform = \"aws-lambda\"\nbatching = { maximum_size = 2, fixed_share = 1 }\n"),
       "give a maximum_wait"},
      {with("server = \"aws/c6i.large\"\nbreakdown = { up = \"0 s\", down = \"1 s\" }\n"),
       "never up"},
      {with("server = \"aws/c6i.large\"\nhyperthread_yield = 2.5\n"), "hyperthread_yield"},
      {with("server = \"aws/c7g.large\"\narch = \"arm\"\nhyperthread_yield = 1.3\n"), "one thread"},
      {with("server = \"aws/c6i.large\"\n", "[state]\nreads = 1\n"), "read_latency"},
      {with("platform = \"google-cloud-run\"\n", "[state]\nreads = 1\nread_latency = \"1 ms\"\n"),
       "usd_per_million_reads"},
      {with("server = \"aws/c6i.large\"\n", "[[version]]\nname = \"a\"\n"), "weight"},
  };
  for (const Case& one : cases) EXPECT_THAT(problems_of(one.text), HasSubstr(one.what)) << one.text;
}

const char* const kWorkflow = R"(name = "pipeline"
[traffic]
generator = { kind = "poisson", rate_per_s = 2, duration = "20 min" }
[model]
execution = "100 ms"
[objective]
p95 = "1 min"
[[deployment]]
name = "decode"
platform = "aws-lambda"
[[deployment]]
name = "small"
platform = "aws-lambda"
[[deployment]]
name = "large"
server = "aws/c6i.large"
[[step]]
name = "answer"
deployment = "small"
after = ["decode"]
probability = 0.8
branch = "size"
[[step]]
deployment = "large"
after = ["decode"]
probability = 0.2
branch = "size"
[[step]]
deployment = "decode"
)";

TEST(WorkflowScenario, RunsStepsAndTheWhole) {
  const RunReport report = run_scenario(read(kWorkflow));
  ASSERT_TRUE(report.workflow);
  EXPECT_EQ(report.workflow->requests, report.deployments[0].figures.requests);
  EXPECT_EQ(report.workflow->completed, report.workflow->requests);
  EXPECT_EQ(report.deployments[1].figures.requests + report.deployments[2].figures.requests,
            report.workflow->requests);
  EXPECT_GT(*report.workflow->latency.mean_s(), 0.2);
  EXPECT_EQ(report.workflow->meets_objective, true);
  EXPECT_FALSE(report.deployments[0].meets_objective) << "the objective is the workflow's";
  const auto json = nlohmann::json::parse(render(report, ReportFormat::kJson));
  EXPECT_EQ(json["workflow"]["completed"], report.workflow->completed);
  EXPECT_THAT(render(report, ReportFormat::kText), HasSubstr("end to end"));
}

TEST(WorkflowScenario, MistakesAreNamed) {
  std::string circle = kWorkflow;
  circle += "after = [\"large\"]\n";
  EXPECT_THAT(problems_of(circle), HasSubstr("circle"));
  std::string unknown = kWorkflow;
  unknown += "after = [\"larg\"]\n";
  EXPECT_THAT(problems_of(unknown), HasSubstr("large"));
  std::string more = kWorkflow;
  more.replace(more.find("probability = 0.2"), 17, "probability = 0.3");
  EXPECT_THAT(problems_of(more), HasSubstr("add up to 1.1"));
  std::string unused = kWorkflow;
  unused += "[[deployment]]\nname = \"spare\"\nserver = \"aws/c6i.large\"\n";
  EXPECT_THAT(problems_of(unused), HasSubstr("spare"));
}

std::string study(const std::string& objective = "[objective]\np95 = \"2 s\"\n") {
  return R"(name = "study"
[traffic]
generator = { kind = "poisson", rate_per_s = 20, duration = "30 min" }
[model]
execution = { kind = "exponential", mean = "300 ms" }
)" + objective +
         R"([[deployment]]
platform = "aws-lambda"
memory = "1769 MB"
[[deployment]]
server = "aws/c6i.large"
)";
}

TEST(HybridStudy, FindsTheCheapestBase) {
  const HybridReport report = hybrid(read(study()), {.replications = 3});
  ASSERT_GE(report.rows.size(), 4U);
  EXPECT_EQ(report.rows.front().count, 0U);
  EXPECT_EQ(report.rows.front().overflow_share, 1.0);
  for (std::size_t i = 1; i < report.rows.size(); ++i) {
    if (report.rows[i - 1].overflow_share == 0.0) continue;
    EXPECT_LT(report.rows[i].overflow_share, report.rows[i - 1].overflow_share)
        << "the same arrivals, one more server";
  }
  ASSERT_TRUE(report.best) << report.sentence;
  double least = 1e300;
  for (const HybridRow& row : report.rows) {
    if (row.feasible) least = std::min(least, row.usd_per_month);
  }
  for (const HybridRow& row : report.rows) {
    if (row.count == *report.best) {
      EXPECT_EQ(row.usd_per_month, least);
    }
  }
  // Every count whose servers alone are cheaper was looked at or lies between dearer neighbours.
  EXPECT_GE(report.rows.back().servers_usd + report.rows[1].servers_usd, least);
  EXPECT_GT(report.saving, 0.0);
  EXPECT_LE(report.saving_low, report.saving);
  EXPECT_GE(report.saving_high, report.saving);
}

TEST(HybridStudy, EveryFormatTellsTheAnswer) {
  const HybridReport report = hybrid(read(study()), {.replications = 2});
  const std::string text = render(report, ReportFormat::kText);
  EXPECT_THAT(text, HasSubstr("<- cheapest"));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    EXPECT_LE(end - at, 80U) << text.substr(at, end - at);
    at = end + 1;
  }
  const auto json = nlohmann::json::parse(render(report, ReportFormat::kJson));
  EXPECT_EQ(json["best"]["count"], *report.best);
  EXPECT_EQ(json["rows"].size(), report.rows.size());
  EXPECT_THAT(render(report, ReportFormat::kCsv), HasSubstr("count,usd_per_month"));
  EXPECT_THAT(render(report, ReportFormat::kMarkdown), HasSubstr("# study"));
  EXPECT_THAT(render(report, ReportFormat::kHtml), HasSubstr("<svg"));
}

TEST(HybridStudy, AsksForWhatItNeeds) {
  const auto problem = [](const std::string& text, const HybridOptions& options = {}) {
    try {
      (void)hybrid(read(text), options);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(problem(study("")), HasSubstr("no [objective]"));
  EXPECT_THAT(problem(study(), {.dedicated = "nowhere"}), HasSubstr("aws/c6i.large"));
  EXPECT_THAT(problem(study() + "[[deployment]]\nserver = \"aws/c6i.xlarge\"\n"),
              HasSubstr("--dedicated"));
}

}  // namespace
}  // namespace faascast
