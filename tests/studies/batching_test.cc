// What a search chooses: batches of servers, and figures of servers within their ranges.
#include "studies/batching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim-core/error.h"
#include "studies/breakeven.h"
#include "studies/hybrid.h"
#include "studies/optimise.h"
#include "studies/sensitivity.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

std::string scenario_text(const std::string& servers, const std::string& model,
                          const std::string& functions = "memory = \"1024 MB\"\n") {
  return "[traffic]\ngenerator = { kind = \"poisson\", rate_per_s = 4, duration = \"1 h\" }\n"
         "[model]\n" +
         model +
         "\n[objective]\np99 = \"60 s\"\n"
         "[[deployment]]\nname = \"lambda\"\nplatform = \"aws-lambda\"\n" +
         functions + "[[deployment]]\nname = \"servers\"\nserver = \"aws/c6i.large\"\n" + servers;
}

Scenario read(const std::string& text) { return scenario_from_text(text, "batch.toml", {}); }

BreakevenReport report_of(const std::string& text, bool calibration = false) {
  BreakevenOptions options;
  options.replications = 2;
  options.calibration = calibration;
  options.answers = false;
  options.requests_per_point = calibration ? 40'000 : 10'000;
  options.highest_per_day = 1.5e6;
  return breakeven(read(text), options);
}

TEST(BatchCandidates, AreWhatTheScenarioLeavesOpen) {
  BatchingSpec open{.maximum_size = kOpenBatchSize, .maximum_wait = kOpenBatchWait};
  open.fixed_share = 0.5;
  EXPECT_TRUE(is_open(open));
  const auto all = batch_candidates(open, 0.3);
  EXPECT_EQ(all.front().maximum_size, 1U);
  EXPECT_EQ(all.back().maximum_size, 64U);
  EXPECT_EQ(all.size(), 1U + 6U * 3U);
  EXPECT_EQ(all[1].maximum_wait, Duration::zero());
  EXPECT_EQ(all[2].maximum_wait, std::chrono::milliseconds(50));   // below 75 ms
  EXPECT_EQ(all[3].maximum_wait, std::chrono::milliseconds(200));  // below 300 ms

  BatchingSpec listed{.maximum_size = kOpenBatchSize, .maximum_wait = kOpenBatchWait};
  listed.time_factor = {1.0, 1.2, 1.4, 1.6, 1.8, 2.0};
  EXPECT_EQ(batch_candidates(listed, 0.3).back().maximum_size, 6U);

  BatchingSpec pinned = open;
  pinned.maximum_size = 5;
  EXPECT_EQ(batch_candidates(pinned, 0.3).size(), 3U);
  pinned.maximum_wait = std::chrono::milliseconds(7);
  EXPECT_FALSE(is_open(pinned));
  ASSERT_EQ(batch_candidates(pinned, 0.3).size(), 1U);
  EXPECT_EQ(batch_candidates(pinned, 0.3)[0].maximum_wait, std::chrono::milliseconds(7));
}

// One worker of 200 ms carries 5 a second = 432,000 a day, less than the 585,400 a day that a
// server's $62.05 buy of Lambda; in pairs of 220 ms it carries 9.1 a second = 785,000.
TEST(BreakevenBatches, AreSearchedWhereTheyAreOpen) {
  const std::string fleet = "redundancy = 0\ncount = 1\nworkers = 1\n";
  const std::string model = "execution = \"200 ms\"";
  constexpr double kClosedForm = 0.085 * 730 / ((0.2 * 16.6667 + 0.2) * 1e-6) / 30.0;
  const BreakevenPair open =
      report_of(scenario_text(fleet + "batching = { time_factor = [1, 1.1] }\n", model))
          .pairs.at(0);
  ASSERT_EQ(open.verdict, Verdict::kCrosses) << open.sentence;
  EXPECT_NEAR(open.crossings[0].inferences_per_day / kClosedForm, 1.0, 0.005);
  EXPECT_THAT(open.curve.back().rows[1].configuration, HasSubstr("batches of up to 2"));
  EXPECT_THAT(open.curve.front().rows[1].configuration, HasSubstr("no batches"));
  const std::string pinned = "batching = { maximum_size = 1, time_factor = [1, 1.1] }\n";
  EXPECT_EQ(report_of(scenario_text(fleet + pinned, model)).pairs.at(0).verdict,
            Verdict::kServerlessAlways);
}

// Batches make every server worth more: the fleet is never larger than without.
TEST(BreakevenBatches, NeverNeedMoreServers) {
  const std::string model = "execution = { kind = \"exponential\", mean = \"300 ms\" }";
  const auto servers_at = [&](const std::string& batching) {
    const BreakevenPair pair =
        report_of(scenario_text("redundancy = 0\n" + batching, model)).pairs.at(0);
    std::vector<double> usd;
    for (const BreakevenPoint& point : pair.curve) usd.push_back(point.rows[1].usd_per_month);
    return std::pair(usd, pair.curve.front().inferences_per_day);
  };
  const auto [plain, from] = servers_at("");
  const auto [batched, batched_from] = servers_at("batching = { fixed_share = 0.7 }\n");
  ASSERT_EQ(from, batched_from);
  for (std::size_t i = 0; i < std::min(plain.size(), batched.size()); ++i) {
    EXPECT_LE(batched[i], plain[i] + 1e-9) << i;
  }
}

TEST(OptimiseBatches, AreAnAxisWhereTheyAreOpen) {
  const auto settings_of = [](const std::string& batching) {
    const OptimiseReport report =
        optimise(read(scenario_text("count = 2\n" + batching, "execution = \"300 ms\"")), {});
    std::vector<std::string> keys;
    for (const OptimiseCandidate& candidate : report.candidates) {
      for (const auto& [key, value] : candidate.settings) keys.push_back(key);
    }
    return keys;
  };
  using ::testing::Contains;
  using ::testing::Not;
  const auto open = settings_of("batching = { fixed_share = 0.5 }\n");
  EXPECT_THAT(open, Contains("batching.maximum_size"));
  EXPECT_THAT(open, Contains("batching.maximum_wait"));
  EXPECT_THAT(settings_of("batching = { fixed_share = 0.5, maximum_size = 4 }\n"),
              Not(Contains("batching.maximum_size")));
}

// A core of two threads does 1.25 / 200 ms = 6.25 a second (5 to 7.5 within the range); a server's
// price buys 62.05 / (0.2 * 2 * 16.6667e-6 + 0.2e-6) / 30 d = 3.486 a second of Lambda at 2 GB.
// With one server in reserve, c hold at x_c where (c - 1) 6.25 >= 3.486 c: from c = 3; from 4 where
// the yield is 1, and from 2 where it is 1.5.
TEST(ServerFigures, AreInTheCalibrationIntervalOfBreakeven) {
  const BreakevenReport report = report_of(
      scenario_text("redundancy = 1\n", "cpu = \"200 ms\"", "memory = \"2048 MB\"\n"), true);
  const BreakevenPair& pair = report.pairs.at(0);
  ASSERT_FALSE(pair.crossings.empty()) << pair.sentence;
  const Crossing& first = pair.crossings[0];
  const double per_server = 3.486 * 86'400.0;
  EXPECT_NEAR(first.inferences_per_day / (3.0 * per_server), 1.0, 0.02);
  EXPECT_GT(first.calibration.high, 3.9 * per_server);
  EXPECT_LT(first.calibration.low, 2.1 * per_server);
  const auto yield =
      std::find_if(pair.sensitivity.begin(), pair.sensitivity.end(),
                   [](const auto& s) { return s.figure == "hyperthread_yield of servers"; });
  ASSERT_NE(yield, pair.sensitivity.end());
  EXPECT_NEAR(yield->at_low / yield->at_high, 2.0, 0.02);
  // Fleets along the curve cost more where threads do less.
  bool is_wide = false;
  for (const BreakevenPoint& point : pair.curve) {
    const BreakevenRow& row = point.rows[1];
    if (!row.feasible) continue;
    EXPECT_LE(row.calibration.low, row.usd_per_month * (1 + 1e-9));
    EXPECT_GE(row.calibration.high, row.usd_per_month * (1 - 1e-9));
    is_wide = is_wide || row.calibration.high > row.calibration.low * 1.2;
  }
  EXPECT_TRUE(is_wide);
}

TEST(ServerFigures, AreAmongTheFiguresOfAPair) {
  SensitivityOptions options;
  options.requests_per_point = 20'000;
  const SensitivityReport report = sensitivity(
      read(scenario_text("redundancy = 1\n", "cpu = \"200 ms\"", "memory = \"1769 MB\"\n")),
      options);
  const auto& figures = report.pairs.at(0).figures;
  EXPECT_TRUE(std::any_of(figures.begin(), figures.end(), [](const VerdictEffect& effect) {
    return effect.figure == "hyperthread_yield of servers";
  }));
}

// Requests that may wait for a server need fewer functions: the rule that is chosen is not dearer
// than overflow at once, and the objective bounds how many may wait.
TEST(HybridSettings, TheQueueIsSearchedWhereItIsOpen) {
  const std::string text = scenario_text("redundancy = 0\n", "execution = \"300 ms\"");
  const HybridReport open = hybrid(read(text), {.replications = 2});
  ASSERT_GE(open.settings.size(), 3U);
  EXPECT_EQ(open.settings.front().queue, 0U);
  double least = 1e300;
  for (const HybridSetting& setting : open.settings) {
    if (setting.best.feasible) least = std::min(least, setting.best.usd_per_month);
    if (setting.queue != open.queue) continue;
    const auto row = std::find_if(open.rows.begin(), open.rows.end(),
                                  [&](const auto& r) { return r.count == setting.best.count; });
    ASSERT_NE(row, open.rows.end());
    EXPECT_EQ(setting.best.usd_per_month, row->usd_per_month);
    EXPECT_GE(setting.best.count, 1U);
  }
  const HybridReport at_once = hybrid(read(text), {.queue = 0, .replications = 2});
  EXPECT_EQ(at_once.settings.size(), 1U);
  EXPECT_EQ(at_once.settings[0].best.usd_per_month, open.settings[0].best.usd_per_month);
  const auto chosen = std::find_if(open.settings.begin(), open.settings.end(),
                                   [&](const auto& s) { return s.queue == open.queue; });
  EXPECT_EQ(chosen->best.usd_per_month, least);
  EXPECT_LE(least, at_once.settings[0].best.usd_per_month);
}

TEST(HybridSettings, BatchesAreSearchedWhereTheyAreOpen) {
  const HybridReport report =
      hybrid(read(scenario_text("redundancy = 0\nbatching = { fixed_share = 0.8 }\n",
                                "execution = \"300 ms\"")),
             {.replications = 2});
  EXPECT_FALSE(report.batches.empty());
  EXPECT_TRUE(std::any_of(report.settings.begin(), report.settings.end(), [](const auto& setting) {
    return setting.batches == "batches of up to 2";
  }));
}

}  // namespace
}  // namespace faascast
