// A platform of known figures is simulated here by a few lines of its own, its log is written as
// the platform would, and calibrating has to find the figures again.

#include "studies/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <queue>

#include "platforms/platform_spec.h"
#include "sim-core/error.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

/// What the log comes from.
struct Truth {
  double rate_per_s = 0.004;
  double window_s = 400.0;
  double init_median_s = 0.2;
  double init_sigma = 0.3;
  double warm_median_s = 0.5;
  double warm_sigma = 0.2;
  int requests = 4000;
};

struct Logged {
  double at = 0.0;
  double init = 0.0;  ///< 0 = warm
  double duration = 0.0;
};

/// One function; the instance idle for the shortest time is taken.
std::vector<Logged> simulate(const Truth& truth) {
  const Stream arrivals(11, 0, Purpose::kRequest);
  const Stream inits(11, 0, Purpose::kColdStart);
  const auto lognormal = [](std::uint64_t word, double median, double sigma) {
    return ShiftedLaw{LawFamily::kLognormal, 0.0, median, sigma}.quantile(uniform_from_word(word));
  };
  std::priority_queue<double, std::vector<double>, std::greater<>> busy;
  std::vector<double> idle;
  std::vector<Logged> log;
  double now = 0.0;
  for (int i = 0; i < truth.requests; ++i) {
    const auto number = static_cast<std::uint64_t>(i);
    now -= std::log(uniform_from_word(arrivals.words(number)[0])) / truth.rate_per_s;
    for (; !busy.empty() && busy.top() <= now; busy.pop()) idle.push_back(busy.top());
    std::erase_if(idle, [&](double since) { return now - since >= truth.window_s; });
    Logged each{now, 0.0, lognormal(arrivals.words(number)[1], truth.warm_median_s,
                                    truth.warm_sigma)};
    if (idle.empty()) {
      each.init = lognormal(inits.words(number)[0], truth.init_median_s, truth.init_sigma);
    } else {
      idle.pop_back();
    }
    busy.push(now + each.init + each.duration);
    log.push_back(each);
  }
  return log;
}

std::string stamp(double at) {
  const double whole = std::floor(at);
  const std::time_t time = 1'767'225'600 + static_cast<std::time_t>(whole);  // 2026-01-01
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%06.3fZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec + (at - whole));
  return text;
}

std::string report_lines(const std::vector<Logged>& log) {
  std::string text;
  for (const Logged& each : log) {
    char line[512];
    std::snprintf(line, sizeof line,
                  "%s REPORT RequestId: 1-2-3\tDuration: %.2f ms\tBilled Duration: %.0f ms\tMemory "
                  "Size: 512 MB\tMax Memory Used: 90 MB",
                  stamp(each.at + each.init + each.duration).c_str(), 1e3 * each.duration,
                  std::ceil(1e3 * each.duration));
    text += line;
    if (each.init > 0.0) {
      std::snprintf(line, sizeof line, "\tInit Duration: %.2f ms", 1e3 * each.init);
      text += line;
    }
    text += "\n";
  }
  return text;
}

std::string plain_rows(const std::vector<Logged>& log) {
  std::string text = "arrival_s,execution_s,cold_execution_s\n";
  for (const Logged& each : log) {
    char line[160];
    std::snprintf(line, sizeof line, "%.6f,%.6f,", each.at, each.duration);
    text += line;
    if (each.init > 0.0) {
      std::snprintf(line, sizeof line, "%.6f", each.init + each.duration);
      text += line;
    }
    text += "\n";
  }
  return text;
}

class Calibrate : public ::testing::Test {
 protected:
  Calibrate() { std::filesystem::create_directories(folder_); }
  ~Calibrate() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  CalibrationReport of(const std::string& name, const std::string& text,
                       const std::string& platform = {}) {
    CalibrationRequest request;
    request.files = {file(name, text)};
    request.platform = platform;
    request.today = "2026-11-24";
    return calibrate(request);
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("faascast-calibrate-" + std::to_string(::getpid()));
};

void expect_found(const CalibrationReport& report, const Truth& truth) {
  ASSERT_FALSE(report.keep_alive.fits.empty()) << report.keep_alive.refusal;
  const KeepAliveFit& life = report.keep_alive.fits.front();
  EXPECT_LE(life.low_s, truth.window_s);
  EXPECT_GE(life.high_s, truth.window_s);
  EXPECT_LT(life.high_s / life.low_s, 1.1);
  ASSERT_TRUE(report.cold_start.is_fitted()) << report.cold_start.refusal;
  const SampleQuantile& median = report.cold_start.quantiles[2];
  EXPECT_LE(median.low, truth.init_median_s);
  EXPECT_GE(median.high, truth.init_median_s);
  EXPECT_LT(median.high / median.low, 1.2);
  ASSERT_TRUE(report.execution.is_fitted());
  EXPECT_LE(report.execution.quantiles[2].low, truth.warm_median_s);
  EXPECT_GE(report.execution.quantiles[2].high, truth.warm_median_s);
  EXPECT_NEAR(report.execution.cv, truth.warm_sigma, 0.03);
  EXPECT_TRUE(report.execution.takes_law);
}

TEST_F(Calibrate, LambdaReportsGiveTheFiguresBack) {
  const Truth truth;
  const CalibrationReport report = of("reports.log", report_lines(simulate(truth)));
  expect_found(report, truth);
  EXPECT_TRUE(report.is_init);
  EXPECT_EQ(report.platform, "aws-lambda");
  EXPECT_THAT(report.as_of, HasSubstr("2026-01-01.."));
}

TEST_F(Calibrate, PlainRowsGiveTheFiguresBack) {
  const Truth truth;
  const CalibrationReport report =
      of("rows.csv", plain_rows(simulate(truth)), "google-cloud-functions");
  expect_found(report, truth);
  EXPECT_FALSE(report.is_init);
  EXPECT_EQ(report.as_of, "2026-11-24");
}

TEST_F(Calibrate, PlatformFileLoadsWithItsIntervals) {
  const Truth truth;
  const CalibrationReport report = of("reports.log", report_lines(simulate(truth)));
  const auto path = file("mine.toml", report.platform_file);
  const PlatformSpec spec = load_platform(path.string());
  EXPECT_NEAR(seconds_of(spec.keep_alive.window), report.keep_alive.fits.front().median_s, 0.001);
  ASSERT_EQ(spec.cold_start.runtime.size(), 1U);
  EXPECT_NEAR(seconds_of(spec.cold_start.runtime.front().law.quantile(0.5)), truth.init_median_s,
              0.02);
  EXPECT_EQ(spec.tariff, "aws-lambda");
  const PlatformSpec low = load_platform(
      path.string(), Pin{.path = "keep_alive.window", .side = Pin::Side::kLow});
  EXPECT_LE(seconds_of(low.keep_alive.window), truth.window_s);
}

TEST_F(Calibrate, DenseTrafficTellsNoKeepAlive) {
  Truth truth;
  truth.rate_per_s = 0.5;
  const CalibrationReport report = of("reports.log", report_lines(simulate(truth)));
  EXPECT_TRUE(report.keep_alive.fits.empty());
  EXPECT_THAT(report.keep_alive.refusal, HasSubstr("no instance was found gone"));
  EXPECT_TRUE(report.execution.is_fitted());
  EXPECT_THAT(report.platform_file, ::testing::Not(HasSubstr("[keep_alive]")));
}

TEST_F(Calibrate, TooFewRowsAreRefusedWithEveryReason) {
  Truth truth;
  truth.requests = 8;
  const std::string text = report_lines(simulate(truth));
  try {
    (void)of("reports.log", text);
    FAIL() << "nothing was refused";
  } catch (const InputError& error) {
    ASSERT_EQ(error.problems().size(), 3U);
    EXPECT_THAT(error.problems()[0].what, HasSubstr("cold start: "));
    EXPECT_THAT(error.problems()[1].what, HasSubstr("keep-alive: "));
    EXPECT_THAT(error.problems()[2].what, HasSubstr("at least 20 are needed"));
  }
}

TEST_F(Calibrate, AColdCellInEveryRowMarksNoneAsCold) {
  std::string text = "arrival_s,execution_s,cold_execution_s\n";
  for (int i = 0; i < 60; ++i) {
    text += std::to_string(i * 100) + ",0.5" + std::to_string(i) + ",1.0" + std::to_string(i) + "\n";
  }
  const CalibrationReport report = of("rows.csv", text, "aws-lambda");
  EXPECT_THAT(report.keep_alive.refusal, HasSubstr("every row has a cold duration"));
}

TEST_F(Calibrate, RendersInEveryFormat) {
  const CalibrationReport report = of("reports.log", report_lines(simulate({})));
  for (const ReportFormat format : {ReportFormat::kText, ReportFormat::kCsv, ReportFormat::kJson,
                                    ReportFormat::kMarkdown, ReportFormat::kHtml}) {
    EXPECT_THAT(render(report, format), HasSubstr("p95"));
  }
  const std::string text = render(report, ReportFormat::kText);
  std::size_t widest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    widest = std::max(widest, end - at);
    at = end + 1;
  }
  EXPECT_LE(widest, 80U) << text;
}

}  // namespace
}  // namespace faascast
