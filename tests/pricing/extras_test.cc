// Bills of what stands beside servers and functions, worked by hand to the micro-dollar.
#include "pricing/extras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pricing/bill.h"
#include "pricing/price_book.h"
#include "tests/pricing/problems.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Int128 kSecond = 1'000'000'000;
constexpr Int128 kHour = 3600 * kSecond;
constexpr Int128 kMonth = 730 * kHour;

const PriceBook& book() {
  static const PriceBook shipped = shipped_prices();
  return shipped;
}

/// The micro-dollars of a line; -1 where the bill has none.
std::int64_t line(const Bill& bill, const std::string& name) {
  for (const BillLine& one : bill.lines) {
    if (one.name == name) return one.usd.value();
  }
  return -1;
}

PriceList fleet(const ServerChoice& server, const Terms& terms,
                Purchase purchase = Purchase::kOnDemand) {
  return price_list_for_servers(book(), server, purchase, "none", terms);
}

TEST(Extras, AreLinesOfTheBill) {
  const PriceList prices =
      fleet({.id = "aws/c6i.large"}, {.extras = {Extra::kLogs, Extra::kDisk, Extra::kNat}});
  Usage month;
  month[Meter::kServerTime] = 2 * kMonth;
  month[Meter::kDiskTime] = 2 * 20 * 1024 * kMonth;  // 20 GB each
  month[Meter::kNatTime] = 2 * kMonth;
  month[Meter::kNatBytes] = 100 * kSecond;  // 100 GB
  month[Meter::kLogBytes] = 5 * kSecond;    // 5 GB
  const Bill bill = bill_month(prices, month, false);
  EXPECT_EQ(line(bill, "servers aws/c6i.large on-demand"), 124'100'000);  // 1460 h x 0.085
  EXPECT_EQ(line(bill, "disks"), 3'200'000);                              // 40 GB-month x 0.08
  EXPECT_EQ(line(bill, "NAT gateway"), 65'700'000);                       // 1460 h x 0.045
  EXPECT_EQ(line(bill, "NAT data"), 4'500'000);                           // 100 GB x 0.045
  EXPECT_EQ(line(bill, "logs"), 2'500'000);                               // 5 GB x 0.5
  EXPECT_EQ(line(bill_month(prices, month, true), "logs"), 0);            // 5 GB are free
  EXPECT_THAT(prices.vintage, AllOf(HasSubstr("aws-logs 2024-07-01"),
                                    HasSubstr("aws-nat 2026-09-28"), HasSubstr("aws-disk")));
}

TEST(Extras, OfOneCloudAreNotAnothers) {
  Usage usage;
  usage[Meter::kLogBytes] = 3 * Int128{1'073'741'824};
  const PriceList google = fleet({.id = "gcp/e2-standard-2"}, {.extras = {Extra::kLogs}});
  EXPECT_EQ(line(bill_span(google, usage), "logs"), 1'500'000);  // 3 GiB x 0.5
  usage[Meter::kLogBytes] = 3 * kSecond;
  const PriceList azure = fleet({.id = "azure/D2s_v5"}, {.extras = {Extra::kLogs}});
  EXPECT_EQ(line(bill_span(azure, usage), "logs"), 6'900'000);  // 3 GB x 2.3
}

// What no list prices is refused, until the deployment says it: zero is an answer.
TEST(Extras, WithoutAPriceAreTheUsersToPrice) {
  const auto said = [](const Terms& terms, const char* id) {
    return problems_of([&] { (void)fleet({.id = id}, terms); });
  };
  EXPECT_THAT(said({.extras = {Extra::kControlPlane}}, "aws/m6i.xlarge"),
              AllOf(HasSubstr("no price of a Kubernetes control plane at aws is known"),
                    HasSubstr("control_plane_hour"), HasSubstr("'aws-kubernetes'")));
  EXPECT_THAT(said({.extras = {Extra::kCrossZone}}, "aws/c6i.large"), HasSubstr("cross_zone_gb"));
  EXPECT_THAT(said({.extras = {Extra::kNat, Extra::kDisk}}, "gcp/e2-standard-2"),
              AllOf(HasSubstr("nat_hour"), HasSubstr("nat_gb"), HasSubstr("disk_gb_month")));
  EXPECT_THAT(said({.extras = {Extra::kStateWrites}}, "aws/c6i.large"), HasSubstr("state_write"));

  const Terms given{.extras = {Extra::kControlPlane, Extra::kCrossZone},
                    .given = {{"control_plane_hour", 100'000'000'000}, {"cross_zone_gb", 0}}};
  const PriceList prices = fleet({.id = "aws/m6i.xlarge"}, given);
  Usage month;
  month[Meter::kClusterTime] = kMonth;
  month[Meter::kCrossZoneBytes] = 7 * kSecond;
  const Bill bill = bill_month(prices, month, false);
  EXPECT_EQ(line(bill, "control plane"), 73'000'000);  // 730 h x 0.10
  EXPECT_EQ(line(bill, "data between zones"), 0);
  EXPECT_THAT(prices.vintage, HasSubstr("control_plane_hour as given"));
}

TEST(Extras, AUsersTariffPricesThem) {
  PriceBook mine = shipped_prices();
  add_prices(mine, R"(
name = "gcp-kubernetes"
provider = "gcp"
service = "our clusters"
default_region = "us-central1"
source = { kind = "third-party", source = "a test", as_of = "2026-10-01", confidence = "C" }
[[price]]
name = "control plane"
meter = "cluster_time"
unit = "hour"
regions = ["us-central1"]
usd = "0.1"
)",
             "own.toml");
  const Terms terms{.extras = {Extra::kControlPlane}};
  const auto priced = [&](const char* region) {
    return problems_of([&] {
      (void)price_list_for_servers(mine, {.id = "gcp/e2-standard-2", .region = region},
                                   Purchase::kOnDemand, "none", terms);
    });
  };
  EXPECT_EQ(priced("us-central1"), "nothing thrown");
  EXPECT_THAT(priced("europe-west1"), HasSubstr("in region 'europe-west1'"));
}

TEST(ManagedInstances, PayTheFeeOnTheOnDemandPrice) {
  Usage month;
  month[Meter::kServerTime] = kMonth;
  month[Meter::kConnections] = 10'000'000;
  const Terms terms{.service = "lambda-managed-instances"};
  const Bill bill = bill_month(fleet({.id = "aws/c6i.large"}, terms), month, false);
  EXPECT_EQ(line(bill, "servers aws/c6i.large on-demand"), 62'050'000);  // 730 x 0.085
  EXPECT_EQ(line(bill, "management fee"), 9'307'500);                    // 15 % of it
  EXPECT_EQ(line(bill, "requests"), 2'000'000);                          // 10 M x 0.20/M
  const Bill plan =
      bill_month(fleet({.id = "aws/m6a.xlarge"}, terms, Purchase::kSavingsPlan), month, false);
  EXPECT_EQ(line(plan, "servers aws/m6a.xlarge savings-plan"), 101'944'500);  // 730 x 0.13965
  EXPECT_EQ(line(plan, "management fee"), 18'921'600);                        // 730 x 0.02592
  const auto said = [&](const char* id) {
    return problems_of([&] { (void)fleet({.id = id}, terms); });
  };
  EXPECT_THAT(said("aws/g5.xlarge"), HasSubstr("cannot be a managed instance"));
  EXPECT_THAT(said("gcp/e2-standard-2"), HasSubstr("unknown tariff"));
}

TEST(Endpoints, ArePricedByTheUser) {
  const Terms unpriced{.service = "endpoint"};
  EXPECT_THAT(problems_of([&] { (void)fleet({.id = "aws/ml.c5.large"}, unpriced); }),
              AllOf(HasSubstr("no price of a managed endpoint"), HasSubstr("server_hour")));
  const Terms priced{.given = {{"server_hour", 102'000'000'000}}, .service = "endpoint"};
  EXPECT_THAT(problems_of([&] { (void)fleet({.id = "aws/ml.c5.large"}, priced); }),
              HasSubstr("the size of 'aws/ml.c5.large' is not known"));
  const ServerChoice sized{
      .id = "aws/ml.c5.large", .region = {}, .vcpu = MilliVcpu(2000), .memory = Megabytes(4096)};
  Usage month;
  month[Meter::kServerTime] = 2 * kMonth;
  const Bill bill = bill_month(fleet(sized, priced), month, false);
  EXPECT_EQ(line(bill, "servers aws/ml.c5.large as given"), 148'920'000);  // 1460 x 0.102
  EXPECT_EQ(server_of(book(), sized, priced).region, "us-east-1");
}

TEST(SavingsPlans, ArePricesOfTheirOwn) {
  Usage usage;
  usage[Meter::kMemoryTime] = Int128{1024} * kSecond * 1'000'000;  // a million GB-s
  const auto compute = [&](const char* purchase) {
    const PriceList prices =
        price_list_for_platform(book(), {.tariff = "aws-lambda", .purchase = purchase});
    return line(bill_span(prices, usage), "compute");
  };
  EXPECT_EQ(compute("on-demand"), 16'666'700);
  EXPECT_EQ(compute("savings-plan"), 14'700'000);
  EXPECT_EQ(compute("savings-plan-upfront"), 13'800'000);
  const auto said = [](PlatformChoice choice) {
    return problems_of([&] { (void)price_list_for_platform(book(), choice); });
  };
  EXPECT_THAT(said({.tariff = "aws-lambda", .purchase = "spot"}),
              AllOf(HasSubstr("no purchase price 'spot'"), HasSubstr("savings-plan")));
  EXPECT_THAT(said({.tariff = "aws-lambda", .arch = "arm", .purchase = "savings-plan"}),
              HasSubstr("for arch arm"));
  EXPECT_THAT(said({.tariff = "google-cloud-run", .purchase = "savings-plan"}),
              HasSubstr("leave purchase out"));
  // An unknown plan of a server takes the ratio of the one that is known: 0.085 x 0.80816.
  const ServerType type = find_server(book().servers, {.id = "aws/c6i.large"});
  EXPECT_EQ(hourly_price(book().servers, type, Purchase::kSavingsPlan).pico_usd, 68'693'600'000);
}

TEST(Gpus, AreBilledByTheSecond) {
  Usage hour;
  hour[Meter::kVcpuTime] = 4000 * kHour;
  hour[Meter::kMemoryTime] = 16 * 1024 * kHour;
  hour[Meter::kGpuTime] = kHour;
  const auto bill = [&](const char* tariff, const char* region, const char* gpu) {
    return bill_span(
        price_list_for_platform(book(), {.tariff = tariff, .region = region, .gpu = gpu}), hour);
  };
  const Bill run = bill("google-cloud-run-instance-based", "us-central1", "L4");
  EXPECT_EQ(line(run, "CPU"), 259'200);     // 4 x 3600 x 1.8e-5
  EXPECT_EQ(line(run, "memory"), 115'200);  // 16 x 3600 x 2e-6
  EXPECT_EQ(line(run, "GPU"), 672'120);     // 3600 x 1.867e-4
  EXPECT_EQ(line(bill("google-cloud-run-instance-based", "asia-southeast1", "L4"), "GPU"), 806'544);
  const Bill modal = bill("modal", "base", "H100");
  EXPECT_EQ(line(modal, "CPU"), 94'320);      // 4 vCPU = 2 cores x 3600 x 1.31e-5
  EXPECT_EQ(line(modal, "memory"), 127'872);  // 16 x 3600 x 2.22e-6
  EXPECT_EQ(line(modal, "GPU"), 3'949'200);   // 3600 x 1.097e-3
  EXPECT_EQ(line(bill("modal", "base", ""), "GPU"), -1);
  EXPECT_THAT(problems_of([&] { (void)bill("modal", "base", "L5"); }),
              AllOf(HasSubstr("no gpu price 'L5'"), HasSubstr("L4")));
}

TEST(Premium, IsTheProvidersOwnFigureForEp1) {
  Usage month;
  month[Meter::kVcpuTime] = 400 * kMonth;
  month[Meter::kIdleVcpuTime] = 600 * kMonth;
  month[Meter::kMemoryTime] = 1024 * kMonth;
  month[Meter::kIdleMemoryTime] = 2560 * kMonth;
  const PriceList prices = price_list_for_platform(book(), {.tariff = "azure-functions-premium"});
  const Bill bill = bill_month(prices, month, false);
  EXPECT_EQ(line(bill, "CPU"), 126'290'000);     // 730 x 0.173
  EXPECT_EQ(line(bill, "memory"), 31'426'500);   // 730 x 3.5 x 0.0123
  EXPECT_EQ(bill.total().value(), 157'716'500);  // $157.72
}

TEST(ProvisionedConcurrency, HasTwoLines) {
  Usage usage;
  usage[Meter::kProvisionedMemoryTime] = Int128{1024} * kSecond * 1'000'000;
  usage[Meter::kProvisionedExecution] = Int128{1024} * kSecond * 400'000;
  const auto bill = [&](const char* region, const char* arch) {
    return bill_span(
        price_list_for_platform(book(), {.tariff = "aws-lambda", .region = region, .arch = arch}),
        usage);
  };
  EXPECT_EQ(line(bill("us-east-1", "x86"), "provisioned concurrency"), 4'166'700);
  EXPECT_EQ(line(bill("us-east-1", "x86"), "provisioned execution"), 3'888'880);
  EXPECT_EQ(line(bill("eu-west-1", "x86"), "provisioned execution"), 4'336'280);
  EXPECT_EQ(line(bill("eu-central-1", "x86"), "provisioned concurrency"), 5'014'700);
  EXPECT_EQ(line(bill("us-east-1", "arm"), "provisioned execution"), 3'111'120);
}

TEST(StateReads, HaveAPriceOfAnObjectStore) {
  Usage usage;
  usage[Meter::kStateReads] = 3'000'000;
  const PriceList prices =
      price_list_for_platform(book(), {.tariff = "aws-lambda", .terms = {{Extra::kStateReads}}});
  EXPECT_EQ(line(bill_span(prices, usage), "state reads"), 1'200'000);  // 3 M x 4e-7
}

// Several versions of a price: the day decides; without one the newest holds.
TEST(Dates, ChooseAVersionOfAPrice) {
  PriceBook mine;
  add_prices(mine, R"(
name = "t"
provider = "p"
service = "s"
default_region = "r"
regions = ["r"]
source = { kind = "assumed", source = "a test", as_of = "2026", confidence = "D" }
[[price]]
name = "requests"
meter = "requests"
unit = "request"
usd = "2"
valid_from = "2024-01-01"
valid_until = "2025-08-01"
[[price]]
name = "requests"
meter = "requests"
unit = "request"
usd = "3"
valid_from = "2025-08-01"
)",
             "dated.toml");
  const auto price = [&](const char* date) {
    return price_list_for_platform(mine, {.tariff = "t", .terms = {.date = date}})
        .lines.at(0)
        .tiers.at(0)
        .pico_usd;
  };
  EXPECT_EQ(price(""), 3'000'000'000'000);
  EXPECT_EQ(price("2024-01-01"), 2'000'000'000'000);
  EXPECT_EQ(price("2025-07-31"), 2'000'000'000'000);
  EXPECT_EQ(price("2025-08-01"), 3'000'000'000'000);
  EXPECT_THAT(problems_of([&] { (void)price("2023-12-31"); }),
              HasSubstr("no price of t on 2023-12-31"));
}

// Every given price has a line that measures what its name says, and bills it.
TEST(GivenPrices, AllMakeLines) {
  for (const std::string& name : given_price_names()) {
    const PriceLine made = line_of({name, 1'000'000});
    EXPECT_EQ(made.tiers.at(0).pico_usd, 1'000'000) << name;
    EXPECT_EQ(made.measures.at(0).meters.size(), 1U) << name;
    EXPECT_GT(made.measures.at(0).per, 0) << name;
    EXPECT_THAT(made.source.kind, Not("")) << name;
  }
}

}  // namespace
}  // namespace faascast
