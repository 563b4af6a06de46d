#include "traces/measured_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim-core/error.h"

namespace faascast {
namespace {

constexpr std::int64_t kMs = 1'000'000;

TEST(MeasuredLog, LambdaReportsShowInitialisation) {
  const MeasuredLog log = read_measured_text(
      "2026-01-01T00:00:10Z REPORT RequestId: a\tDuration: 100.00 ms\tBilled Duration: 100 ms\t"
      "Memory Size: 512 MB\tMax Memory Used: 90 MB\n"
      "2026-01-01T00:00:05Z REPORT RequestId: b\tDuration: 200.00 ms\tBilled Duration: 200 ms\t"
      "Memory Size: 512 MB\tMax Memory Used: 91 MB\tInit Duration: 300.00 ms\n",
      "reports.log");
  EXPECT_EQ(log.format, "lambda-report");
  EXPECT_EQ(log.knows, ColdKnowledge::kInit);
  EXPECT_TRUE(log.dated);
  ASSERT_EQ(log.rows.size(), 2U);  // sorted by arrival
  EXPECT_TRUE(log.rows[0].cold);
  EXPECT_EQ(log.rows[0].warm_ns, 200 * kMs);
  EXPECT_EQ(log.rows[0].total_ns, 500 * kMs);
  EXPECT_EQ(log.rows[0].memory_mb, 91);
  EXPECT_FALSE(log.rows[1].cold);
  EXPECT_EQ(log.rows[1].at_ns - log.rows[0].at_ns, 5'400 * kMs);
}

TEST(MeasuredLog, PlainRowsAreColdWhereTheCellIsFilled) {
  const MeasuredLog log = read_measured_text(
      "arrival_s,execution_s,cold_execution_s\n0,0.1,0.9\n5,0.1,\n7,,\n", "rows.csv");
  EXPECT_EQ(log.knows, ColdKnowledge::kTotal);
  ASSERT_EQ(log.rows.size(), 2U);  // the last row says nothing
  EXPECT_TRUE(log.rows[0].cold);
  EXPECT_EQ(log.rows[0].total_ns, 900 * kMs);
  EXPECT_FALSE(log.rows[1].cold);
}

TEST(MeasuredLog, SampledRowsAreMarked) {
  const MeasuredLog log = read_measured_text(
      "timestamp,duration,itemType,itemCount\n2026-01-01T00:00:00Z,12,request,5\n", "ai.csv",
      "application-insights");
  EXPECT_EQ(log.knows, ColdKnowledge::kNone);
  EXPECT_TRUE(log.sampled);
}

TEST(MeasuredLog, FormatsWithoutDurationsAreRefused) {
  EXPECT_THROW((void)read_measured_text("arrival_s\n1\n", "rows.csv"), InputError);
  EXPECT_THROW((void)read_measured_text("arrival_s,execution_s\n1,1\n", "rows.csv", "burstgpt"),
               InputError);
  EXPECT_THROW((void)read_measured_text("arrival_s,execution_s\n1,1\n", "rows.csv", "plane"),
               InputError);
}

}  // namespace
}  // namespace faascast
