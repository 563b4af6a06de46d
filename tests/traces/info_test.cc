#include "traces/info.h"

#include <gmock/gmock.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/traces/replayed.h"
#include "traces/generators.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(Describe, KnownFigures) {
  const auto traffic = open_trace_text("arrival_s,function\n0,a\n10,b\n20,a\n130,a\n", "r.csv");
  const TrafficInfo info = describe(*traffic, {});
  EXPECT_EQ(info.requests, 4U);
  EXPECT_EQ(info.functions, 2U);
  EXPECT_EQ(info.first, 0s);
  EXPECT_EQ(info.last, 130s);
  EXPECT_EQ(info.span, 130s);
  EXPECT_DOUBLE_EQ(info.mean_rate_per_s, 4.0 / 130.0);
  EXPECT_EQ(info.peak_minute, 3U);
  EXPECT_DOUBLE_EQ(info.mean_minute, 4.0 / 3.0);
  // Minutes hold 3, 0, 1: variance 14/9, mean 4/3.
  EXPECT_NEAR(info.dispersion, 14.0 / 12.0, 1e-12);
  // Gaps 10, 10, 110: mean 130/3, variance 20000/9.
  EXPECT_NEAR(info.interarrival_cv, std::sqrt(20000.0 / 9.0) / (130.0 / 3.0), 1e-12);
}

TEST(Describe, DispersionByWindow) {
  // Two requests in every even second: 2, 0, 2, 0, ... has mean 1 and variance 1; any ten seconds
  // hold exactly ten.
  std::string text = "arrival_s\n";
  for (int second = 0; second < 200; second += 2) text += fmt::format("{0}.25\n{0}.75\n", second);
  text += "200\n";
  const TrafficInfo info = describe(*open_trace_text(text, "r.csv"), {});
  ASSERT_EQ(info.dispersion_by_window.size(), 2U) << "there are no ten minutes";
  EXPECT_EQ(info.dispersion_by_window[0].window, 1s);
  EXPECT_NEAR(info.dispersion_by_window[0].ratio, 1.0, 1e-12);
  EXPECT_EQ(info.dispersion_by_window[1].window, 10s);
  EXPECT_NEAR(info.dispersion_by_window[1].ratio, 0.0, 1e-12);
}

TEST(Describe, PoissonArrivalsHaveDispersionOneForEveryWindow) {
  GeneratorSpec spec;
  spec.rate_per_s = 5.0;
  spec.duration = 24h * 60;  // more seconds than there are bins for
  const TrafficInfo info = describe(*make_generator(spec), {3, 0});
  ASSERT_EQ(info.dispersion_by_window.size(), 4U);
  EXPECT_EQ(info.dispersion_by_window[0].window, 10s);
  for (const Dispersion& d : info.dispersion_by_window) {
    const auto windows = static_cast<double>(spec.duration / d.window);
    EXPECT_NEAR(d.ratio, 1.0, 5.0 * std::sqrt(2.0 / windows));  // of a chi-squared, 5 errors
  }
}

TEST(Describe, PopularityIsACurve) {
  const auto traffic = open_trace_text("arrival_s,function\n0,a\n1,b\n2,a\n3,c\n", "r.csv");
  const TrafficInfo info = describe(*traffic, {});
  ASSERT_EQ(info.popularity.size(), 3U);
  EXPECT_EQ(info.popularity[0].functions, 1U);
  EXPECT_DOUBLE_EQ(info.popularity[0].share, 0.5);
  EXPECT_DOUBLE_EQ(info.popularity[1].share, 0.75);
  EXPECT_EQ(info.popularity[2].functions, 3U);
  EXPECT_DOUBLE_EQ(info.popularity[2].share, 1.0);
}

TEST(Describe, NothingIsNoNumber) {
  const TrafficInfo info = describe(*open_trace_text("arrival_s\n", "r.csv"), {});
  EXPECT_EQ(info.requests, 0U);
  EXPECT_EQ(info.mean_rate_per_s, 0.0);
  EXPECT_EQ(info.dispersion, 0.0);
  const TrafficInfo one = describe(*open_trace_text("arrival_s\n0\n", "r.csv"), {});
  EXPECT_EQ(one.requests, 1U);
  EXPECT_EQ(one.interarrival_cv, 0.0);
}

TEST(Describe, TheShippedDayIsAsBurstyAsItsReadmeSays) {
  const TrafficInfo info = describe(*open_trace("bursty-inference-day"), {});
  EXPECT_EQ(info.requests, 105'900U);
  EXPECT_EQ(info.span, 24h);
  EXPECT_NEAR(info.mean_minute, 73.54, 0.01);
  EXPECT_NEAR(info.dispersion, 74.7, 0.1);
  EXPECT_EQ(info.peak_minute, 706U);
}

TEST(RealData, AzureLlmCode2023IsBursty) {
  const auto file = shared_data() / "traces" / "azure_llm_2023_code.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const TrafficInfo info = describe(*open_trace(file), {});
  EXPECT_EQ(info.requests, 8819U);
  EXPECT_NEAR(info.mean_rate_per_s, 2.57, 0.01);
  EXPECT_NEAR(info.interarrival_cv, 13.2, 0.05);
  EXPECT_NEAR(info.dispersion, 161.0, 4.0);
  EXPECT_EQ(info.peak_minute, 632U);
  EXPECT_NEAR(info.mean_minute, 152.0, 1.0);
}

TEST(WritePlainCsv, RoundTripIsExact) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.csv";
  const auto traffic = open_trace_text(
      "arrival_s,function,execution_s,cold_execution_s,memory_mb\n"
      "0.000000001,b,0.25,1.5,128\n1.5,a,,,\n1209599.700000001,b,3,,0\n",
      "r.csv");
  write_plain_csv(*traffic, {}, file);
  EXPECT_EQ(content_of(file),
            "arrival_s,function,execution_s,cold_execution_s,memory_mb\n"
            "0.000000001,0,0.25,1.5,128\n1.5,1,,,\n1209599.700000001,0,3,,0\n");
  const auto again = replayed(*open_trace(file));
  const auto before = replayed(*traffic);
  ASSERT_EQ(again.size(), before.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].at, before[i].at);
    EXPECT_EQ(again[i].function, before[i].function);
    EXPECT_EQ(again[i].number, before[i].number);
    EXPECT_EQ(again[i].execution_ns, before[i].execution_ns);
    EXPECT_EQ(again[i].memory_mb, before[i].memory_mb);
  }
}

TEST(WritePlainCsv, IndependentFunctionsAreMerged) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.csv";
  const auto traffic = open_trace_text("HashFunction,1,2\nf,50,3\ng,40,9\n", "c.csv");
  write_plain_csv(*traffic, {}, file);
  const auto rows = replayed(*open_trace(file));
  EXPECT_EQ(rows.size(), 102U);
  EXPECT_TRUE(is_sorted_by_time(rows));
}

TEST(WritePlainCsv, AFailedReplayLeavesNoFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "out.csv";
  std::ofstream(file) << "the old one\n";
  std::string text = "arrival_s\n";
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + "\n";
  const auto traffic = open_trace_text(text + "oops\n", "r.csv");
  EXPECT_THAT(message_of([&] { write_plain_csv(*traffic, {}, file); }), HasSubstr("oops"));
  EXPECT_EQ(content_of(file), "the old one\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THAT(message_of([&] { write_plain_csv(*traffic, {}, folder.path() / "no" / "x.csv"); }),
              HasSubstr("cannot write: No such file"));
}

}  // namespace
}  // namespace faascast
