#include "workloads/profiler.h"

#include <sched.h>

#include <algorithm>

#include "support.h"
#include "workloads/models.h"
#include "workloads/profile_store.h"

namespace faascast {
namespace {

TEST(Profiler, RecordsWhatItMeasured) {
  const ExecutionProfile p = profile_model("dqn-cartpole", {.min_samples = 100, .batch = 3});
  EXPECT_EQ(p.model, "dqn-cartpole");
  EXPECT_EQ(p.model_sha256, find_model("dqn-cartpole").sha256);
  EXPECT_EQ(p.input_shapes, (std::vector<Shape>{{3, 4}}));
  EXPECT_GT(p.load, Duration::zero());
  EXPECT_GT(p.first_inference, Duration::zero());
  EXPECT_LE(p.samples_ns.size(), 100U);
  EXPECT_FALSE(p.samples_ns.empty());
  EXPECT_GT(*std::min_element(p.samples_ns.begin(), p.samples_ns.end()), 0);
  EXPECT_GT(p.runs_per_sample, 1U) << "an inference of about a microsecond is measured in groups";
  EXPECT_GT(p.flops, 3.0 * 2.0 * 17000);
  EXPECT_EQ(p.weight_bytes, 4U * (4 * 128 + 128 + 128 * 128 + 128 + 128 * 2 + 2));
  EXPECT_GT(p.activation_peak_bytes, 0U);
  EXPECT_GT(p.peak_memory_bytes, p.weight_bytes);
  EXPECT_EQ(p.host, this_host());
  EXPECT_EQ(p.created.size(), 10U);
  EXPECT_EQ(p.program_version, profile_program_version());
  EXPECT_EQ(parse_profile(profile_text(p), "p"), p);
}

TEST(Profiler, EndsInTime) {
  const auto start = std::chrono::steady_clock::now();
  const ExecutionProfile p =
      profile_model("logreg-mnist-odd", {.min_samples = 1'000'000, .max_seconds = 0.05});
  EXPECT_LT(p.samples_ns.size(), 1'000'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Profiler, LeavesTheThreadAsFreeAsItWas) {
  cpu_set_t before;
  cpu_set_t after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  static_cast<void>(profile_model("logreg-mnist-odd", {.min_samples = 1}));
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Profiler, RefusesOptionsOutOfRange) {
  const auto refuses = [](const ProfileOptions& options) {
    return !refusal([&] { static_cast<void>(profile_model("dqn-cartpole", options)); }).empty();
  };
  EXPECT_TRUE(refuses({.min_samples = 0}));
  EXPECT_TRUE(refuses({.max_seconds = 0.0}));
  EXPECT_TRUE(refuses({.max_seconds = -1.0}));
  EXPECT_TRUE(refuses({.batch = 0}));
  EXPECT_TRUE(refuses({.batches = {0}}));
  EXPECT_TRUE(refuses({.threads = 0}));
  EXPECT_TRUE(refuses({.isa = "x86-64-v9"}));
}

}  // namespace
}  // namespace faascast
