// Models that do not fit what a platform takes by default.
#include "studies/fitting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim-core/error.h"
#include "studies/breakeven.h"
#include "studies/hybrid.h"
#include "studies/quick.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

/// @param memory  that the model uses; Lambda takes 128 MB where nothing is said
Scenario read(const std::string& memory) {
  return scenario_from_text(
      "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 h\" }\n"
      "[model]\nexecution = \"200 ms\"\nmemory_used = \"" +
          memory +
          "\"\n[objective]\np99 = \"60 s\"\n"
          "[[deployment]]\nname = \"lambda\"\nplatform = \"aws-lambda\"\n"
          "[[deployment]]\nname = \"consumption\"\nplatform = \"azure-functions-consumption\"\n"
          "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\nredundancy = 0\n",
      "large.toml", {});
}

TEST(Fitting, TakesTheLeastMemoryThatHoldsTheModel) {
  const Scenario scenario = read("600 MB");
  const Inputs inputs = resolve_inputs(scenario, {});
  const DeploymentSpec fitting = with_fitting_memory(scenario.deployments[0], inputs);
  ASSERT_TRUE(fitting.memory.has_value());
  EXPECT_EQ(fitting.memory->value(), 1024);
  EXPECT_NO_THROW(check_compiles(scenario, inputs, true));
  EXPECT_THROW(check_compiles(scenario, inputs, false), InputError);
}

TEST(Fitting, SearchesStartWhereTheModelFits) {
  const Scenario scenario = read("600 MB");
  BreakevenOptions options;
  options.serverless = "lambda";
  options.replications = 2;
  options.calibration = false;
  options.requests_per_point = 5'000;
  const BreakevenReport report = breakeven(scenario, options);
  EXPECT_THAT(report.answer->costs[0].configuration, HasSubstr("1 GB"));
  const HybridReport mixed = hybrid(scenario, {.serverless = "lambda", .replications = 2});
  EXPECT_THAT(mixed.functions.configuration, HasSubstr("1 GB"));
  // Work of fixed length costs least in the least memory.
  EXPECT_THAT(quick_report(scenario).deployments[0].configuration, HasSubstr("1 GB"));
}

TEST(Fitting, LeavesOutPlacesThatAreTooSmall) {
  Scenario scenario = read("2 GB");
  const auto remarks = leave_out_misfits(scenario, {});
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_THAT(remarks[0], HasSubstr("consumption"));
  ASSERT_EQ(scenario.deployments.size(), 2U);
  EXPECT_EQ(scenario.deployments[1].name, "servers");
  EXPECT_TRUE(leave_out_misfits(scenario, {}).empty());
}

TEST(Fitting, RefusesAModelThatNoSideHolds) {
  Scenario scenario = read("5 GB");  // a c6i.large has 4 GB
  try {
    (void)leave_out_misfits(scenario, {});
    FAIL() << "servers that cannot hold the model were taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("c6i.large"));
  }
}

}  // namespace
}  // namespace faascast
