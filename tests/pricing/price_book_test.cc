#include "pricing/price_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pricing/problems.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> names(const PriceList& prices) {
  std::vector<std::string> result;
  for (const PriceLine& line : prices.lines) result.push_back(line.name);
  return result;
}

TEST(PriceBook, EveryShippedTariffHasAListInEachOfItsRegions) {
  const PriceBook book = shipped_prices();
  EXPECT_GE(book.tariffs.size(), 18U);
  for (const Tariff& tariff : book.tariffs) {
    EXPECT_THAT(regions_of(tariff), Contains(tariff.default_region)) << tariff.name;
    for (const std::string& region : regions_of(tariff)) {
      const PriceList list =
          price_list_for_platform(book, {.tariff = tariff.name, .region = region});
      EXPECT_FALSE(list.lines.empty()) << tariff.name << ' ' << region;
    }
    for (const PriceLine& line : tariff.lines) {
      EXPECT_FALSE(line.source.source.empty()) << tariff.name << ' ' << line.name;
      EXPECT_FALSE(line.source.as_of.empty()) << tariff.name << ' ' << line.name;
    }
  }
}

TEST(PriceBook, APlatformPaysForItselfTheFrontDoorAndEgress) {
  const PriceBook book = shipped_prices();
  const PriceList plain = price_list_for_platform(book, {.tariff = "aws-lambda"});
  EXPECT_THAT(names(plain),
              ElementsAre("requests", "compute", "provisioned concurrency", "snapshots kept",
                          "snapshots restored", "provisioned execution", "egress"));
  EXPECT_EQ(plain.vintage, "aws-lambda 2026-09-28, aws-egress 2024-09-25");
  const PriceList url =
      price_list_for_platform(book, {.tariff = "aws-lambda", .front_door = "function-url"});
  EXPECT_EQ(names(url), names(plain));
  const PriceList http = price_list_for_platform(
      book, {.tariff = "aws-lambda", .arch = "arm", .front_door = "http-api"});
  EXPECT_THAT(names(http),
              ElementsAre("requests", "compute", "provisioned concurrency", "snapshots kept",
                          "snapshots restored", "provisioned execution", "HTTP API", "egress"));
}

TEST(PriceBook, ServersPayForHoursTheFrontDoorAndEgress) {
  const PriceBook book = shipped_prices();
  const PriceList list =
      price_list_for_servers(book, {.id = "aws/c6i.large"}, Purchase::kOnDemand, "load-balancer");
  EXPECT_THAT(names(list), ElementsAre("servers aws/c6i.large on-demand", "load balancer",
                                       "load balancer capacity", "egress"));
  EXPECT_THAT(list.vintage, HasSubstr("aws/c6i.large 2026-07-20"));
  EXPECT_THAT(
      names(price_list_for_servers(book, {.id = "gcp/e2-standard-2", .region = "europe-west1"},
                                   Purchase::kSpot, "load-balancer")),
      Contains("load balancer data"));
}

TEST(PriceBook, ReportsAllProblemsOfAChoice) {
  const PriceBook book = shipped_prices();
  const auto said = [&](PlatformChoice choice) {
    return problems_of([&] { (void)price_list_for_platform(book, choice); });
  };
  EXPECT_THAT(said({.tariff = "aws-lamda"}), HasSubstr("did you mean 'aws-lambda'?"));
  EXPECT_THAT(
      said({.tariff = "aws-lambda", .region = "us-east-2", .arch = "x68", .front_door = "htp-api"}),
      AllOf(HasSubstr("region 'us-east-2'"), HasSubstr("us-east-1"), HasSubstr("arch 'x68'"),
            HasSubstr("'htp-api'"), HasSubstr("http-api")));
  EXPECT_THAT(said({.tariff = "google-cloud-run", .arch = "arm"}),
              HasSubstr("no price for arch 'arm'"));
  EXPECT_THAT(said({.tariff = "google-cloud-run", .front_door = "rest-api"}),
              AllOf(HasSubstr("'rest-api'"), HasSubstr("load-balancer")));
  EXPECT_THAT(said({.tariff = "aws-lambda", .region = "eu-west-1", .front_door = "rest-api"}),
              HasSubstr("no price of aws-api-gateway-rest in region 'eu-west-1'"));
  EXPECT_THAT(problems_of([&] {
                (void)price_list_for_servers(book, {.id = "gcp/e2-standard-2"},
                                             Purchase::kSustainedUse, "http-api");
              }),
              AllOf(HasSubstr("sustained-use"), HasSubstr("'http-api'")));
}

const char* const kOwnLambda = R"(
name = "aws-lambda"
provider = "aws"
service = "AWS Lambda, our contract"
default_region = "us-east-1"
regions = ["us-east-1", "ap-south-1"]
source = { kind = "vendor-doc", source = "our contract", as_of = "2026-10-01", confidence = "A" }
[[price]]
name = "compute"
meter = "memory_time"
unit = "GB-s"
usd = "0.00001"
)";

TEST(PriceBook, AUsersFileReplacesWhatItNames) {
  PriceBook book = shipped_prices();
  add_prices(book, kOwnLambda, "own.toml");
  Usage usage;
  usage[Meter::kMemoryTime] = Int128{1024} * 1'000'000'000 * 1'000'000;
  usage[Meter::kRequests] = 10'000'000;
  const auto usd = [&](const char* region, const char* arch) {
    const Tariff& tariff = find_tariff(book, "aws-lambda");
    return bill_span({.lines = lines_of(tariff, region, arch)}, usage).total().value();
  };
  EXPECT_EQ(usd("us-east-1", "x86"), 10'000'000 + 2'000'000);
  EXPECT_EQ(usd("us-east-1", "arm"), 10'000'000 + 2'000'000);
  EXPECT_EQ(usd("eu-west-1", "x86"), 16'666'700 + 2'000'000);  // not named: as shipped
  EXPECT_EQ(usd("ap-south-1", "x86"), 10'000'000);             // new: only what the file names
}

// A price for both architectures gives way for one and stays for the other.
TEST(PriceBook, AnOverrideForOneArchitectureLeavesTheOther) {
  PriceBook book;
  add_prices(book, kOwnLambda, "own.toml");
  std::string arm = kOwnLambda;
  arm.replace(arm.find("0.00001\""), 8, "0.00002\"\narch = \"arm\"\nregions = [\"us-east-1\"]");
  add_prices(book, arm, "arm.toml");
  const Tariff& tariff = find_tariff(book, "aws-lambda");
  const auto price = [&](const char* region, const char* arch) {
    const auto lines = lines_of(tariff, region, arch);
    return lines.size() == 1 ? lines[0].tiers[0].pico_usd : -1;
  };
  EXPECT_EQ(price("us-east-1", "arm"), 20'000'000);
  EXPECT_EQ(price("us-east-1", "x86"), 10'000'000);
  EXPECT_EQ(price("ap-south-1", "arm"), 10'000'000);
}

TEST(PriceBook, ABadFileLeavesTheBookAlone) {
  PriceBook book = shipped_prices();
  const std::size_t tariffs = book.tariffs.size();
  EXPECT_THAT(problems_of([&] { add_prices(book, "name = 3", "bad.toml"); }),
              HasSubstr("bad.toml:1:"));
  EXPECT_THAT(problems_of([&] { add_prices(book, std::filesystem::path("/no/such/file.toml")); }),
              HasSubstr("/no/such/file.toml"));
  EXPECT_EQ(book.tariffs.size(), tariffs);
}

TEST(PriceBook, AUserMayAddServers) {
  PriceBook book = shipped_prices();
  add_prices(book, R"(
[[server]]
id = "aws/t2.micro"
region = "us-east-1"
vcpu = 1
memory = "1 GB"
on_demand = "0.0116"
source = { kind = "third-party", source = "test", as_of = "2020", confidence = "C" }
)",
             "own.toml");
  EXPECT_EQ(find_server(book.servers, {.id = "aws/t2.micro"}).on_demand_pico_usd, 11'600'000'000);
  EXPECT_EQ(find_server(book.servers, {.id = "aws/c6i.large"}).on_demand_pico_usd, 85'000'000'000);
}

}  // namespace
}  // namespace faascast
