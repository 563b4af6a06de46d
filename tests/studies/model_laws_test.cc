#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim-core/error.h"
#include "studies/compile.h"
#include "studies/optimised.h"
#include "studies/scenario.h"
#include "workloads/profile.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A profile of 10 ms whose batches of 2 and 4 take 1.4 and 2.2 times as long, and of which half is
/// parallel, in a folder of its own.
class ModelLaws : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "faascast-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    profile_.model = "made";
    profile_.samples_ns.assign(64, 10'000'000);
    profile_.batches = {{1, 10'000'000}, {2, 14'000'000}, {4, 22'000'000}};
    profile_.threads = {{1, 8'000'000}, {2, 6'000'000}};
    profile_.host.cpu = "made";
    profile_.created = "2026-01-31";
    save_profile(profile_, folder_ / "laws.json");
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string text(const std::string& model, const std::string& deployment) const {
    return "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 1, duration = \"1 min\" }\n"
           "[model]\nprofile = \"" + (folder_ / "laws.json").string() + "\"\n" + model +
           "[[deployment]]\n" + deployment;
  }

  [[nodiscard]] DeploymentPlan plan(const std::string& model, const std::string& deployment) const {
    const Scenario scenario = scenario_from_text(text(model, deployment), "test.toml", {}, {});
    const Inputs inputs = resolve_inputs(scenario, {folder_ / "store.sqlite"});
    return compile_deployment(scenario, scenario.deployments.at(0), inputs).plan;
  }

  [[nodiscard]] std::string refusal(const std::string& model, const std::string& deployment) const {
    try {
      static_cast<void>(plan(model, deployment));
    } catch (const InputError& error) {
      return to_string(error.problems().front());
    }
    return {};
  }

  fs::path folder_{};
  ExecutionProfile profile_{};
};

const char* const kBatching = "server = \"aws/c6i.large\"\nbatching = { maximum_size = 5 }\n";

TEST_F(ModelLaws, BatchingTakesTheProfilesLaw) {
  const auto servers = std::get<ServerPlan>(plan("", kBatching).side);
  ASSERT_TRUE(servers.batching);
  EXPECT_EQ(servers.batching->time_factor,
            (std::vector<std::uint32_t>{1000, 1400, 1800, 2200, 2600}));
}

TEST_F(ModelLaws, TheScenariosLawGoesBefore) {
  const auto servers = std::get<ServerPlan>(
      plan("", "server = \"aws/c6i.large\"\nbatching = { maximum_size = 2, fixed_share = 1 }\n").side);
  EXPECT_EQ(servers.batching->time_factor, (std::vector<std::uint32_t>{1000, 1000}));
}

TEST_F(ModelLaws, RequestsThatBringSeveralInputsTakeTheirBatch) {
  const std::string server = "server = \"aws/c6i.large\"\n";
  const Duration one = plan("", server).work.execution.mean();
  const Duration four = plan("batch = 4\n", server).work.execution.mean();
  EXPECT_NEAR(static_cast<double>(four.count()) / static_cast<double>(one.count()), 2.2, 1e-3);
  // A batch of two requests of two inputs is one of four: 22 ms against 14.
  const auto servers = std::get<ServerPlan>(
      plan("batch = 2\n", "server = \"aws/c6i.large\"\nbatching = { maximum_size = 2 }\n").side);
  EXPECT_EQ(servers.batching->time_factor, (std::vector<std::uint32_t>{1000, 1571}));
}

TEST_F(ModelLaws, WholeVcpusOfAnInstanceOrWorkerShareTheParallelPart) {
  const Work worker = plan("", "server = \"aws/c6i.large\"\nworkers = 1\n").work;
  EXPECT_DOUBLE_EQ(worker.parallel_fraction, 0.5);  // 8 ms on one thread, 6 on two
  EXPECT_EQ(worker.threads, 2U);
  EXPECT_EQ(plan("", "server = \"aws/c6i.large\"\n").work.threads, 1U) << "a worker a vCPU";
  EXPECT_EQ(plan("", "platform = \"aws-lambda\"\nmemory = \"1024 MB\"\n").work.threads, 1U);
  EXPECT_EQ(plan("", "platform = \"aws-lambda\"\nmemory = \"3538 MB\"\n").work.threads, 2U);
  EXPECT_DOUBLE_EQ(plan("parallel_fraction = 0.9\n", "platform = \"aws-lambda\"\n").work.parallel_fraction,
                   0.9);
}

TEST_F(ModelLaws, ASplitBatchSaysNothingOfOneInput) {
  profile_.threads_batch = 32;
  save_profile(profile_, folder_ / "laws.json");
  const std::string worker = "server = \"aws/c6i.large\"\nworkers = 1\n";
  EXPECT_EQ(plan("", worker).work.threads, 1U);
  EXPECT_EQ(plan("batch = 4\n", worker).work.threads, 2U);
}

TEST_F(ModelLaws, WithoutALawThereIsAProblem) {
  profile_.batches.clear();
  save_profile(profile_, folder_ / "laws.json");
  EXPECT_THAT(refusal("", kBatching), HasSubstr("how long a batch"));
  EXPECT_THAT(refusal("batch = 4\n", "platform = \"aws-lambda\"\n"), HasSubstr("how long 4 inputs"));
  EXPECT_THAT(refusal("", "server = \"aws/c6i.large\"\nbatching = { maximum_size = 2, fixed_share = 1, "
                          "time_factor = [1, 2] }\n"),
              HasSubstr("both fixed_share and time_factor"));
  EXPECT_THAT(refusal("parallel_fraction = 2\n", "platform = \"aws-lambda\"\n"),
              HasSubstr("parallel_fraction"));
}

TEST(ShippedStudents, AreARowOfTheirTeachersTable) {
  for (const char* teacher : {"cnn-mnist", "dqn-cartpole-robust", "lstm-sentiment"}) {
    const std::vector<std::string> students = shipped_students(teacher);
    ASSERT_EQ(students.size(), 1U) << teacher;
    EXPECT_LT(find_model(students[0]).content.size(), find_model(teacher).content.size() / 4);
  }
  const PassTable table = optimise_model({.model = "dqn-cartpole-robust",
                                          .passes = {"conversion"},
                                          .students = shipped_students("dqn-cartpole-robust"),
                                          .max_seconds = 0.05});
  ASSERT_EQ(table.rows.size(), 3U);
  const PassRow& student = table.rows[2];
  EXPECT_EQ(student.passes, "distillation");
  EXPECT_EQ(student.note, "dqn-cartpole-student");
  EXPECT_EQ(student.refused, "");
  EXPECT_LT(student.bytes, 1000U);
  EXPECT_LT(student.flops, table.rows[0].flops / 50);
  EXPECT_GE(student.accuracy.value(), 475.0);
  EXPECT_TRUE(shipped_students("logreg-mnist-odd").empty());
}

}  // namespace
}  // namespace faascast
