#include "studies/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platforms/law_fit.h"
#include "sim-core/error.h"
#include "sim-core/random.h"
#include "studies/validation/blind.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

Case case_of(const std::string& function, double measured, double reference = 1.0,
             double ratio = 1.0, bool learns = false) {
  BlindRow row;
  row.set = "s";
  row.function = function;
  row.measured = measured;
  return {row, function, reference, ratio, learns};
}

TEST(Learn, TwoFunctionsGiveATInterval) {
  const std::vector<Case> cases = {case_of("a", std::exp(0.1)), case_of("b", std::exp(-0.1)),
                                   case_of("c", 5.0)};
  const auto learned = learn(cases, "c");
  ASSERT_TRUE(learned);
  EXPECT_NEAR(learned->shift, 0.0, 1e-12);
  // Between two means 0.2 apart the variance is 0.02; one degree of freedom: t = 6.3138.
  EXPECT_NEAR(learned->half, 6.3138 * std::sqrt(0.02 * 1.5), 1e-3);
  EXPECT_FALSE(learn({case_of("a", 1.0), case_of("c", 5.0)}, "c"));  // one cluster
}

TEST(Learn, FindsTheShareThatScales) {
  // 40 % of every function's time scales with the ratio.
  std::vector<Case> cases;
  for (const char* name : {"a", "b", "c"}) {
    for (const double ratio : {0.5, 2.0, 4.0}) {
      cases.push_back(case_of(name, 3.0 * (0.6 + 0.4 * ratio), 3.0, ratio, true));
    }
  }
  const auto learned = learn(cases, "c");
  ASSERT_TRUE(learned);
  EXPECT_NEAR(learned->share, 0.4, 1e-9);
  EXPECT_NEAR(learned->half, 0.0, 1e-9);
  for (const BlindRow& row : predicted(cases)) {
    EXPECT_NEAR(row.predicted, row.measured, 1e-9);
  }
}

TEST(Learn, IntervalsHoldNineInTen) {
  // Seven functions whose errors come from one law, three rows each around the function's own.
  const Stream stream(3, 0, Purpose::kRequest);
  const ShiftedLaw between{LawFamily::kLognormal, 0.0, 1.0, 0.3};
  const ShiftedLaw within{LawFamily::kLognormal, 0.0, 1.0, 0.1};
  std::uint64_t number = 0;
  int rows = 0;
  int inside = 0;
  for (int trial = 0; trial < 120; ++trial) {
    std::vector<Case> cases;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
      const double own = between.quantile(uniform_from_word(stream.words(number++)[0]));
      for (int i = 0; i < 3; ++i) {
        cases.push_back(
            case_of(name, own * within.quantile(uniform_from_word(stream.words(number++)[1]))));
      }
    }
    for (const BlindRow& row : predicted(cases)) {
      ++rows;
      inside += row.inside() ? 1 : 0;
    }
  }
  const double share = static_cast<double>(inside) / rows;
  // 840 clusters, standard error sqrt(0.09 / 840) = 0.0104: four of them either side.
  EXPECT_NEAR(share, 0.9, 0.042);
}

TEST(Regression, PowerLawIsPredictedExactly) {
  std::vector<Point> points;
  for (const double x : {1.0, 2.0, 5.0, 9.0, 20.0}) {
    BlindRow row;
    row.measured = 3.0 * std::pow(x, 0.7);
    points.push_back({row, x});
  }
  for (const BlindRow& row : predicted_by_regression(points)) {
    EXPECT_NEAR(row.predicted / row.measured, 1.0, 1e-9);
    EXPECT_NEAR(row.high / row.low, 1.0, 1e-5);
  }
}

TEST(Raised, AddsIntervalsInQuadrature) {
  BlindRow base;
  base.predicted = 2.0;
  base.low = 2.0 / std::exp(0.3);
  base.high = 2.0 * std::exp(0.3);
  const double up = 1.5 * std::exp(0.4) - 1.0;
  const BlindRow row = raised(base, 0.5, 0.5, up);
  EXPECT_NEAR(row.predicted, 3.0, 1e-12);
  EXPECT_NEAR(row.high, 3.0 * std::exp(0.5), 1e-9);  // 0.3 and 0.4
  EXPECT_NEAR(row.low, 3.0 * std::exp(-0.3), 1e-9);
}

TEST(StudentsT, KnownQuantiles) {
  EXPECT_NEAR(t95(1), 6.3138, 1e-3);
  EXPECT_NEAR(t95(5), 2.0150, 1e-3);
}

std::filesystem::path data() {
  if (const char* folder = std::getenv("FAASCAST_DATA"); folder != nullptr) return folder;
  const char* root = std::getenv("FAASCAST_ROOT");
  return std::filesystem::path(root == nullptr ? "." : root) / ".." / "shared" / "data";
}

class Validate : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(data() / "measured")) {
      GTEST_SKIP() << "no measurements at " << data() << ": set FAASCAST_DATA";
    }
  }
  static std::filesystem::path file(const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("faascast-rows-" + std::to_string(::getpid()) + ".csv");
    std::ofstream(path) << text;
    return path;
  }
  static std::string problem(const std::string& text) {
    ValidateRequest request;
    request.data = data();
    request.rows = {file(text)};
    try {
      (void)validate(request);
    } catch (const InputError& error) {
      std::string all;
      for (const Problem& each : error.problems()) all += to_string(each) + "\n";
      return all;
    }
    return "";
  }
};

TEST_F(Validate, PublishedBillsComeOutAgain) {
  ValidateRequest request;
  request.data = data();
  const ValidationReport report = validate(request);
  const auto check = [&](const std::string& name) {
    for (const ArithmeticCheck& each : report.arithmetic) {
      if (each.name == name) return each;
    }
    ADD_FAILURE() << name;
    return ArithmeticCheck{};
  };
  // The log itself has 3 and 4 rows that its own rule does not give.
  EXPECT_EQ(check("SLApp App8, billed time").equal, 26'877U);
  EXPECT_EQ(check("SLApp App8, billed time").rows, 26'880U);
  EXPECT_EQ(check("SLApp App10, billed time").equal, 30'855U);
  const ArithmeticCheck break_even = check("SeBS break-even, requests/h");
  EXPECT_EQ(break_even.rows, 6U);
  EXPECT_EQ(break_even.equal, 6U);
  EXPECT_EQ(check("SeBS cost 411_aws").equal, check("SeBS cost 411_aws").rows);
  EXPECT_EQ(check("SeBS cost 120_gcp").equal, 2000U);
  EXPECT_EQ(check("Lambda 2023, rust: INIT billed").equal, 320U);

  ASSERT_FALSE(report.coverage.empty());
  const Coverage& all = report.coverage.back();
  EXPECT_GT(all.rows, 100U);
  EXPECT_GE(static_cast<double>(all.inside), 0.85 * static_cast<double>(all.rows));
  for (const BlindRow& row : report.blind) {
    EXPECT_GT(row.measured, 0.0) << row.set << row.function << row.quantity;
    EXPECT_LE(row.low, row.predicted);
    EXPECT_GE(row.high, row.predicted);
  }
  for (const ReportFormat format : {ReportFormat::kText, ReportFormat::kJson, ReportFormat::kCsv,
                                    ReportFormat::kMarkdown, ReportFormat::kHtml}) {
    EXPECT_THAT(render(report, format), HasSubstr("resnet-50"));
  }
}

TEST_F(Validate, RowsOfTheUserAreAccepted) {
  ValidateRequest request;
  request.data = data();
  request.rows = {file(
      "platform,function,memory_mb,reference_memory_mb,reference_s,warm_p50_s,warm_p99_s\n"
      "aws-lambda,mine,512,1024,0.5,0.9,1.6\n"
      "aws-lambda,mine,2048,1024,0.5,0.4,\n")};
  const ValidationReport report = validate(request);
  ASSERT_EQ(report.blind.size(), 3U);
  EXPECT_EQ(report.blind[0].quantity, "warm p50");
  EXPECT_TRUE(report.blind[0].inside());
  EXPECT_EQ(report.blind[1].quantity, "warm p99");
  EXPECT_TRUE(report.arithmetic.empty());
}

TEST_F(Validate, WrongRowsAreAllReported) {
  EXPECT_THAT(problem("platform,function,memory\naws-lambda,f,512\n"),
              ::testing::AllOf(HasSubstr("unknown column 'memory'"), HasSubstr("no column 'memory_mb'")));
  const std::string head = "platform,function,memory_mb,cpu_s,warm_p50_s\n";
  EXPECT_THAT(problem(head + "aws-lamda,f,512,0.1,1\n"), HasSubstr("did you mean 'aws-lambda'"));
  EXPECT_THAT(problem(head + "aws-lambda,f,64,0.1,1\n"), HasSubstr("sells no 64 MB"));
  EXPECT_THAT(problem(head + "aws-lambda,f,512,-1,1\n"), HasSubstr("no number above 0"));
  EXPECT_THAT(problem(head + "aws-lambda,f,512,,1\n"), HasSubstr("either cpu_s"));
  EXPECT_THAT(problem(head + "aws-lambda,f\n"), HasSubstr("2 cells"));
}

TEST(ValidateWithoutData, SaysWhereToGetIt) {
  ValidateRequest request;
  request.data = "/nonexistent";
  EXPECT_THROW((void)validate(request), InputError);
}

}  // namespace
}  // namespace faascast
