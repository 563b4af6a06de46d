#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/program.h"

namespace faascast {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json json_of(const Program& program, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Outcome outcome = program.run(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out, nullptr, false);
}

TEST(ModelShow, CountsAndDraws) {
  const Program program;
  const json found = json_of(program, {"model", "show", "logreg-mnist-odd", "-o", "m.svg", "-o", "m.dot"});
  EXPECT_EQ(found["nodes"].size(), 2U);
  EXPECT_EQ(found["weight_bytes"], 4 * 785);
  EXPECT_EQ(found["nodes"][0]["flops"], 2 * 784);
  EXPECT_THAT(program.read("m.svg"), StartsWith("<svg"));
  EXPECT_THAT(program.read("m.dot"), StartsWith("digraph"));
  EXPECT_THAT(program.run({"model", "show", "logreg-mnist-odd", "--dot"}).out, StartsWith("digraph"));
  EXPECT_THAT(program.run({"model", "show", "logreg"}).err, HasSubstr("logreg-mnist-odd"));
  EXPECT_EQ(program.run({"model", "show", "logreg-mnist-odd", "--shape", "image"}).exit_code, 2);
  EXPECT_EQ(program.run({"model", "show", "logreg-mnist-odd", "-o", "m.png"}).exit_code, 2);
  EXPECT_EQ(program.run({"model"}).exit_code, 2);
}

TEST(ModelOptimise, MeasuresAndWrites) {
  const Program program;
  const json found = json_of(program, {"model", "optimise", "logreg-mnist-odd", "--seconds", "0.01",
                                       "--passes", "int8-weights,prune-channels"});
  ASSERT_EQ(found["rows"].size(), 3U);
  EXPECT_LT(found["rows"][1]["bytes"].get<double>(), 0.5 * found["rows"][0]["bytes"].get<double>());
  EXPECT_GT(found["rows"][1]["latency_p50_s"].get<double>(), 0.0);
  EXPECT_TRUE(found["rows"][2].contains("refused"));
  const Outcome written = program.run({"model", "optimise", "logreg-mnist-odd", "--seconds", "0.01",
                                       "--passes", "conversion", "--write", "small.onnx"});
  EXPECT_EQ(written.exit_code, 0) << written.err;
  EXPECT_EQ(json_of(program, {"model", "show", "small.onnx"})["nodes"].size(), 1U);
  EXPECT_THAT(program.run({"model", "optimise", "logreg-mnist-odd", "--passes", "int9"}).err,
              HasSubstr("did you mean 'int8'"));
  EXPECT_EQ(program.run({"model", "optimise", "logreg-mnist-odd", "--write", "x.onnx"}).exit_code, 2);
}

TEST(ModelSplit, WritesAWorkflowThatRuns) {
  const Program program;
  const json found =
      json_of(program, {"model", "split", "cnn-mnist", "--memory", "1 MB", "-o", "split.toml"});
  ASSERT_GE(found["parts"].size(), 1U);
  const Outcome whole = program.run({"model", "split", "cnn-mnist", "--memory", "1 KB"});
  EXPECT_EQ(whole.exit_code, 2);
  const json parts = json_of(program, {"model", "split", "cnn-mnist", "--memory", "256 MB", "-o", "one.toml"});
  EXPECT_EQ(parts["parts"].size(), 1U);
  const json run = json_of(program, {"run", "one.toml"});
  EXPECT_EQ(run["deployments"].size(), 1U);
}

TEST(ModelOptimise, IsAKeyOfScenarios) {
  const Program program;
  program.file("s.toml",
               "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"10 min\" }\n"
               "[model]\nonnx = \"logreg-mnist-odd\"\noptimise = \"int8-weights\"\n"
               "[[deployment]]\nname = \"a\"\nplatform = \"aws-lambda\"\nmemory = \"512 MB\"\n"
               "[[deployment]]\nname = \"b\"\nplatform = \"aws-lambda\"\nmemory = \"512 MB\"\n"
               "model = { execution = \"2 s\" }\n");
  const json run = json_of(program, {"run", "s.toml"});
  ASSERT_EQ(run["deployments"].size(), 2U);
  EXPECT_LT(run["deployments"][0]["execution_s"]["p50"].get<double>(), 0.5);
  EXPECT_NEAR(run["deployments"][1]["execution_s"]["p50"].get<double>(), 2.0, 0.01);
  EXPECT_THAT(program.run({"run", "s.toml", "--set", "model.optimise=int9"}).err,
              HasSubstr("did you mean 'int8'"));
}

}  // namespace
}  // namespace faascast
