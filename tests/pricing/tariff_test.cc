#include "pricing/tariff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pricing/problems.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHead = R"(name = "mine"
provider = "aws"
service = "Mine"
default_region = "here"
regions = ["here", "there"]
source = { kind = "assumed", source = "a test", as_of = "2026", confidence = "D" }
)";

Tariff parsed(const std::string& prices) { return parse_tariff(kHead + prices, "mine.toml"); }
std::string problems(const std::string& prices) {
  return problems_of([&] { (void)parsed(prices); });
}

TEST(TariffFile, ReadsTiersInPricedUnits) {
  const Tariff tariff = parsed(R"(
[[price]]
name = "compute"
meter = "memory_time"
unit = "GB-s"
free_per_month = 400_000
free_pool = "pool"
tiers = [{ from = 0, to = 6_000, usd = "0.0000166667" }, { from = 6_000, usd = "0.000015" }]
)");
  ASSERT_EQ(tariff.lines.size(), 1U);
  const PriceLine& line = tariff.lines[0];
  EXPECT_EQ(line.unit, "GB-s");
  ASSERT_EQ(line.measures.size(), 1U);
  EXPECT_TRUE(line.measures[0].per == Int128{1024} * 1'000'000'000);
  EXPECT_EQ(line.free_per_month, 400'000);
  ASSERT_EQ(line.tiers.size(), 2U);
  EXPECT_EQ(line.tiers[0].pico_usd, 16'666'700);
  EXPECT_EQ(line.tiers[1].from, 6'000);
  EXPECT_EQ(line.tiers[1].low_pico_usd, 15'000'000);
  EXPECT_THAT(line.regions, ElementsAre("here", "there"));
  EXPECT_EQ(line.source.source, "a test");
}

TEST(TariffFile, ReadsRangesAndGreatestOf) {
  const Tariff tariff = parsed(R"(
[[price]]
name = "capacity"
unit = "LCU-h"
greatest_of = [
  { meter = "load_balancer_time", unit = "hour", per = 1 },
  { meters = ["bytes_in", "bytes_out"], unit = "GB", per = 2 },
]
usd = "0.008"
low = "0.007"
high = "$0.01"
)");
  const PriceLine& line = tariff.lines.at(0);
  ASSERT_EQ(line.measures.size(), 2U);
  EXPECT_TRUE(line.measures[1].per == 2'000'000'000);
  EXPECT_THAT(line.measures[1].meters, ElementsAre(Meter::kBytesIn, Meter::kBytesOut));
  EXPECT_EQ(line.tiers[0].low_pico_usd, 7'000'000'000);
  EXPECT_EQ(line.tiers[0].high_pico_usd, 10'000'000'000);
}

TEST(TariffFile, ReportsEveryProblemAtOnceWithItsPlace) {
  const std::string text = problems(R"(
[[price]]
name = "compute"
meter = "memori_time"
unit = "GB-s"
usd = "0.1"
[[price]]
name = "requests"
meter = "requests"
unit = "GB-s"
usd = "-0.1"
colour = "red"
)");
  EXPECT_THAT(text, AllOf(HasSubstr("mine.toml:10:"), HasSubstr("memory_time"),
                          HasSubstr("'GB-s' is not a unit of requests"), HasSubstr("mine.toml:17:"),
                          HasSubstr("negative"), HasSubstr("colour")));
}

struct Rejected {
  const char* name;
  const char* price;  ///< what stands in a [[price]] after a sound name, meter and unit
  const char* said;
};
class RejectedPrice : public ::testing::TestWithParam<Rejected> {};

TEST_P(RejectedPrice, SaysWhatIsWrong) {
  const std::string text =
      problems(std::string("[[price]]\nname = \"r\"\nmeter = \"requests\"\nunit = \"request\"\n") +
               GetParam().price);
  EXPECT_THAT(text, AllOf(HasSubstr(GetParam().said), HasSubstr("mine.toml:")));
}
INSTANTIATE_TEST_SUITE_P(
    Cases, RejectedPrice,
    ::testing::Values(
        Rejected{"no_price", "", "missing key 'usd'"},
        Rejected{"first_tier", "tiers = [{ from = 1, usd = \"1\" }]", "begins above 0"},
        Rejected{"gap", "tiers = [{ from = 0, to = 5, usd = \"1\" }, { from = 6, usd = \"1\" }]",
                 "gap between the tiers"},
        Rejected{"overlap",
                 "tiers = [{ from = 0, to = 5, usd = \"1\" }, { from = 4, usd = \"1\" }]",
                 "overlap between the tiers"},
        Rejected{"order", "tiers = [{ from = 0, usd = \"1\" }, { from = 0, usd = \"1\" }]",
                 "does not begin above the tier before"},
        Rejected{"closed_end", "tiers = [{ from = 0, to = 5, usd = \"1\" }]",
                 "the last tier has an end"},
        Rejected{"no_tier", "tiers = []", "has no tier"},
        Rejected{"both", "usd = \"1\"\ntiers = [{ from = 0, usd = \"1\" }]", "besides 'tiers'"},
        Rejected{"low", "usd = \"1\"\nlow = \"2\"\nhigh = \"3\"", "above the price"},
        Rejected{"high", "usd = \"3\"\nlow = \"2\"\nhigh = \"2\"", "below the price"},
        Rejected{"pool", "usd = \"1\"\nfree_pool = \"p\"", "a pool without its free amount"},
        Rejected{"arch", "usd = \"1\"\narch = \"x68\"", "x86"},
        Rejected{"purchase", "usd = \"1\"\npurchase = \"savings\"", "purchase"},
        Rejected{"date", "usd = \"1\"\nvalid_from = \"01/02/2026\"", "is not a date"},
        Rejected{"ends_first", "usd = \"1\"\nvalid_from = \"2026-02\"\nvalid_until = \"2026-01\"",
                 "ends before it begins"},
        Rejected{"share_of_requests", "server_share = 0.1", "not a server's hour"},
        Rejected{"share_and_price", "server_share = 0.1\nusd = \"1\"", "besides 'server_share'"},
        Rejected{"negative", "usd = \"-1\"", "negative"},
        Rejected{"unit", "usd = \"1\"\nunits = \"GB-weeks\"", "unknown key"},
        Rejected{"source", "usd = \"1\"\nsource = { kind = \"measured\" }", "source"},
        Rejected{"dear", "usd = \"2000000\"", "over a million dollars"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(TariffFile, NeedsASourceSomewhere) {
  const std::string text = problems_of([] {
    (void)parse_tariff(
        "name = \"m\"\nprovider = \"aws\"\nservice = \"s\"\ndefault_region = \"r\"\nregions = "
        "[\"r\"]\n"
        "[[price]]\nname = \"a\"\nmeter = \"requests\"\nunit = \"request\"\nusd = \"1\"\n",
        "m.toml");
  });
  EXPECT_THAT(text, HasSubstr("source"));
}

TEST(TariffFile, AllowsOnePriceForALineInARegion) {
  const std::string line =
      "[[price]]\nname = \"r\"\nmeter = \"requests\"\nunit = \"request\"\nusd = \"1\"\n";
  EXPECT_THAT(problems(line + "regions = [\"here\"]\n" + line),
              HasSubstr("'r' has two prices in one region"));
  EXPECT_EQ(problems(line + "arch = \"x86\"\n" + line + "arch = \"arm\"\n"), "nothing thrown");
}

TEST(TariffFile, IsEmptyOnlyByMistake) {
  EXPECT_THAT(problems(""), HasSubstr("missing key 'price'"));
  EXPECT_THAT(problems_of([] { (void)parse_tariff("", "e.toml"); }),
              AllOf(HasSubstr("'name'"), HasSubstr("'provider'"), HasSubstr("'price'")));
  EXPECT_THAT(problems("price = 3\n"), Not(HasSubstr("nothing thrown")));
}

// Whatever stands where something else should: problems, never a crash.
TEST(TariffFile, AnswersNonsenseWithProblems) {
  for (const char* text :
       {"price = [1, 2]", "[[price]]", "[price]\nname = 1", "[[price]]\ntiers = [3]",
        "[[price]]\ngreatest_of = [[]]", "[[price]]\ngreatest_of = [{ meters = [1], per = 0 }]",
        "[[price]]\ngreatest_of = [{ meter = \"memory_time\", unit = \"GB-h\", per = 999_999 }]",
        "[[price]]\nregions = [3, []]", "[[price]]\nsource = 3", "[[price]]\nmeters = []",
        "[[price]]\nfree_per_month = -1", "[[price]]\npayload_step = \"-1 kB\""}) {
    const std::string said = problems(text);
    EXPECT_THAT(said, HasSubstr("mine.toml:")) << text;
    EXPECT_THAT(said, Not(HasSubstr("nothing thrown"))) << text;
  }
}

TEST(TariffFile, LinesAreChosenByRegionAndArchitecture) {
  const std::string line = "[[price]]\nmeter = \"requests\"\nunit = \"request\"\nusd = \"1\"\n";
  const Tariff tariff = parsed(line + "name = \"a\"\narch = \"x86\"\n" + line +
                               "name = \"b\"\nregions = [\"there\"]\n");
  EXPECT_EQ(lines_of(tariff, "here", "x86").size(), 1U);
  EXPECT_EQ(lines_of(tariff, "there", "x86").size(), 2U);
  EXPECT_EQ(lines_of(tariff, "there", "arm").size(), 1U);
  EXPECT_EQ(lines_of(tariff, "nowhere", "x86").size(), 0U);
  EXPECT_THAT(regions_of(tariff), ElementsAre("here", "there"));
}

}  // namespace
}  // namespace faascast
