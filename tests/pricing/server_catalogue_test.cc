#include "pricing/server_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "pricing/price_book.h"
#include "tests/pricing/problems.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const ServerCatalogue& catalogue() {
  static const PriceBook kBook = shipped_prices();
  return kBook.servers;
}

TEST(ServerCatalogue, FindsATypeInItsProvidersDefaultRegion) {
  const ServerType type = find_server(catalogue(), {.id = "aws/c6i.large"});
  EXPECT_EQ(type.region, "us-east-1");
  EXPECT_EQ(type.vcpu, MilliVcpu(2000));
  EXPECT_EQ(type.memory, Megabytes(4096));
  EXPECT_EQ(type.on_demand_pico_usd, 85'000'000'000);
  EXPECT_EQ(type.minimum_billing, std::chrono::seconds(60));
  EXPECT_EQ(type.source.as_of, "2026-07-20");
  EXPECT_FALSE(type.burst_baseline.has_value());
}

TEST(ServerCatalogue, FindsByRegionAndForgivingName) {
  EXPECT_EQ(find_server(catalogue(), {.id = "gcp/n2-standard-2", .region = "europe-west4"})
                .on_demand_pico_usd,
            106'916'000'000);
  EXPECT_EQ(find_server(catalogue(), {.id = "azure/D2s_v5", .region = "westeurope"}).id,
            "azure/Standard_D2s_v5");
  EXPECT_EQ(find_server(catalogue(), {.id = "AWS/T3.Medium"}).burst_baseline, 0.2);
  EXPECT_EQ(find_server(catalogue(), {.id = "gcp/n1-standard-1"}).memory, Megabytes(3840));
  EXPECT_EQ(find_server(catalogue(), {.id = "aws/c7g.large"}).arch, "arm");
}

TEST(ServerCatalogue, AnswersAnUnknownTypeWithTheNearest) {
  const auto said = [](const char* id, const char* region = "") {
    return problems_of([&] { (void)find_server(catalogue(), {.id = id, .region = region}); });
  };
  EXPECT_THAT(said("aws/c6i.lage"),
              AllOf(HasSubstr("'aws/c6i.lage'"), HasSubstr("'aws/c6i.large'")));
  EXPECT_THAT(said("c6i.large"), HasSubstr("did you mean 'aws/c6i.large'?"));
  EXPECT_THAT(said("azure/unheard-of-machine"), HasSubstr("azure/Standard_"));
  EXPECT_THAT(said(""), HasSubstr("unknown server type"));
  EXPECT_THAT(said("aws/c6i.large", "eu-west-1"),
              AllOf(HasSubstr("region 'eu-west-1'"), HasSubstr("priced in us-east-1")));
}

TEST(ServerCatalogue, KnownReservedPricesComeBeforeRatios) {
  const ServerType medium = find_server(catalogue(), {.id = "aws/t3.medium"});
  const HourlyPrice known = hourly_price(catalogue(), medium, Purchase::kReserved1y);
  EXPECT_EQ(known.pico_usd, 26'100'000'000);
  EXPECT_EQ(known.low_pico_usd, known.high_pico_usd);
  // c6i.large has none: 0.085 * 0.661516 = 0.05622886 with a range, from another source.
  const ServerType large = find_server(catalogue(), {.id = "aws/c6i.large"});
  const HourlyPrice usual = hourly_price(catalogue(), large, Purchase::kReserved1y);
  EXPECT_EQ(usual.pico_usd, 56'228'860'000);
  EXPECT_LT(usual.low_pico_usd, usual.pico_usd);
  EXPECT_GT(usual.high_pico_usd, usual.pico_usd);
  EXPECT_THAT(usual.source.source, HasSubstr("m6a.xlarge"));
}

// n2-standard-8: 0.388472 an hour, less 20 % = 0.3107776 (a month: 226.87, as Google bills it).
TEST(ServerCatalogue, SustainedUseTakesGooglesDiscountOff) {
  const ServerType n2 = find_server(catalogue(), {.id = "gcp/n2-standard-8"});
  EXPECT_EQ(hourly_price(catalogue(), n2, Purchase::kSustainedUse).pico_usd, 310'777'600'000);
  EXPECT_EQ(hourly_price(catalogue(), n2, Purchase::kSpot).pico_usd, 184'240'000'000);
  const ServerType e2 = find_server(catalogue(), {.id = "gcp/e2-standard-2"});
  EXPECT_THAT(problems_of([&] { (void)hourly_price(catalogue(), e2, Purchase::kSustainedUse); }),
              AllOf(HasSubstr("no sustained-use price"), HasSubstr("on-demand, reserved-1y")));
}

// 1 vCPU and 2 GB: 0.04048 + 2 * 0.004445 = 0.04937; arm 0.03238 + 2 * 0.00356 = 0.0395.
// 0.25 vCPU and 512 MB: 0.01012 + 0.0022225 = 0.0123425.
TEST(ServerCatalogue, FargateIsSoldByTheResource) {
  const auto hour = [](std::int64_t milli_vcpu, std::int64_t mb, const char* arch) {
    return find_server(catalogue(), {.id = "aws/fargate",
                                     .vcpu = MilliVcpu(milli_vcpu),
                                     .memory = Megabytes(mb),
                                     .arch = arch})
        .on_demand_pico_usd;
  };
  EXPECT_EQ(hour(1000, 2048, "x86"), 49'370'000'000);
  EXPECT_EQ(hour(1000, 2048, "arm"), 39'500'000'000);
  EXPECT_EQ(hour(250, 512, "x86"), 12'342'500'000);
  EXPECT_THAT(problems_of([&] { (void)hour(1500, 2048, "x86"); }), HasSubstr("1.5 vCPU"));
  EXPECT_THAT(problems_of([&] { (void)hour(0, 0, "x86"); }), HasSubstr("cpu = 0.25"));
  EXPECT_THAT(problems_of([&] { (void)hour(1000, 512, "x86"); }), HasSubstr("2048 MB and 8192 MB"));
}

TEST(ServerCatalogue, EveryRowIsSourcedPricedAndUnique) {
  std::set<std::pair<std::string, std::string>> seen;
  EXPECT_GE(catalogue().types.size(), 157U);
  for (const ServerType& type : catalogue().types) {
    EXPECT_TRUE(seen.insert({type.id, type.region}).second) << type.id;
    EXPECT_GT(type.on_demand_pico_usd, 0) << type.id;
    EXPECT_FALSE(type.source.source.empty()) << type.id;
    EXPECT_FALSE(type.source.as_of.empty()) << type.id;
    for (const char* name : {"on-demand", "reserved-1y", "reserved-3y", "spot"}) {
      const auto purchase = purchase_named(name);
      ASSERT_TRUE(purchase.has_value());
      const HourlyPrice price = hourly_price(catalogue(), type, *purchase);
      EXPECT_GT(price.pico_usd, 0) << type.id << ' ' << name;
      EXPECT_LE(price.low_pico_usd, price.pico_usd) << type.id << ' ' << name;
      EXPECT_GE(price.high_pico_usd, price.pico_usd) << type.id << ' ' << name;
      EXPECT_EQ(name_of(*purchase), name);
    }
  }
  EXPECT_FALSE(purchase_named("rented").has_value());
}

TEST(ServerCatalogue, AnswersNonsenseWithProblems) {
  for (const char* text :
       {"server = 3", "server = [3]", "[[server]]", "[provider]\naws = 3", "[provider.x]",
        "[provider.x]\nfront_doors = 3", "[provider.x]\nreserved_1y = { ratio = -1 }",
        "[[by_resource]]", "provider = 3\nserver = []",
        "[provider.x]\ndefault_region = \"r\"\nminimum_billing = \"1 s\"\nfront_doors = 3",
        "[[server]]\nid = \"aws/x\"\non_demand = \"10001\"", "[[server]]\nid = \"/\"",
        "source = 3\nserver = []", "[[server]]\nid = \"aws/x\"\nsource = { kind = 1 }"}) {
    PriceBook book;
    EXPECT_THAT(problems_of([&] { add_prices(book, text, "odd.toml"); }), HasSubstr("odd.toml:"))
        << text;
    EXPECT_TRUE(book.servers.types.empty());
  }
}

TEST(ServerCatalogue, ReportsEveryProblemOfAFile) {
  PriceBook book = shipped_prices();
  const std::size_t before = book.servers.types.size();
  const std::string text = problems_of([&] {
    add_prices(book, R"(
[[server]]
id = "aws"
region = "us-east-1"
vcpu = -1
memory = "4 GB"
on_demand = "0.1"
source = "nowhere"
[[server]]
id = "mars/small"
region = "crater"
vcpu = 1
memory = "4 parsec"
source = { kind = "assumed", source = "test", as_of = "2026", confidence = "D" }
)",
               "my-servers.toml");
  });
  EXPECT_THAT(text, AllOf(HasSubstr("my-servers.toml:3:"), HasSubstr("'aws' is not a server id"),
                          HasSubstr("nowhere"), HasSubstr("unknown provider 'mars'"),
                          HasSubstr("parsec"), HasSubstr("'on_demand'")));
  EXPECT_EQ(book.servers.types.size(), before);
}

}  // namespace
}  // namespace faascast
