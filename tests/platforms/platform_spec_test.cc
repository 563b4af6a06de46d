#include "platforms/platform_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "platforms/compile.h"

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- the shipped files ----

TEST(ShippedPlatforms, AreTheFourOfThisStep) {
  EXPECT_THAT(platform_names(),
              ::testing::IsSupersetOf({"aws-lambda", "azure-functions-consumption",
                                       "google-cloud-functions", "google-cloud-run"}));
}

class EachShippedPlatform : public ::testing::TestWithParam<std::string> {};

TEST_P(EachShippedPlatform, NamesItselfAsItsFile) {
  EXPECT_EQ(load_platform(GetParam()).name, GetParam());
}

TEST_P(EachShippedPlatform, SourcesAndDatesEveryFigure) {
  const PlatformSpec spec = load_platform(GetParam());
  EXPECT_GT(spec.figures.size(), 25U);
  for (const Figure& figure : spec.figures) {
    EXPECT_FALSE(figure.value.empty()) << figure.path;
    EXPECT_FALSE(figure.note.source.empty()) << figure.path;
    EXPECT_GE(figure.note.as_of.size(), 4U) << figure.path;
    EXPECT_EQ(figure.low.empty(), figure.high.empty()) << figure.path;
  }
}

TEST_P(EachShippedPlatform, GivesARangeToWhatIsMeasuredOrAssumed) {
  // Keep-alive, host factor, overhead, network, package and object store at least.
  EXPECT_GE(figures(load_platform(GetParam())).size(), 6U);
}

TEST_P(EachShippedPlatform, HasUniqueFigurePaths) {
  std::vector<std::string> paths;
  for (const Figure& figure : load_platform(GetParam()).figures) paths.push_back(figure.path);
  std::sort(paths.begin(), paths.end());
  EXPECT_EQ(std::adjacent_find(paths.begin(), paths.end()), paths.end());
}

TEST_P(EachShippedPlatform, LoadsWithEveryFigureAtEitherEnd) {
  for (const Figure& figure : figures(load_platform(GetParam()))) {
    EXPECT_NO_THROW((void)load_platform(GetParam(), Pin{figure.path, Pin::Side::kLow}))
        << figure.path;
    EXPECT_NO_THROW((void)load_platform(GetParam(), Pin{figure.path, Pin::Side::kHigh}))
        << figure.path;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachShippedPlatform, ::testing::ValuesIn(platform_names()),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Lambda, HasThePublishedLifecycle) {
  const PlatformSpec spec = load_platform("aws-lambda");
  EXPECT_EQ(spec.keep_alive.rule, KeepAliveRule::kDrawn);
  EXPECT_EQ(spec.limits.timeout, 900s);
  EXPECT_EQ(spec.limits.request, Bytes(6'000'000));
  EXPECT_EQ(spec.limits.zip, Bytes(250'000'000));
  EXPECT_EQ(spec.cold_start.init_limit, 10s);
  EXPECT_EQ(spec.scaling.account_concurrency, 1000U);
  EXPECT_EQ(spec.memory.maximum, Megabytes(10240));
  EXPECT_EQ(spec.cpu.period, 20ms);
  EXPECT_TRUE(spec.metering.bills_init);
  EXPECT_TRUE(spec.metering.bills_zip_init);
}

TEST(BandwidthCurve, RunsStraightFromTheOriginAndStaysLevelAtTheEnd) {
  const BandwidthCurve curve = load_platform("aws-lambda").cold_start.object_store;
  EXPECT_DOUBLE_EQ(curve.at(Megabytes(512)), 30e6);
  EXPECT_DOUBLE_EQ(curve.at(Megabytes(768)), 45e6);  // half way from 30 to 60
  EXPECT_DOUBLE_EQ(curve.at(Megabytes(256)), 15e6);  // half way from 0 to 30
  EXPECT_DOUBLE_EQ(curve.at(Megabytes(10240)), 149e6);
}

TEST(BandwidthCurve, OfOnePointIsConstant) {
  const BandwidthCurve curve = load_platform("google-cloud-functions").cold_start.object_store;
  EXPECT_DOUBLE_EQ(curve.at(Megabytes(128)), 42e6);
  EXPECT_DOUBLE_EQ(curve.at(Megabytes(8192)), 42e6);
}

// ---- pins ----

TEST(PinnedFigure, TakesItsLowOrHigh) {
  EXPECT_EQ(load_platform("google-cloud-functions", Pin{"keep_alive.window", Pin::Side::kLow})
                .keep_alive.window,
            900s);
  EXPECT_EQ(load_platform("google-cloud-functions", Pin{"keep_alive.window", Pin::Side::kHigh})
                .keep_alive.window,
            945s);
  EXPECT_EQ(
      load_platform("aws-lambda", Pin{"cpu_share.host_factor", Pin::Side::kHigh}).cpu.host_factor,
      2.5);
}

TEST(PinnedFigure, ScalesAWholeLaw) {
  const auto median = [](const std::optional<Pin>& pin) {
    const PlatformSpec spec = load_platform("aws-lambda", pin);
    return seconds_of(spec.cold_start.runtime.front().law.quantile(0.5));
  };
  const std::string path = "cold_start.runtime.python.zip";
  EXPECT_NEAR(median(Pin{path, Pin::Side::kLow}), 0.8 * median({}), 1e-6);
  EXPECT_NEAR(median(Pin{path, Pin::Side::kHigh}), 1.25 * median({}), 1e-6);
}

// ---- laws as published ----

TEST(LambdaInit, OfPythonZipHasThePublishedQuantiles) {
  const DeploymentConfig config{.memory = Megabytes(1024)};
  const PoolPlan pool = make_pool(load_platform("aws-lambda"), config, {}).pool;
  const auto runtime =
      std::find_if(pool.cold_start.begin(), pool.cold_start.end(),
                   [](const ColdComponent& component) { return component.name == "runtime"; });
  ASSERT_NE(runtime, pool.cold_start.end());
  // Published knots; between the table's knots the law bends by less than 1 %.
  EXPECT_NEAR(seconds_of(runtime->wall.quantile(0.50)), 0.0894, 0.001);
  EXPECT_NEAR(seconds_of(runtime->wall.quantile(0.95)), 0.1182, 0.0012);
  EXPECT_NEAR(seconds_of(runtime->wall.quantile(0.99)), 0.1383, 0.0014);
}

// ---- describe ----

TEST(Describe, FlagsWhatIsOlderThanTwoYears) {
  const auto is_old = [](const std::string& path, const std::string& today) {
    for (const FigureRow& row : describe(load_platform("google-cloud-functions"), today)) {
      if (row.figure.path == path) return row.old;
    }
    ADD_FAILURE() << "no figure " << path;
    return false;
  };
  EXPECT_FALSE(is_old("keep_alive.window", "2026-11-24"));  // as of 2025, so to 2025-12
  EXPECT_FALSE(is_old("keep_alive.window", "2027-12-31"));
  EXPECT_TRUE(is_old("keep_alive.window", "2028-01-01"));
  EXPECT_TRUE(is_old("cold_start.object_store", "2026-11-24"));  // 2020-11
}

TEST(Describe, ShowsValueRangeAndSource) {
  const std::vector<FigureRow> rows =
      describe(load_platform("google-cloud-functions"), "2026-11-24");
  EXPECT_THAT(rows,
              Contains(Field(
                  &FigureRow::figure,
                  AllOf(Field(&Figure::path, "keep_alive.window"), Field(&Figure::value, "905 s"),
                        Field(&Figure::low, "900 s"), Field(&Figure::high, "945 s")))));
}

// ---- overrides in a deployment ----

/// A deployment's table, read as a scenario's reader would.
struct Deployment {
  explicit Deployment(const std::string& body)
      : document(TomlDocument::from_text("[d]\nplatform = \"aws-lambda\"\n" + body, "s.toml")),
        overrides{document.root()["d"], {"platform", "name", "memory", "concurrency"}} {
    (void)overrides.deployment["platform"].string();
    for (const std::string& key : overrides.deployment_keys) (void)overrides.deployment[key];
    spec = load_platform("aws-lambda", &overrides, problems);
    try {
      document.finish();
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  TomlDocument document;
  PlatformOverrides overrides;
  std::vector<Problem> problems{};
  std::optional<PlatformSpec> spec{};
};

TEST(Override, TakesPlainValues) {
  const Deployment d(
      "keep_alive = \"600 s\"\n"
      "reuse_order = \"least-recently-used\"\n"
      "max_instances = 7\n"
      "at_limit = \"queue\"\n"
      "timeout = \"30 s\"\n"
      "load_at = \"handler\"\n"
      "[d.cpu_share]\nhost_factor = 1\n"
      "[d.cold_start]\nplacement = \"200 ms\"\ninit_limit = \"20 s\"\nobject_store = \"80 "
      "MB/s\"\n");
  ASSERT_THAT(d.problems, IsEmpty()) << to_string(d.problems.front());
  EXPECT_EQ(d.spec->keep_alive.window, 600s);
  EXPECT_EQ(d.spec->reuse_order, ReuseOrder::kLeastRecentlyUsed);
  EXPECT_EQ(d.spec->scaling.max_instances, 7U);
  EXPECT_EQ(d.spec->scaling.at_limit, AtLimit::kQueue);
  EXPECT_EQ(d.spec->limits.timeout, 30s);
  EXPECT_EQ(d.spec->cold_start.import_at, LoadAt::kHandler);
  EXPECT_EQ(d.spec->cold_start.weights_at, LoadAt::kHandler);
  EXPECT_EQ(d.spec->cpu.host_factor, 1.0);
  EXPECT_EQ(d.spec->cold_start.placement.front().law.quantile(0.9), 200ms);
  EXPECT_EQ(d.spec->cold_start.init_limit, 20s);
  EXPECT_EQ(d.spec->cold_start.object_store.at(Megabytes(128)), 80e6);
  EXPECT_EQ(d.spec->cpu.mb_per_vcpu, 1769.0) << "the rest is inherited";
}

TEST(Override, IsAFigureWithTheScenarioAsItsSource) {
  const Deployment d("keep_alive = \"600 s\"\n");
  ASSERT_TRUE(d.spec);
  EXPECT_THAT(d.spec->figures,
              Contains(AllOf(Field(&Figure::path, "keep_alive.window"),
                             Field(&Figure::value, "600 s"), Field(&Figure::low, ""),
                             Field(&Figure::note, Field(&SourceNote::kind, "scenario")))));
}

TEST(Override, TakesAFigureTableWithARange) {
  const Deployment d(
      "keep_alive = { rule = \"fixed-window\", window = { value = \"600 s\", low = \"500 s\", high "
      "= \"700 s\" } }\n");
  ASSERT_THAT(d.problems, IsEmpty()) << to_string(d.problems.front());
  EXPECT_EQ(d.spec->keep_alive.window, 600s);
  EXPECT_THAT(figures(*d.spec), Contains(AllOf(Field(&Figure::path, "keep_alive.window"),
                                               Field(&Figure::high, "700 s"))));
}

TEST(Override, LongFormOfKeepAliveEqualsTheShorthand) {
  const Deployment d("keep_alive = { rule = \"fixed-window\", window = \"0 s\" }\n");
  ASSERT_THAT(d.problems, IsEmpty()) << to_string(d.problems.front());
  EXPECT_EQ(d.spec->keep_alive.window, 0s);
}

TEST(Override, OfOneComponentLeavesTheOthers) {
  const Deployment d("load_at = { weights = \"handler\" }\n");
  ASSERT_THAT(d.problems, IsEmpty()) << to_string(d.problems.front());
  EXPECT_EQ(d.spec->cold_start.import_at, LoadAt::kInit);
  EXPECT_EQ(d.spec->cold_start.weights_at, LoadAt::kHandler);
}

TEST(Override, LeavesTheDeploymentsOwnKeysAlone) {
  const Deployment d("name = \"mine\"\nmemory = \"512 MB\"\n");
  ASSERT_THAT(d.problems, IsEmpty()) << to_string(d.problems.front());
  EXPECT_EQ(d.spec->name, "aws-lambda");
}

struct BadOverride {
  std::string body;
  std::string what;
  std::string mend;
};
class RefusedOverride : public ::testing::TestWithParam<BadOverride> {};

TEST_P(RefusedOverride, SaysWhatAndHowToMend) {
  const Deployment d(GetParam().body);
  EXPECT_THAT(d.problems, Contains(AllOf(Field(&Problem::what, HasSubstr(GetParam().what)),
                                         Field(&Problem::mend, HasSubstr(GetParam().mend)),
                                         Field(&Problem::where, HasSubstr("s.toml:")))));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedOverride,
    ::testing::Values(
        BadOverride{"keep_alive = \"15 minuts\"\n", "unknown unit", "min"},
        BadOverride{"keep_alive = \"-5 s\"\n", "negative", ""},
        BadOverride{"keep_alive = 600\n", "600", "15 min"},
        BadOverride{"keep_alive = { rule = \"fixed-windw\", window = \"5 s\" }\n", "fixed-windw",
                    "did you mean 'fixed-window'"},
        BadOverride{"keep_alive = { windw = \"5 s\" }\n", "unknown key", "did you mean 'window'"},
        BadOverride{
            "keep_alive = { rule = \"fixed-window\", window = \"5 s\", period = \"5 s\" }\n",
            "only the rule \"halving\"", "leave it out"},
        BadOverride{"keep_alive = { curve = { points = [{ idle = \"9 s\", alive = 0.5 }, { idle = "
                    "\"10 s\", alive = 0.6 }, { idle = \"11 s\", alive = 0 }] } }\n",
                    "the survival curve rises, from 0.5 to 0.6", "must not grow"},
        BadOverride{"keep_alive = { curve = { points = [{ idle = \"9 s\", alive = 0.5 }] } }\n",
                    "does not end", "alive = 0"},
        BadOverride{"keep_alive = { curve = { points = [{ idle = \"9 s\", alive = 0.5 }, { idle = "
                    "\"9 s\", alive = 0 }] } }\n",
                    "ascend", "sort"},
        BadOverride{"keep_alive = { rule = \"halving\", period = \"0 s\" }\n", "longer than 0", ""},
        BadOverride{"scale_out = { instances = 5, period = \"0 s\" }\n", "longer than 0", ""},
        BadOverride{"scale_out = \"nonee\"\n", "nonee", "did you mean 'none'"},
        BadOverride{"autoscaler = \"knativ\"\n", "knativ", "did you mean 'knative'"},
        BadOverride{"init_failure = 1.5\n", "out of range", "1"},
        BadOverride{"keep_alve = \"5 s\"\n", "unknown key", "did you mean 'keep_alive'"},
        BadOverride{"keep_alive = \"99999 d\"\n", "too long", "3650 d"},
        BadOverride{"cold_start = { placement = \"2 d\" }\n", "too long", "24 h"},
        BadOverride{"max_instances = 0\n", "out of range", "1"},
        BadOverride{"max_instances = -3\n", "out of range", "1"},
        BadOverride{"at_limit = \"rejct\"\n", "rejct", "did you mean 'reject'"},
        BadOverride{"load_at = \"placement\"\n", "placement", "handler"},
        BadOverride{"cold_start = 5\n", "not a table", ""},
        BadOverride{"metering = { granularity = \"0 ms\" }\n", "longer than 0", ""},
        BadOverride{"cpu_share = { mb_per_vcpu = nan }\n", "out of range", ""},
        BadOverride{"timeout = { value = \"9 s\", low = \"10 s\", high = \"11 s\" }\n",
                    "outside its own range", "low <= value <= high"},
        BadOverride{"timeout = { value = \"9 s\", low = \"8 s\" }\n", "both", ""},
        BadOverride{"timeout = { low = \"8 s\", high = \"9 s\" }\n", "missing key 'value'", ""}));

TEST(Override, ReportsEveryProblemAtOnce) {
  const Deployment d("keep_alive = \"5 parsecs\"\nmax_instances = 0\nat_limt = \"queue\"\n");
  EXPECT_THAT(d.problems, SizeIs(3));
}

// ---- users' files ----

class UserFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("faascast_platforms_" +
               std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  static std::vector<Problem> problems_of(const std::string& file) {
    std::vector<Problem> problems;
    (void)load_platform(file, nullptr, problems);
    return problems;
  }

  std::filesystem::path folder_{};
};

TEST_F(UserFile, InheritsAndChanges) {
  const std::string file = write("mine.toml", R"(
inherits = "aws-lambda"
name = "mine"
[keep_alive]
window = { value = "10 min", low = "8 min", high = "12 min", kind = "measured", source = "our logs", as_of = "2026-05", confidence = "B" }
)");
  const PlatformSpec spec = load_platform(file);
  EXPECT_EQ(spec.name, "mine");
  EXPECT_EQ(spec.title, "AWS Lambda");
  EXPECT_EQ(spec.keep_alive.window, 10min);
  EXPECT_EQ(spec.limits.timeout, 900s);
}

TEST_F(UserFile, InheritsThroughAnotherFileBesideIt) {
  (void)write("base.toml", "inherits = \"google-cloud-run\"\nname = \"base\"\ntitle = \"Base\"\n");
  const PlatformSpec spec =
      load_platform(write("mine.toml", "inherits = \"./base.toml\"\nname = \"mine\"\n"));
  EXPECT_EQ(spec.name, "mine");
  EXPECT_EQ(spec.title, "Base");
  EXPECT_EQ(spec.tariff, "google-cloud-run");
}

TEST_F(UserFile, InheritingInACircleIsRefused) {
  const std::string file = write("a.toml", "inherits = \"./b.toml\"\n");
  (void)write("b.toml", "inherits = \"./a.toml\"\n");
  EXPECT_THAT(problems_of(file), Contains(Field(&Problem::what, HasSubstr("circle"))));
}

TEST_F(UserFile, IsRefusedWhenMissing) {
  EXPECT_THAT(problems_of((folder_ / "none.toml").string()), SizeIs(1));
}

TEST(UnknownPlatform, IsAnsweredWithTheNearestName) {
  std::vector<Problem> problems;
  EXPECT_FALSE(load_platform("aws-lamda", nullptr, problems));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems.front().mend, HasSubstr("did you mean 'aws-lambda'"));
}

struct BadFile {
  std::string body;
  std::string what;
};
class RefusedFile : public UserFile, public ::testing::WithParamInterface<BadFile> {};

TEST_P(RefusedFile, NamesTheProblem) {
  const std::string file = write("bad.toml", "inherits = \"aws-lambda\"\n" + GetParam().body);
  EXPECT_THAT(problems_of(file), Contains(AllOf(Field(&Problem::what, HasSubstr(GetParam().what)),
                                                Field(&Problem::where, HasSubstr("bad.toml:")))));
}

constexpr const char* kSource =
    "kind = \"measured\", source = \"logs\", as_of = \"2026\", confidence = \"B\" }\n";

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedFile,
    ::testing::Values(
        BadFile{"timeout = \"30 s\"\n", "with its source"},
        BadFile{"timeout = { value = \"30 s\", low = \"20 s\", high = \"40 s\" }\n", "missing key"},
        BadFile{"timeout = { value = \"30 s\", low = \"20 s\", high = \"40 s\", kind = "
                "\"measured\", as_of = \"2026\", confidence = \"B\" }\n",
                "missing key 'source'"},
        BadFile{std::string("timeout = { value = \"30 s\", ") + kSource, "needs 'low' and 'high'"},
        BadFile{
            std::string("timeout = { value = \"-3 s\", low = \"1 s\", high = \"2 s\", ") + kSource,
            "negative"},
        BadFile{
            std::string("timeout = { value = \"3 lightyears\", low = \"1 s\", high = \"2 s\", ") +
                kSource,
            "unknown unit"},
        BadFile{
            std::string("timeout = { value = \"3 s\", low = \"1 s\", high = \"2 s\", ") + kSource,
            "outside its own range"},
        BadFile{std::string("timeot = { value = \"3 s\", ") + kSource, "unknown key"},
        BadFile{"[[cold_start.placement]]\nkind = \"assumed\"\nsource = \"x\"\nas_of = "
                "\"2026\"\nconfidence = \"D\"\nlow_factor = 1\nhigh_factor = 1\n",
                "no law"},
        BadFile{"[[cold_start.placement]]\nquantiles = { p50 = \"2 s\", p95 = \"1 s\" }\nkind = "
                "\"assumed\"\nsource = \"x\"\nas_of = \"2026\"\nconfidence = \"D\"\nlow_factor = "
                "1\nhigh_factor = 1\n",
                "must not fall"},
        BadFile{"[[cold_start.placement]]\nconstant = \"1 s\"\nkind = \"assumed\"\nsource = "
                "\"x\"\nas_of = \"2026\"\nconfidence = \"D\"\n",
                "low_factor"},
        BadFile{"[memory_sizes.sizes]\nrows = []\nkind = \"vendor-doc\"\nsource = \"x\"\nas_of = "
                "\"2026\"\nconfidence = \"D\"\n",
                "no memory size"},
        BadFile{"cold_start = 3\n", "not a table"}, BadFile{"inherits = 3\n", ""}));

TEST_F(UserFile, WithAnyLineLostOrCutIsReadOrRefused) {
  std::vector<std::string> lines;
  for (const EmbeddedFile& file : platforms_data()) {
    if (file.name != "aws-lambda.toml") continue;
    std::istringstream text{std::string(file.content)};
    for (std::string line; std::getline(text, line);) lines.push_back(line);
  }
  ASSERT_GT(lines.size(), 100U);
  std::size_t refused = 0;
  for (std::size_t damaged = 0; damaged < lines.size(); ++damaged) {
    for (const bool cut : {false, true}) {
      std::string text;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i != damaged) text += lines[i] + "\n";
        if (i == damaged && cut) text += lines[i].substr(0, lines[i].size() / 2) + "\n";
      }
      std::vector<Problem> problems;
      const auto spec = load_platform(write("damaged.toml", text), nullptr, problems);
      EXPECT_EQ(spec.has_value(), problems.empty()) << "line " << damaged + 1;
      refused += problems.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, lines.size());  // all but comments, notes and optional keys
}

TEST_F(UserFile, EmptyIsRefusedWithoutACrash) {
  EXPECT_GT(problems_of(write("empty.toml", "")).size(), 20U) << "every missing key is named";
}

}  // namespace
}  // namespace faascast
