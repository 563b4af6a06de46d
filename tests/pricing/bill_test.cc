#include "pricing/bill.h"

#include <gtest/gtest.h>

#include "pricing/month.h"
#include "pricing/price_book.h"

// Every figure is worked out by hand in the comment above it.
namespace faascast {
namespace {

constexpr Int128 kGbS = Int128{1024} * 1'000'000'000;
constexpr Int128 kHour = 3'600'000'000'000;

PriceList platform(PlatformChoice choice) {
  static const PriceBook kBook = shipped_prices();
  return price_list_for_platform(kBook, choice);
}

std::int64_t usd_of_line(const Bill& bill, std::string_view name) {
  for (const BillLine& line : bill.lines) {
    if (line.name == name) return line.usd.value();
  }
  return -1;
}

Usage gb_seconds(Int128 amount) {
  Usage usage;
  usage[Meter::kMemoryTime] = amount * kGbS;
  return usage;
}

// 1 GB-s = $0.0000166667 = 16.6667 micro-dollars -> 17; 3 = 50.0001 -> 50; 1.5 = 25.00005 -> 25.
TEST(Bill, RoundsALineToTheMicroDollar) {
  const PriceList lambda = platform({.tariff = "aws-lambda"});
  EXPECT_EQ(bill_span(lambda, gb_seconds(1)).total().value(), 17);
  EXPECT_EQ(bill_span(lambda, gb_seconds(3)).total().value(), 50);
  Usage half = gb_seconds(1);
  half[Meter::kMemoryTime] += kGbS / 2;
  EXPECT_EQ(bill_span(lambda, half).total().value(), 25);
}

// Requests cost 0.2 micro-dollars: 2 -> 0.4 -> 0; 3 -> 0.6 -> 1. A REST request costs 3.5: exactly
// half.
TEST(Bill, RoundsHalfUp) {
  const PriceList lambda = platform({.tariff = "aws-lambda"});
  Usage usage;
  usage[Meter::kRequests] = 2;
  EXPECT_EQ(bill_span(lambda, usage).total().value(), 0);
  usage[Meter::kRequests] = 3;
  EXPECT_EQ(bill_span(lambda, usage).total().value(), 1);
  const PriceList rest = platform({.tariff = "aws-api-gateway-rest"});
  usage[Meter::kConnections] = 1;
  EXPECT_EQ(usd_of_line(bill_span(rest, usage), "REST API"), 4);
}

// 6 B GB-s at 0.0000166667 = 100'000.2 dollars; the next one at 0.000015 = 15 micro-dollars.
// 15 B: + 9 B * 0.000015 = 135'000; the next at 0.0000133334 = 13.3334 -> 13 micro-dollars more.
TEST(Bill, LambdaTiersMeetAtTheirEdges) {
  const PriceList lambda = platform({.tariff = "aws-lambda"});
  EXPECT_EQ(bill_span(lambda, gb_seconds(6'000'000'000)).total().value(), 100'000'200'000);
  EXPECT_EQ(bill_span(lambda, gb_seconds(6'000'000'001)).total().value(), 100'000'200'015);
  EXPECT_EQ(bill_span(lambda, gb_seconds(15'000'000'000)).total().value(), 235'000'200'000);
  EXPECT_EQ(bill_span(lambda, gb_seconds(15'000'000'001)).total().value(), 235'000'200'013);
}

// arm: 7.5 B * 0.0000133334 = 100'000.5; one more at 0.0000120001 = 12.0001 micro-dollars.
// 18.75 B: + 11.25 B * 0.0000120001 = 135'001.125; one more at 0.0000106667 -> 10.6667 -> 11.
TEST(Bill, LambdaArmHasItsOwnTiers) {
  const PriceList lambda = platform({.tariff = "aws-lambda", .arch = "arm"});
  EXPECT_EQ(bill_span(lambda, gb_seconds(7'500'000'000)).total().value(), 100'000'500'000);
  EXPECT_EQ(bill_span(lambda, gb_seconds(7'500'000'001)).total().value(), 100'000'500'012);
  EXPECT_EQ(bill_span(lambda, gb_seconds(18'750'000'000)).total().value(), 235'001'625'000);
  EXPECT_EQ(bill_span(lambda, gb_seconds(18'750'000'001)).total().value(), 235'001'625'011);
}

// 6 B + 400'000 GB-s with 400'000 free end exactly at the first tier's edge.
TEST(Bill, TheFreeAmountComesOffBeforeTheTiers) {
  const PriceList lambda = platform({.tariff = "aws-lambda"});
  const Usage usage = gb_seconds(6'000'400'000);
  EXPECT_EQ(bill_month(lambda, usage, true).total().value(), 100'000'200'000);
  // and without: 400'000 more at 0.000015 = $6
  EXPECT_EQ(bill_month(lambda, usage, false).total().value(), 100'006'200'000);
}

TEST(Bill, AFreeLineStaysVisible) {
  Usage usage = gb_seconds(100'000);
  usage[Meter::kRequests] = 1'000'001;
  const Bill bill = bill_month(platform({.tariff = "aws-lambda"}), usage, true);
  ASSERT_EQ(bill.lines.size(), 2U);
  EXPECT_EQ(bill.lines[0].name, "requests");
  EXPECT_DOUBLE_EQ(bill.lines[0].quantity, 1.0);
  EXPECT_DOUBLE_EQ(bill.lines[0].free, 1e6);
  EXPECT_EQ(bill.lines[1].usd, MicroUsd(0));
  EXPECT_DOUBLE_EQ(bill.lines[1].quantity, 0.0);
  EXPECT_DOUBLE_EQ(bill.lines[1].free, 1e5);
  EXPECT_EQ(bill.lines[1].unit, "GB-s");
}

// Two lines share 100 free units: the first takes 60 of 60, the second 40 of 60 and pays for 20.
TEST(Bill, APoolIsUsedUpOnce) {
  PriceLine line{.name = "x86",
                 .unit = "request",
                 .measures = {{.meters = {Meter::kRequests}, .per = 1}},
                 .free_per_month = 100,
                 .free_pool = "shared",
                 .tiers = {{.from = 0, .pico_usd = 1'000'000}}};
  PriceList prices{.lines = {line}};
  line.name = "arm";
  line.measures[0].meters = {Meter::kConnections};
  prices.lines.push_back(line);
  Usage usage;
  usage[Meter::kRequests] = 60;
  usage[Meter::kConnections] = 60;
  EXPECT_EQ(bill_month(prices, usage, true).total().value(), 20);
  // The next bill has the whole pool again, and separate pools are separate.
  EXPECT_EQ(bill_month(prices, usage, true).total().value(), 20);
  prices.lines[1].free_pool = "other";
  EXPECT_EQ(bill_month(prices, usage, true).total().value(), 0);
  EXPECT_EQ(bill_span(prices, usage).total().value(), 120);
}

TEST(Bill, OfNothingIsEmpty) {
  EXPECT_TRUE(bill_month(platform({.tariff = "google-cloud-run"}), Usage{}, true).lines.empty());
  EXPECT_EQ(Bill{}.total(), MicroUsd(0));
}

// HTTP API: 10 requests of 300'000 + 224'288 B = 524'288 B are one unit each; one byte more, two.
TEST(Bill, HttpApiCountsUnitsOf512Kb) {
  const PriceList http = platform({.tariff = "aws-api-gateway-http"});
  Usage usage;
  usage[Meter::kConnections] = 10;
  usage[Meter::kBytesIn] = 10 * 524'288;
  EXPECT_EQ(usd_of_line(bill_span(http, usage), "HTTP API"), 10);
  usage[Meter::kBytesIn] = 10 * 524'289;
  EXPECT_EQ(usd_of_line(bill_span(http, usage), "HTTP API"), 20);
  // 301 M units: 300 M * $1.00/M + 1 M * $0.90/M = $300.90
  usage[Meter::kConnections] = 301'000'000;
  usage[Meter::kBytesIn] = 0;
  EXPECT_EQ(usd_of_line(bill_span(http, usage), "HTTP API"), 300'900'000);
}

// REST: 333 M * 3.50 = 1165.50; to 1 B: 667 M * 2.80 = 1867.60; to 20 B: 19 B * 2.38 = 45'220;
// one million more at 1.51 -> 48'254.61.
TEST(Bill, RestApiTiers) {
  Usage usage;
  usage[Meter::kConnections] = Int128{20'001'000'000};
  const Bill bill = bill_span(platform({.tariff = "aws-api-gateway-rest"}), usage);
  EXPECT_EQ(usd_of_line(bill, "REST API"), 48'254'610'000);
}

// One unit an hour at rest: 0.008. 3'600'000 requests in the hour are 1000 a second, at 20 to a
// connection 50 new connections a second = 2 units.
// 3 GB in the hour, both ways together, are 3 units.
TEST(Bill, LoadBalancerCapacityIsTheGreatestOfItsMeasures) {
  const PriceList prices = platform({.tariff = "aws-lambda", .front_door = "load-balancer"});
  Usage usage;
  usage[Meter::kLoadBalancerTime] = kHour;
  EXPECT_EQ(usd_of_line(bill_span(prices, usage), "load balancer"), 22'500);
  EXPECT_EQ(usd_of_line(bill_span(prices, usage), "load balancer capacity"), 8'000);
  usage[Meter::kConnections] = 3'600'000;
  EXPECT_EQ(usd_of_line(bill_span(prices, usage), "load balancer capacity"), 16'000);
  usage[Meter::kBytesIn] = 1'000'000'000;
  usage[Meter::kBytesOut] = 2'000'000'000;
  EXPECT_EQ(usd_of_line(bill_span(prices, usage), "load balancer capacity"), 24'000);
}

// 160'000 GB: 100 free; 10'240 * .09 = 921.60; 40'960 * .085 = 3481.60; 102'400 * .07 = 7168;
// the last 6'300 * .05 = 315 -> 11'886.20.
TEST(Bill, EgressTiersAfterTheFreeAmount) {
  Usage usage;
  usage[Meter::kBytesOut] = Int128{160'000} * 1'000'000'000;
  const Bill bill = bill_month(platform({.tariff = "aws-lambda"}), usage, true);
  EXPECT_EQ(usd_of_line(bill, "egress"), 11'886'200'000);
}

// 1 vCPU, 2 GiB for 1000 s: 1000 * 24e-6 + 2000 * 2.5e-6 = 0.024 + 0.005; idle for 1000 s:
// 0.0025 + 0.005. Tier 2: 0.0336 + 0.007 and 0.0035 + 0.007.
TEST(Bill, CloudRunBillsActiveAndIdleTimeByRegionTier) {
  Usage usage;
  usage[Meter::kVcpuTime] = usage[Meter::kIdleVcpuTime] = Int128{1000} * 1000 * 1'000'000'000;
  usage[Meter::kMemoryTime] = usage[Meter::kIdleMemoryTime] = 2000 * kGbS;
  const Bill tier1 = bill_span(platform({.tariff = "google-cloud-run"}), usage);
  EXPECT_EQ(usd_of_line(tier1, "CPU"), 24'000);
  EXPECT_EQ(usd_of_line(tier1, "memory"), 5'000);
  EXPECT_EQ(usd_of_line(tier1, "idle CPU"), 2'500);
  EXPECT_EQ(usd_of_line(tier1, "idle memory"), 5'000);
  const Bill tier2 =
      bill_span(platform({.tariff = "google-cloud-run", .region = "europe-west3"}), usage);
  EXPECT_EQ(tier2.total().value(), 33'600 + 7'000 + 3'500 + 7'000);
  // Instance-based: busy or idle at one rate: 2000 * 18e-6 + 4000 * 2e-6.
  const Bill instance = bill_span(platform({.tariff = "google-cloud-run-instance-based"}), usage);
  EXPECT_EQ(instance.total().value(), 36'000 + 8'000);
}

TEST(Bill, AtABoundOfTheRange) {
  const PriceList listed = platform({.tariff = "google-cloud-run", .front_door = "load-balancer"});
  Usage usage;
  usage[Meter::kLoadBalancerTime] = 730 * kHour;
  EXPECT_EQ(bill_span(listed, usage).total().value(), 18'250'000);
  EXPECT_EQ(bill_span(at_bound(listed, PriceBound::kListed), usage).total().value(), 18'250'000);
  EXPECT_EQ(bill_span(at_bound(listed, PriceBound::kLow), usage).total().value(), 7'300'000);
  EXPECT_EQ(bill_span(at_bound(listed, PriceBound::kHigh), usage).total().value(), 18'250'000);
}

// 1 GB provisioned for 30 days: 2'592'000 GB-s * 4.1667e-6 = 10.8000864; arm: * 3.3334e-6
// = 8.6401728.
TEST(Bill, ProvisionedConcurrencyIsBilledWhileConfigured) {
  Usage usage;
  usage[Meter::kProvisionedMemoryTime] = 2'592'000 * kGbS;
  EXPECT_EQ(bill_month(platform({.tariff = "aws-lambda"}), usage, true).total().value(),
            10'800'086);
  EXPECT_EQ(
      bill_month(platform({.tariff = "aws-lambda", .arch = "arm"}), usage, true).total().value(),
      8'640'173);
}

}  // namespace
}  // namespace faascast
