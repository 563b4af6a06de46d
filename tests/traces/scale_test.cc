#include "traces/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "tests/traces/replayed.h"
#include "traces/generators.h"
#include "traces/info.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Key = std::tuple<std::int64_t, std::uint32_t, std::uint64_t>;

std::set<Key> keys(const Traffic& traffic, ReplaySeed seed = {}) {
  std::set<Key> all;
  const std::uint32_t streams = traffic.independent() ? traffic.functions() : 1;
  for (std::uint32_t f = 0; f < streams; ++f) {
    for (const ArrivalRow& row : replayed(traffic, f, seed)) {
      all.emplace(row.at, row.function, row.number);
    }
  }
  return all;
}

bool contains_all(const std::set<Key>& large, const std::set<Key>& small) {
  return std::includes(large.begin(), large.end(), small.begin(), small.end());
}

std::shared_ptr<const Traffic> requests(int n) {
  std::string text = "arrival_s,function,execution_s\n";
  for (int i = 0; i < n; ++i) {
    text +=
        std::to_string(i) + "," + std::to_string(i % 3) + ",0." + std::to_string(1 + i % 9) + "\n";
  }
  return open_trace_text(text, "r.csv");
}

std::shared_ptr<const Traffic> minute_counts() {
  std::string text = "HashFunction";
  std::string row = "f";
  for (int minute = 1; minute <= 1440; ++minute) {
    text.append(",").append(std::to_string(minute));
    row += minute < 720 ? ",20" : ",5";
  }
  return open_trace_text(text + "\n" + row + "\n", "c.csv");
}

TEST(ScaleByTime, DividesInstantsAndDuration) {
  GeneratorSpec spec;
  spec.rate_per_s = 10.0;
  spec.duration = 10min;
  const auto original = make_generator(spec);
  const auto fast = scale_traffic(original, 4.0, ScaleBy::kTime);
  EXPECT_EQ(fast->duration(), 150s);
  const auto before = replayed(*original);
  const auto after = replayed(*fast);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(after[i].at, before[i].at / 4);
    ASSERT_EQ(after[i].number, before[i].number);
    ASSERT_EQ(after[i].work_word, before[i].work_word);
  }
  EXPECT_NEAR(describe(*fast, {}).interarrival_cv, describe(*original, {}).interarrival_cv, 1e-6);
  EXPECT_EQ(scale_traffic(original, 1.0, ScaleBy::kTime), original);
}

TEST(ScaleByTime, SlowTrafficIsCutAtTheEndOfTime) {
  const auto traffic = open_trace_text("arrival_s\n1\n9000000000\n", "r.csv");
  const auto rows = replayed(*scale_traffic(traffic, 0.001, ScaleBy::kTime));
  EXPECT_EQ(rows[0].at, 1'000'000'000'000);
  EXPECT_GT(rows[1].at, rows[0].at);
}

TEST(ScaleByThinning, SubsetsAreNestedAndKeepTheirNumbers) {
  for (const auto& traffic : {requests(6000), minute_counts()}) {
    const auto whole = keys(*traffic);
    const auto half = keys(*scale_traffic(traffic, 0.5, ScaleBy::kThin));
    const auto tenth = keys(*scale_traffic(traffic, 0.1, ScaleBy::kThin));
    EXPECT_TRUE(contains_all(whole, half));
    EXPECT_TRUE(contains_all(half, tenth));
    const auto n = static_cast<double>(whole.size());
    EXPECT_NEAR(static_cast<double>(half.size()), 0.5 * n, 5.0 * std::sqrt(0.25 * n));
    EXPECT_NEAR(static_cast<double>(tenth.size()), 0.1 * n, 5.0 * std::sqrt(0.09 * n));
    EXPECT_NE(half, keys(*scale_traffic(traffic, 0.5, ScaleBy::kThin), {2, 0}));
  }
}

TEST(ScaleByThinning, ColumnsStayWithTheirRequests) {
  const auto traffic = requests(3000);
  std::map<std::int64_t, std::int64_t> execution;
  for (const ArrivalRow& row : replayed(*traffic)) execution[row.at] = row.execution_ns;
  const auto half = scale_traffic(traffic, 0.5, ScaleBy::kThin);
  EXPECT_TRUE(half->has_execution());
  for (const ArrivalRow& row : replayed(*half)) ASSERT_EQ(row.execution_ns, execution.at(row.at));
}

TEST(ScaleByThinning, RareSurvivorsAreFound) {
  const auto thin = replayed(*scale_traffic(minute_counts(), 0.001, ScaleBy::kThin));
  EXPECT_GT(thin.size(), 1U);
  EXPECT_LT(thin.size(), 60U);
}

TEST(Superposition, IsNestedWithUniqueNumbersInOrder) {
  for (const auto& traffic : {requests(3000), minute_counts()}) {
    const auto one = keys(*traffic);
    const auto less = keys(*scale_traffic(traffic, 2.25, ScaleBy::kThin));
    const auto more = keys(*scale_traffic(traffic, 2.5, ScaleBy::kThin));
    const auto three = keys(*scale_traffic(traffic, 3.0, ScaleBy::kThin));
    EXPECT_TRUE(contains_all(less, one)) << "copy 0 is the traffic itself";
    EXPECT_TRUE(contains_all(more, less));
    EXPECT_TRUE(contains_all(three, more));
    EXPECT_EQ(three.size(), 3 * one.size());
    std::set<std::pair<std::uint32_t, std::uint64_t>> numbers;
    for (const auto& [at, function, number] : three) numbers.emplace(function, number);
    EXPECT_EQ(numbers.size(), three.size());
    const auto n = static_cast<double>(one.size());
    EXPECT_NEAR(static_cast<double>(more.size()), 2.5 * n, 5.0 * std::sqrt(0.25 * n));
    EXPECT_TRUE(is_sorted_by_time(replayed(*scale_traffic(traffic, 2.5, ScaleBy::kThin))));
  }
}

TEST(Superposition, CopiesAreShiftedAndWrapInsideTheSpan) {
  const auto traffic = requests(3000);  // 0 .. 2999 s
  const auto rows = replayed(*scale_traffic(traffic, 2.0, ScaleBy::kThin));
  std::vector<std::int64_t> copy;
  for (const ArrivalRow& row : rows) {
    if (row.number >> 48U == 1) copy.push_back(row.at);
  }
  ASSERT_EQ(copy.size(), 3000U);
  EXPECT_LE(copy.back(), 2'999'000'000'000);
  // The copy is the same second grid, shifted: its gaps are whole seconds but for the wrap.
  int odd_gaps = 0;
  for (std::size_t i = 1; i < copy.size(); ++i) odd_gaps += copy[i] - copy[i - 1] != 1'000'000'000;
  EXPECT_LE(odd_gaps, 1);
  EXPECT_NE(copy.front() % 1'000'000'000, 0);
}

TEST(Superposition, KeepsTheDailyShapeAndTheDuration) {
  const auto traffic = minute_counts();
  const auto five = scale_traffic(traffic, 5.0, ScaleBy::kThin);
  EXPECT_EQ(five->duration(), 24h);
  const auto rows = replayed(*five);
  EXPECT_EQ(rows.size(), 5 * replayed(*traffic).size());
  const auto half_day = Duration(12h).count();
  double morning = 0.0;
  for (const ArrivalRow& row : rows) {
    ASSERT_LT(row.at, 2 * half_day);
    morning += row.at < half_day ? 1.0 : 0.0;
  }
  // 80 % arrive before noon; a copy moves by less than an hour of twelve.
  EXPECT_GT(morning / static_cast<double>(rows.size()), 0.75);
}

TEST(Superposition, DropsWorkWordsThatBelongToOtherNumbers) {
  GeneratorSpec spec;
  spec.rate_per_s = 5.0;
  spec.duration = 10min;
  const auto traffic = scale_traffic(make_generator(spec), 2.0, ScaleBy::kThin);
  const auto source = traffic->open(0, {});
  const ArrivalBlock block = source->fill();
  EXPECT_GT(block.size(), 0U);
  EXPECT_TRUE(block.work_word.empty());
  EXPECT_EQ(block.number.size(), block.size());
}

TEST(Superposition, ManyCopiesOfARequestFile) {
  const auto traffic = scale_traffic(requests(30), 1500.0, ScaleBy::kThin);
  EXPECT_EQ(replayed(*traffic).size(), 45'000U);
  EXPECT_TRUE(
      replayed(*scale_traffic(open_trace_text("arrival_s\n", "e"), 3.0, ScaleBy::kThin)).empty());
}

TEST(Scale, RefusesUselessFactors) {
  for (const double factor : {0.0, -1.0, std::nan(""), 1e6}) {
    EXPECT_THAT(message_of([&] { (void)scale_traffic(requests(3), factor, ScaleBy::kThin); }),
                HasSubstr("traffic.scale"));
  }
}

TEST(Scale, DescriptionsNameTheRule) {
  const auto traffic = requests(3);
  EXPECT_THAT(scale_traffic(traffic, 0.5, ScaleBy::kThin)->description(), HasSubstr("by thinning"));
  EXPECT_THAT(scale_traffic(traffic, 2.0, ScaleBy::kThin)->description(), HasSubstr("superposed"));
  EXPECT_THAT(scale_traffic(traffic, 2.0, ScaleBy::kTime)->description(), HasSubstr("by time"));
}

}  // namespace
}  // namespace faascast
