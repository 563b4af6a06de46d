#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// Runs a scenario and reads its JSON.
json result_of(const Program& program, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Outcome outcome = program.run(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");  // nothing is told to a pipe
  return json::parse(outcome.out, nullptr, false);
}

json small_result(const Program& program, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"run", program.file("small.toml", small_scenario())});
  return result_of(program, more);
}

TEST(Run, GivesTheShapeOfTheContract) {
  const Program program;
  const json result = small_result(program);
  EXPECT_EQ(result["schema"], 1);
  EXPECT_EQ(result["seed"], 3);
  EXPECT_EQ(result["scenario"], "small");
  EXPECT_TRUE(result["profile_hash"].is_null());
  EXPECT_EQ(result["fingerprint"].get<std::string>().size(), 16U);
  EXPECT_EQ(result["span_s"], 600.0);
  ASSERT_EQ(result["deployments"].size(), 2U);
  EXPECT_EQ(result["deployments"][0]["kind"], "serverless");
  EXPECT_EQ(result["deployments"][1]["kind"], "servers");
}

TEST(Run, CountsAddUp) {
  const Program program;
  for (const json& deployment : small_result(program)["deployments"]) {
    EXPECT_EQ(deployment["requests"].get<int>(),
              deployment["completed"].get<int>() + deployment["throttled"].get<int>() +
                  deployment["timed_out"].get<int>() + deployment["failed"].get<int>() +
                  deployment["in_flight"].get<int>());
    const json& instances = deployment["instances"];
    EXPECT_NEAR(instances["mean"].get<double>(),
                instances["busy_mean"].get<double>() + instances["idle_mean"].get<double>(), 1e-9);
    double sum = 0.0;
    for (const json& line : deployment["bill_usd"]["lines"]) sum += line["usd"].get<double>();
    EXPECT_NEAR(deployment["bill_usd"]["total"].get<double>(), sum, 1e-9);
  }
  // 2 a second for 600 s: 1200 +- 5 standard deviations of 34.6
  EXPECT_NEAR(small_result(program)["deployments"][0]["requests"].get<double>(), 1200.0, 175.0);
}

TEST(Run, ServersAreBilledForTheMonthWhateverArrives) {
  const Program program;
  const json servers = small_result(program)["deployments"][1];
  // 2 x 600 s in the span; 2 x 730 h x $0.085 = $124.10 a month.
  EXPECT_NEAR(servers["usage"]["server_seconds"].get<double>(), 1200.0, 1e-6);
  EXPECT_NEAR(servers["bill_month_usd"]["lines"][0]["usd"].get<double>(), 124.10, 0.005);
}

TEST(Run, WarmWorkIsAsConfigured) {
  const Program program;
  const json functions = small_result(program)["deployments"][0];
  EXPECT_NEAR(functions["execution_s"]["p50"].get<double>(), 0.350, 0.350 * 1e-2);
  EXPECT_GT(functions["cold_starts"].get<int>(), 0);
  // $0.20 a million requests, rounded to the micro-dollar.
  for (const json& line : functions["bill_usd"]["lines"]) {
    if (line["name"] != "requests") continue;
    EXPECT_NEAR(line["usd"].get<double>(), functions["requests"].get<double>() * 0.2e-6, 5.1e-7);
  }
}

TEST(Run, IsTheSameForAnyNumberOfThreads) {
  const Program program;
  const std::string one = program.run({"run", "quickstart", "--json", "--threads", "1"}).out;
  EXPECT_THAT(one, HasSubstr("fingerprint"));
  for (const char* threads : {"2", "7"}) {
    EXPECT_EQ(program.run({"run", "quickstart", "--json", "--threads", threads}).out, one)
        << threads;
  }
}

TEST(Run, DependsOnTheSeedAndOnNothingElse) {
  const Program program;
  const json first = small_result(program);
  EXPECT_EQ(small_result(program), first);
  EXPECT_NE(small_result(program, {"--seed", "4"})["fingerprint"], first["fingerprint"]);
  EXPECT_EQ(small_result(program, {"--seed", "3"})["fingerprint"], first["fingerprint"]);
}

TEST(Run, SetChangesTheScenario) {
  const Program program;
  const json result = small_result(program, {"--set", "traffic.scale=2", "--set", "name=double"});
  EXPECT_EQ(result["scenario"], "double");
  // A generator is scaled in time: the same requests in half the span.
  EXPECT_EQ(result["span_s"], 300.0);
  EXPECT_NEAR(result["inferences_per_day"].get<double>(),
              2 * small_result(program)["inferences_per_day"].get<double>(), 1.0);
}

TEST(Run, WritesEveryFileWholeAndNothingElse) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  const Outcome outcome = program.run(
      {"run", scenario, "--json", "-o", "a.json", "-o", "a.csv", "-o", "a.md", "-o", "a.txt"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(program.read("a.json"), outcome.out);
  EXPECT_EQ(program.read("a.csv"), program.run({"run", scenario, "--csv"}).out);
  EXPECT_EQ(program.read("a.md"), program.run({"run", scenario, "--markdown"}).out);
  EXPECT_EQ(program.read("a.txt"), program.run({"run", scenario}).out);
  for (const auto& entry : std::filesystem::directory_iterator(program.folder())) {
    EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << entry.path();
  }
}

TEST(Run, RequireTurnsAMissedObjectiveIntoAnExitCode) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  EXPECT_EQ(program.run({"run", scenario, "--require"}).exit_code, 0);
  const std::vector<std::string> strict = {"run", scenario, "--set", "objective.p99=1 ms"};
  EXPECT_EQ(program.run(strict).exit_code, 0);
  std::vector<std::string> required = strict;
  required.emplace_back("--require");
  const Outcome outcome = program.run(required);
  EXPECT_EQ(outcome.exit_code, 99);
  EXPECT_THAT(outcome.out, HasSubstr("misses the objective: p99"));
}

TEST(Run, CtrlCShowsWhatWasFoundUntilThen) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  const Outcome outcome = program.interrupt(
      {"run", scenario, "--json", "--set", "traffic.generator.rate_per_s=10000", "--set",
       "traffic.generator.duration=365 d", "--set", "deployment[1].count=2000", "--threads", "1"});
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  const json result = json::parse(outcome.out, nullptr, false);
  ASSERT_TRUE(result.is_object()) << outcome.out.substr(0, 200);
  EXPECT_EQ(result["interrupted"], true);
}

TEST(Run, KeepsAResultWhereAsked) {
  const Program program;
  const std::string scenario = program.file("small.toml", small_scenario());
  const Outcome saved =
      program.run({"run", scenario, "--json", "--save", "--store", "results.sqlite"});
  ASSERT_EQ(saved.exit_code, 0) << saved.err;
  const Outcome list = program.run({"runs", "list", "--store", "results.sqlite", "--json"});
  const json runs = json::parse(list.out, nullptr, false);
  ASSERT_EQ(runs.size(), 1U) << list.err;
  EXPECT_EQ(runs[0]["scenario"], "small");
  EXPECT_EQ(program.run({"runs", "show", "1", "--store", "results.sqlite"}).out, saved.out);
  EXPECT_EQ(program.run({"runs", "show", "2", "--store", "results.sqlite"}).exit_code, 2);
}

TEST(Run, TheTemplateIsAScenarioThatRuns) {
  const Program program;
  EXPECT_EQ(program.run({"run", "--save-template", "mine.toml"}).exit_code, 0);
  EXPECT_EQ(program.run({"run", "--save-template"}).out, program.read("mine.toml"));
  EXPECT_EQ(program.run({"run", "mine.toml"}).exit_code, 0);
  const Outcome again = program.run({"run", "--save-template", "mine.toml"});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("exists already"));
}

TEST(Compare, PutsTheCheapestThatMeetsTheObjectiveFirst) {
  const Program program;
  const json result = result_of(program, {"compare", "quickstart"});
  double last = 0.0;
  bool missed = false;
  for (const json& deployment : result["deployments"]) {
    const bool meets = deployment["meets_objective"];
    EXPECT_FALSE(missed && meets);
    const double cost = deployment["bill_month_usd"]["total"];
    if (meets || missed) {
      EXPECT_GE(cost, last);
    }
    last = cost;
    missed = !meets;
  }
  EXPECT_THAT(result["notes"][0].get<std::string>(), HasSubstr("a month"));
}

TEST(Breakeven, OfListPricesIsNearTheClosedForm) {
  const Program program;
  const json result = result_of(program, {"breakeven", "list-price-cnn", "--replications", "3"});
  const json& pair = result["pairs"].at(0);
  ASSERT_EQ(pair["verdict"], "crosses");
  const json& crossing = pair["crossings"].at(0);
  EXPECT_EQ(crossing["cheaper_below"], "lambda");
  // The scenario's own comment derives 808,645; cold starts are billed on top, so it is less.
  EXPECT_NEAR(crossing["inferences_per_day"].get<double>(), 808'645.0, 0.03 * 808'645.0);
  for (const char* interval : {"sampling", "calibration"}) {
    EXPECT_LE(crossing[interval][0].get<double>(), crossing["inferences_per_day"].get<double>());
    EXPECT_GE(crossing[interval][1].get<double>(), crossing["inferences_per_day"].get<double>());
  }
  EXPECT_NEAR(pair["spreadsheet"]["inferences_per_day"].get<double>(), 808'645.0, 8'100.0);
}

/// One client that asks again as soon as it is answered: 350 ms of work and 10 ms of network.
TEST(Run, ClientsThatWaitGetWhatTheDeploymentGives) {
  const Program program;
  const std::string scenario = R"(
name = "clients"
[traffic]
generator = { kind = "mlperf-single-stream", duration = "36 s" }
[model]
execution = "350 ms"
[[deployment]]
name = "slow"
server = "aws/c6i.large"
count = 1
[[deployment]]
name = "functions"
platform = "aws-lambda"
region = "us-east-1"
memory = "2048 MB"
cold_start = {}
)";
  const std::string file = program.file("clients.toml", scenario);
  const json result = result_of(program, {"run", file});
  const json& servers = result["deployments"][0];
  const double latency = servers["latency_s"]["mean"];
  EXPECT_GE(latency, 0.35);
  EXPECT_NEAR(servers["requests"].get<double>(), 36.0 / latency, 1.0);
  const Outcome text = program.run({"run", file});
  EXPECT_THAT(text.out, HasSubstr("one query after another for 36 s"));
  EXPECT_THAT(text.out, HasSubstr("wait for their answers"));
  // Where deployments are held against the same traffic there is none to hold them against.
  const Outcome breakeven = program.run({"breakeven", file});
  EXPECT_EQ(breakeven.exit_code, 2);
  EXPECT_THAT(breakeven.err, HasSubstr("[objective]"));
  const Outcome generated = program.run(
      {"trace", "generate", "--kind", "closed-loop", "--duration", "1 h", "-o", "x.csv"});
  EXPECT_EQ(generated.exit_code, 2);
  EXPECT_THAT(generated.err, HasSubstr("has no arrivals of its own"));
}

}  // namespace
}  // namespace faascast
