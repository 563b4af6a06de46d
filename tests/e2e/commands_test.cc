#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json json_of(const Program& program, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Outcome outcome = program.run(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return json::parse(outcome.out, nullptr, false);
}

TEST(Hybrid, FindsTheCheapestBase) {
  const Program program;
  program.file("s.toml", small_scenario());
  const json found = json_of(program, {"hybrid", "s.toml", "--replications", "2", "--set",
                                       "traffic.generator.rate_per_s=20"});
  EXPECT_EQ(found["serverless"], "functions");
  EXPECT_EQ(found["dedicated"], "servers");
  EXPECT_GE(found["rows"].size(), 4U);
  EXPECT_FALSE(found["sentence"].get<std::string>().empty());
  EXPECT_EQ(program.run({"hybrid", "s.toml", "--dedicated", "other"}).exit_code, 2);
  EXPECT_EQ(program.run({"hybrid"}).exit_code, 2);
}

TEST(Help, IsThereForEveryCommand) {
  const Program program;
  EXPECT_THAT(program.run({"--version"}).out, StartsWith("faascast "));
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"run"},
                                                          {"compare"},
                                                          {"breakeven"},
                                                          {"hybrid"},
                                                          {"price"},
                                                          {"price", "show"},
                                                          {"price", "quote"},
                                                          {"price", "import"},
                                                          {"profile"},
                                                          {"platforms"},
                                                          {"trace"},
                                                          {"trace", "info"},
                                                          {"trace", "generate"},
                                                          {"trace", "convert"},
                                                          {"runs"},
                                                          {"calibrate"},
                                                          {"validate"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--help");
    const Outcome outcome = program.run(command);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_THAT(outcome.out, HasSubstr("--help")) << command.front();
    if (command.size() < 3) {
      EXPECT_THAT(outcome.out, HasSubstr("Examples:")) << command.front();
    }
  }
}

TEST(Price, OfTheProvidersOwnExample) {
  const Program program;
  // 3 million requests of 1 s at 512 MB: 1.5 million GB-s less 400,000 free are
  // 1,100,000 x $0.0000166667 = $18.33337; 2 million requests above the free one are $0.40.
  const json quote =
      json_of(program, {"price", "--platform", "aws-lambda", "--memory", "512 MB", "--duration",
                        "1 s", "--requests", "3000000", "--free-tier"});
  EXPECT_EQ(quote["bill_month_usd"]["total"], 18.73337);
  EXPECT_EQ(quote["usd_per_million"], 6.244457);
  const json without = json_of(program, {"price", "--platform", "aws-lambda", "--memory", "512 MB",
                                         "--duration", "1 s", "--requests", "3000000"});
  // 1,500,000 x $0.0000166667 + 3 x $0.20
  EXPECT_EQ(without["bill_month_usd"]["total"], 25.60005);
}

TEST(Price, OfServersIsTheirHours) {
  const Program program;
  const json quote = json_of(program, {"price", "--server", "aws/c6i.large", "--count", "2"});
  EXPECT_EQ(quote["bill_month_usd"]["total"], 124.1);  // 2 x 730 h x $0.085
  EXPECT_TRUE(quote["usd_per_million"].is_null());
}

TEST(Price, ShowsSourcesInEveryFormat) {
  const Program program;
  for (const char* format : {"", "--csv", "--markdown"}) {
    std::vector<std::string> arguments = {"price", "--platform", "aws-lambda", "--requests",
                                          "1000"};
    if (*format != '\0') arguments.emplace_back(format);
    const Outcome outcome = program.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("requests"));
    EXPECT_THAT(outcome.out, HasSubstr("total"));
  }
}

TEST(Price, IsQuotedUnderEitherName) {
  const Program program;
  const std::vector<std::string> work = {"--platform", "aws-lambda", "--requests", "1000000",
                                         "--duration", "100 ms",     "--memory",   "1024 MB"};
  std::vector<std::string> old_name = {"price"};
  std::vector<std::string> new_name = {"price", "quote"};
  old_name.insert(old_name.end(), work.begin(), work.end());
  new_name.insert(new_name.end(), work.begin(), work.end());
  EXPECT_EQ(program.run(old_name).out, program.run(new_name).out);
  // 100,000 GB-s at $0.0000166667 and at a savings plan's $0.0000147, and $0.20 of requests.
  EXPECT_EQ(json_of(program, new_name)["bill_month_usd"]["total"], 1.86667);
  new_name.insert(new_name.end(), {"--purchase", "savings-plan"});
  EXPECT_EQ(json_of(program, new_name)["bill_month_usd"]["total"], 1.67);
}

TEST(Price, IsShownWithItsSource) {
  const Program program;
  const json shown = json_of(program, {"price", "show", "aws-lambda", "--region", "us-east-1"});
  EXPECT_GE(shown["prices"].size(), 5U);
  for (const json& price : shown["prices"]) {
    EXPECT_NE(price["source"], "");
    EXPECT_NE(price["as_of"], "");
  }
  EXPECT_THAT(program.run({"price", "show", "--list", "--csv"}).out, HasSubstr("google-cloud-run"));
  EXPECT_THAT(program.run({"price", "show", "aws/c6i.large"}).out, HasSubstr("$0.085 per hour"));
  const Outcome unknown = program.run({"price", "show", "aws-lamda"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'aws-lambda'?"));
  const Outcome nothing = program.run({"price", "show"});
  EXPECT_EQ(nothing.exit_code, 2);
  const Outcome date =
      program.run({"price", "show", "aws-lambda", "--as-of", "last week"});
  EXPECT_EQ(date.exit_code, 2);
  EXPECT_THAT(date.err, HasSubstr("is not a date"));
}

TEST(Price, OfOnesOwnListIsImportedAndUsed) {
  const Program program;
  program.file("contract.csv",
               "id,region,unit,usd\naws-lambda/requests,us-east-1,request,0.0000001\n");
  const Outcome imported =
      program.run({"price", "import", "contract.csv", "--source", "contract 4711", "--as-of",
                   "2026-10-01", "-o", "mine.toml"});
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("1 price in mine.toml"));
  const json quote = json_of(program, {"price", "quote", "--platform", "aws-lambda", "--requests",
                                       "1000000", "--prices", "mine.toml"});
  EXPECT_EQ(quote["bill_month_usd"]["lines"][0]["name"], "requests");
  EXPECT_EQ(quote["bill_month_usd"]["lines"][0]["usd"], 0.1);
  const std::string before = program.read("mine.toml");
  const Outcome again = program.run({"price", "import", "contract.csv", "--source", "x", "--as-of",
                                     "2026-10-01", "-o", "mine.toml"});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_EQ(program.read("mine.toml"), before);
  program.file("bad.csv", "id,region,unit,usd\naws-lambda/requests,us-east-1,request,-1\n");
  const Outcome bad = program.run({"price", "import", "bad.csv", "-o", "bad.toml"});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.err, HasSubstr("bad.csv:2:"));
  EXPECT_THAT(bad.err, HasSubstr("negative"));
  EXPECT_THAT(bad.err, HasSubstr("no source"));
  EXPECT_FALSE(program.exists("bad.toml"));
}

TEST(Platforms, AreListedAndEveryFigureHasASource) {
  const Program program;
  const json list = json_of(program, {"platforms", "list"});
  ASSERT_GE(list.size(), 4U);
  for (const json& platform : list) {
    const json shown = json_of(program, {"platforms", "show", platform["name"]});
    EXPECT_GT(shown["figures"].size(), 10U);
    for (const json& figure : shown["figures"]) {
      EXPECT_NE(figure["source"], "") << platform["name"] << figure["path"];
      EXPECT_NE(figure["kind"], "") << platform["name"] << figure["path"];
    }
  }
  EXPECT_THAT(program.run({"platforms", "list"}).out, HasSubstr("aws-lambda"));
  EXPECT_THAT(program.run({"platforms", "show", "aws-lambda"}).out, HasSubstr("keep_alive.curve"));
}

TEST(Platforms, ShowTheRulesOfADay) {
  const Program program;
  const auto granularity = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"platforms", "show", "aws-lambda"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const json shown = json_of(program, arguments);
    for (const json& figure : shown["figures"]) {
      if (figure["path"] == "metering.granularity") return figure["value"].get<std::string>();
    }
    return std::string("no such figure");
  };
  EXPECT_EQ(granularity({}), "1 ms");
  EXPECT_EQ(granularity({"--as-of", "2020-06-30"}), "100 ms");
  EXPECT_EQ(program.run({"platforms", "show", "aws-lambda", "--as-of", "yesterday"}).exit_code, 2);
}

TEST(Platforms, DiffNamesWhatDiffers) {
  const Program program;
  const json diff = json_of(program, {"platforms", "diff", "aws-lambda", "google-cloud-functions"});
  EXPECT_TRUE(std::any_of(diff["figures"].begin(), diff["figures"].end(),
                          [](const json& row) { return row["path"] == "cpu_share.law"; }));
  EXPECT_TRUE(json_of(program, {"platforms", "diff", "knative", "knative"})["figures"].empty());
}

TEST(Platforms, CheckTellsEveryProblemOfAFile) {
  const Program program;
  EXPECT_EQ(program.run({"platforms", "check", "openwhisk"}).exit_code, 0);
  const std::string file = program.file(
      "bad.toml",
      "inherits = \"aws-lambda\"\nname = \"bad\"\ntimeout = \"5 s\"\n"
      "network = { value = \"5 parsecs\", kind = \"vendor-doc\", source = \"x\", "
      "as_of = \"2026\", confidence = \"A\" }\n");
  const Outcome checked = program.run({"platforms", "check", file});
  EXPECT_EQ(checked.exit_code, 2);
  EXPECT_THAT(checked.err, HasSubstr("with its source"));
  EXPECT_THAT(checked.err, HasSubstr("parsecs"));
}

TEST(Trace, IsGeneratedTheSameEveryTimeAndReadBack) {
  const Program program;
  const std::vector<std::string> generate = {"trace",  "generate", "--kind", "gamma",      "--rate",
                                             "12",     "--cv",     "4",      "--duration", "1h",
                                             "--seed", "1",        "-o"};
  for (const char* name : {"a.csv", "b.csv"}) {
    std::vector<std::string> arguments = generate;
    arguments.emplace_back(name);
    const Outcome outcome = program.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(program.read("a.csv"), program.read("b.csv"));
  EXPECT_THAT(program.read("a.csv"), StartsWith("arrival_s"));
  const json info = json_of(program, {"trace", "info", "a.csv"});
  const std::string text = program.read("a.csv");
  EXPECT_EQ(info["requests"], std::count(text.begin(), text.end(), '\n') - 1);
  // 43,200 expected; the count's standard deviation is about cv * sqrt(n) = 831.
  EXPECT_NEAR(info["requests"].get<double>(), 43'200.0, 5 * 831.0);
  EXPECT_NEAR(info["interarrival_cv"].get<double>(), 4.0, 0.5);
}

TEST(Trace, IsConvertedToPlainRows) {
  const Program program;
  program.file("in.csv", "timestamp\n2024-01-01T00:00:00Z\n2024-01-01T00:00:01.5Z\n");
  const Outcome outcome = program.run({"trace", "convert", "in.csv", "-o", "out.csv"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(program.read("out.csv"), HasSubstr("1.5"));
  EXPECT_THAT(program.run({"trace", "info", "in.csv"}).out, HasSubstr("requests"));
}

TEST(Trace, IsConvertedToABinaryTraceThatReadsTheSame) {
  const Program program;
  std::string rows = "arrival_s,function,execution_s\n";
  for (int i = 0; i < 3000; ++i) {
    rows += std::to_string(i) + ",f" + std::to_string(i % 7) + ",0." + std::to_string(i % 9) + "\n";
  }
  program.file("in.csv", rows);
  EXPECT_EQ(program.run({"trace", "convert", "in.csv", "-o", "packed.fct"}).exit_code, 0);
  EXPECT_EQ(program.run({"trace", "convert", "in.csv", "-o", "a.csv"}).exit_code, 0);
  EXPECT_EQ(program.run({"trace", "convert", "packed.fct", "-o", "b.csv"}).exit_code, 0);
  EXPECT_EQ(program.read("a.csv"), program.read("b.csv"));
  const json info = json_of(program, {"trace", "info", "packed.fct"});
  EXPECT_EQ(info["requests"], 3000);
  EXPECT_NEAR(info["popularity"]["busiest_share"].get<double>(), 429.0 / 3000.0, 1e-9);
  EXPECT_EQ(info["rates"]["per_s"].size(), 60U);
  const std::string whole = program.read("packed.fct");
  program.file("cut.fct", whole.substr(0, whole.size() / 2));
  const Outcome cut = program.run({"trace", "info", "cut.fct"});
  EXPECT_EQ(cut.exit_code, 2);
  EXPECT_THAT(cut.err, AllOf(HasSubstr("cut.fct: byte "), HasSubstr("convert the trace again")));
}

TEST(Profile, OfSamplesMeasuredElsewhere) {
  const Program program;
  std::string samples = "execution_s\n";
  for (int i = 1; i <= 1000; ++i) samples += "0." + std::to_string(1000 + i) + "\n";
  program.file("measured.csv", samples);
  const json profile = json_of(program, {"profile", "--from", "measured.csv", "-o", "mine.json"});
  EXPECT_EQ(profile["samples"], 1000);
  // 0.1001 .. 0.2000 s in equal steps: mean 0.15005, median about the same.
  EXPECT_NEAR(profile["execution_s"]["mean"].get<double>(), 0.15005, 1e-4);
  EXPECT_NEAR(profile["execution_s"]["p50"].get<double>(), 0.15, 1e-3);
  EXPECT_TRUE(program.exists("mine.json"));
}

TEST(Profile, OfAShippedModelIsMeasuredAndPinned) {
  const Program program;
  const json profile = json_of(program, {"profile", "logreg-mnist-odd", "--samples", "100",
                                         "--seconds", "1", "-o", "mine.json"});
  EXPECT_GT(profile["execution_s"]["p50"].get<double>(), 0.0);
  program.file(
      "s.toml",
      "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"60 s\" }\n"
      "[model]\nprofile = \"mine.json\"\n[[deployment]]\nplatform = \"aws-lambda\"\n");
  const json run = json_of(program, {"run", "s.toml"});
  EXPECT_EQ(run["profile_hash"], profile["profile_hash"]);
}

}  // namespace
}  // namespace faascast
