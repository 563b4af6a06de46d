#include "studies/host_factor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "sim-core/error.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

const HostProbe kProbe{"Some CPU", "2026-11-24", 2090.0, 2000.0, 2200.0};

TEST(HostFactor, IsTheRatioOfTheTwoLoops) {
  const auto factors = host_factors(kProbe);
  ASSERT_EQ(factors.front().platform, "aws-lambda");
  EXPECT_DOUBLE_EQ(factors.front().loop_ratio, 2.0);  // 2090 / 1045
  EXPECT_DOUBLE_EQ(factors.front().value, std::sqrt(2.0));
  EXPECT_EQ(factors.front().low, 1.0);           // reaches down to no gain
  EXPECT_DOUBLE_EQ(factors.front().high, 2200.0 / 1021.0);
  const HostProbe slow{"Some CPU", "2026-11-24", 522.5, 510.0, 530.0};
  EXPECT_DOUBLE_EQ(host_factors(slow).front().value, 0.5);
  EXPECT_DOUBLE_EQ(host_factors(slow).front().low, 510.0 / 1071.0);
}

TEST(HostFactor, TakesThePlaceOfAnAssumedOneOnly) {
  PlatformSpec lambda = load_platform("aws-lambda");
  const double assumed = lambda.cpu.host_factor;
  EXPECT_EQ(apply_probe({}, lambda), "");
  EXPECT_EQ(lambda.cpu.host_factor, assumed);
  EXPECT_THAT(apply_probe(kProbe, lambda), HasSubstr("Host factor 1.41 (1.00 to 2.15)"));
  EXPECT_DOUBLE_EQ(lambda.cpu.host_factor, std::sqrt(2.0));

  PlatformSpec set = load_platform("aws-lambda");
  for (Figure& figure : set.figures) {
    if (figure.path == "cpu_share.host_factor") figure.note.kind = "measured";
  }
  EXPECT_EQ(apply_probe(kProbe, set), "");
  EXPECT_EQ(set.cpu.host_factor, assumed);
}

TEST(HostFactor, IsKeptBesideTheStore) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("faascast-probe-" + std::to_string(::getpid()));
  const auto store = folder / "store.sqlite";
  EXPECT_FALSE(load_host_probe(store));
  save_host_probe(store, kProbe);
  const auto kept = load_host_probe(store);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->cpu, kProbe.cpu);
  EXPECT_EQ(kept->events_per_s, kProbe.events_per_s);
  std::ofstream(folder / "host-factor.json") << "{}";
  EXPECT_THROW((void)load_host_probe(store), InputError);
  std::filesystem::remove_all(folder);
}

TEST(HostFactor, ProbeMeasuresThisMachine) {
  const HostProbe probe = probe_host(0.2);
  EXPECT_FALSE(probe.cpu.empty());
  EXPECT_GT(probe.low, 0.0);
  EXPECT_LE(probe.low, probe.events_per_s);
  EXPECT_LE(probe.events_per_s, probe.high);
}

}  // namespace
}  // namespace faascast
