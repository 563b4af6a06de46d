#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "platforms/compile.h"
#include "platforms/platform_spec.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PlatformSpec of_day(const std::string& name, const std::string& day) {
  PlatformFace face;
  face.as_of = day;
  return load_platform(name, face);
}

// ---- rules of a date ----

TEST(LambdaOfADay, RoundsTo100MsBeforeDecember2020) {
  EXPECT_EQ(of_day("aws-lambda", "2020-11-30").metering.granularity, 100ms);
  EXPECT_EQ(of_day("aws-lambda", "2020-12-01").metering.granularity, 1ms);
  EXPECT_EQ(of_day("aws-lambda", "").metering.granularity, 1ms);
}

TEST(LambdaOfADay, StartsABurstOf3000AndThen500AMinuteBeforeNovember2023) {
  const auto before = of_day("aws-lambda", "2023-11-25").scaling.scale_out;
  const auto after = of_day("aws-lambda", "2023-11-26").scaling.scale_out;
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->burst, 3000U);
  EXPECT_EQ(before->instances, 500U);
  EXPECT_EQ(before->period, 60s);
  EXPECT_EQ(after->burst, 1000U);
  EXPECT_EQ(after->instances, 1000U);
  EXPECT_EQ(after->period, 10s);
}

TEST(LambdaOfADay, BillsInitOfZipsSinceAugust2025AndAlwaysOfImagesAndOwnRuntimes) {
  const auto bills = [](const std::string& day, PackageKind package, const std::string& language) {
    const DeploymentConfig config{.package = package, .language = language};
    return make_pool(of_day("aws-lambda", day), config, {}).pool.metering.bills_init;
  };
  EXPECT_FALSE(bills("2025-07-31", PackageKind::kZip, "python"));
  EXPECT_TRUE(bills("2025-08-01", PackageKind::kZip, "python"));
  EXPECT_TRUE(bills("", PackageKind::kZip, "python"));
  EXPECT_TRUE(bills("2025-07-31", PackageKind::kImage, "python"));
  EXPECT_TRUE(bills("2025-07-31", PackageKind::kZip, "rust"));
}

TEST(LambdaOfADay, KeepsAliveAsItWasMeasuredThen) {
  const KeepAlive january = of_day("aws-lambda", "2020-01-15").keep_alive;
  EXPECT_EQ(january.rule, KeepAliveRule::kHalving);
  EXPECT_EQ(january.window, 380s);
  const KeepAlive june = of_day("aws-lambda", "2020-06-01").keep_alive;
  EXPECT_EQ(june.rule, KeepAliveRule::kFixed);
  EXPECT_EQ(june.window, 600s);
  // 2021: 59 % alive after 6 min, all gone after 7. Today: half are gone after about 318 s.
  EXPECT_NEAR(seconds_of(of_day("aws-lambda", "2021-06-01").keep_alive.idle_life.quantile(0.4061)),
              360.0, 1.0);
  EXPECT_NEAR(seconds_of(of_day("aws-lambda", "").keep_alive.idle_life.quantile(0.43)), 315.0, 1.0);
}

TEST(AzureOfADay, KeptAliveFor20To30MinutesIn2021) {
  EXPECT_NEAR(
      seconds_of(
          of_day("azure-functions-consumption", "2021-01-07").keep_alive.idle_life.quantile(0.5)),
      1320.0, 5.0);
  EXPECT_LT(
      of_day("azure-functions-consumption", "2025-06-01").keep_alive.idle_life.quantile(0.999),
      391s);
}

// ---- users' files ----

class PlatformFile : public ::testing::Test {
 protected:
  std::vector<Problem> problems_of(const std::string& text) {
    const auto file =
        std::filesystem::path(::testing::TempDir()) /
        (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".toml");
    std::ofstream(file) << "inherits = \"aws-lambda\"\nname = \"mine\"\n" << text;
    std::vector<Problem> problems = check_platform(file.string());
    std::filesystem::remove(file);
    return problems;
  }
};

constexpr const char* kNote =
    "kind = \"measured\", source = \"our logs\", as_of = \"2026-05\", confidence = \"B\"";

TEST_F(PlatformFile, OfShippedPlatformsHasNoProblemInAnyVariantOnAnyDay) {
  for (const std::string& name : platform_names()) {
    EXPECT_THAT(check_platform(name), IsEmpty()) << name;
  }
}

TEST_F(PlatformFile, RefusesASurvivalCurveThatRises) {
  EXPECT_THAT(problems_of("[keep_alive]\nrule = { value = \"survival\", " + std::string(kNote) +
                          " }\n[keep_alive.curve]\npoints = [\n{ idle = \"60 s\", alive = 0.4 },\n"
                          "{ idle = \"70 s\", alive = 0.5 },\n{ idle = \"80 s\", alive = 0 },\n]\n"
                          "low_factor = 0.9\nhigh_factor = 1.1\nkind = \"measured\"\n"
                          "source = \"our logs\"\nas_of = \"2026-05\"\nconfidence = \"B\"\n"),
              Contains(AllOf(Field(&Problem::where, HasSubstr(".toml:8:")),
                             Field(&Problem::what, HasSubstr("rises, from 0.4 to 0.5")))));
}

TEST_F(PlatformFile, RefusesAGapBetweenRulesOfDates) {
  const std::string figure = "value = \"1 ms\", " + std::string(kNote);
  const auto with = [&](const std::string& first, const std::string& second) {
    return problems_of("[metering]\ngranularity = [\n{ " + first + figure +
                       ", low = \"1 ms\", high = \"1 ms\" },\n{ " + second + figure +
                       ", low = \"1 ms\", high = \"1 ms\" },\n]\n");
  };
  EXPECT_THAT(with("until = \"2020-12-01\", ", ""), IsEmpty());
  EXPECT_THAT(with("until = \"2020-12-01\", ", "until = \"2021-12-01\", "),
              Contains(Field(&Problem::what, HasSubstr("the last rule ends"))));
  EXPECT_THAT(with("", "until = \"2021-12-01\", "),
              Contains(Field(&Problem::what, HasSubstr("without 'until' before others"))));
  EXPECT_THAT(with("until = \"soon\", ", ""), Contains(Field(&Problem::what, "not a date")));
  EXPECT_THAT(with("until = \"2020-13-01\", ", ""), Contains(Field(&Problem::what, "not a date")));
}

TEST_F(PlatformFile, ReportsWhatIsWrongInRulesOfOtherDatesAndInVariants) {
  const std::vector<Problem> problems =
      problems_of("timeout = [\n{ until = \"2020-12-01\", value = \"5 parsecs\", " +
                  std::string(kNote) + " },\n{ value = \"5 s\", low = \"5 s\", high = \"5 s\", " +
                  kNote + " },\n]\n[variants.fast]\nnetwork = \"3 ms\"\n");
  EXPECT_THAT(problems, SizeIs(2));
  EXPECT_THAT(problems, Contains(Field(&Problem::what, HasSubstr("parsecs"))));
  EXPECT_THAT(problems, Contains(Field(&Problem::what, HasSubstr("every number with its source"))));
}

TEST(Variant, ThatIsUnknownIsAnsweredWithTheNearest) {
  std::vector<Problem> problems;
  PlatformFace face;
  face.variants = {"snapstar"};
  EXPECT_FALSE(load_platform("aws-lambda", nullptr, problems, face));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].mend, HasSubstr("did you mean 'snapstart'"));
}

TEST(Variant, ChangesWhatItNamesAndNothingElse) {
  PlatformFace face;
  face.variants = {"gpu-l4"};
  const PlatformSpec spec = load_platform("google-cloud-run", face);
  const PlatformSpec base = load_platform("google-cloud-run");
  EXPECT_EQ(spec.metering.gpu, "L4");
  EXPECT_EQ(base.metering.gpu, "");
  EXPECT_EQ(spec.limits.timeout, base.limits.timeout);
}

}  // namespace
}  // namespace faascast
