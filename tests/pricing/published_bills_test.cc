// Bills and break-even points that others worked out, from tables beside this file and from SeBS.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include "pricing/month.h"
#include "pricing/price_book.h"
#include "tests/pricing/price_table.h"

namespace faascast {
namespace {

using std::chrono::milliseconds;

const PriceBook& book() {
  static const PriceBook kBook = shipped_prices();
  return kBook;
}

/// The platforms' rounding of time.
Metering metering_of(const std::string& tariff) {
  if (tariff.starts_with("google-")) return {.granularity = milliseconds(100)};
  if (tariff == "azure-functions-consumption") {
    return {.granularity = milliseconds(1), .minimum = milliseconds(100)};
  }
  if (tariff == "azure-functions-flex") {
    return {.granularity = milliseconds(100), .minimum = milliseconds(1000)};
  }
  return {.granularity = milliseconds(1)};
}

TEST(PublishedBills, ListPricesOfFourModelsOnSevenPlatforms) {
  const auto rows = price_table("list_prices.csv");
  ASSERT_EQ(rows.size(), 168U);
  for (const auto& row : rows) {
    MonthlyLoad load;
    load.requests = std::stoll(row[3]);
    load.duration = milliseconds(std::stoll(row[4]));
    load.metering = metering_of(row[0]);
    load.memory = Megabytes(std::stoll(row[5]));
    load.clock_mhz = std::stoll(row[7]);
    Usage usage = usage_of(load);
    // A third of a vCPU is no whole number of thousandths.
    const double busy_ns =
        static_cast<double>(load.requests) *
        static_cast<double>(billed_duration(load.metering, load.duration).count());
    usage[Meter::kVcpuTime] = static_cast<Int128>(std::round(busy_ns * std::stod(row[6])));
    const PriceList prices = price_list_for_platform(book(), {.tariff = row[0], .arch = row[1]});
    // The table is rounded to the cent, ties either way.
    constexpr double kCent = 0.005 + 1e-9;
    std::string shown;
    for (const auto& cell : row) shown += cell + ' ';
    EXPECT_NEAR(usd_of(bill_month(prices, usage, false).total()), std::stod(row[8]), kCent)
        << shown;
    EXPECT_NEAR(usd_of(bill_month(prices, usage, true).total()), std::stod(row[9]), kCent) << shown;
  }
}

/// A month of `count` servers.
std::int64_t month_micro_usd(std::int64_t count, const char* id, Purchase purchase,
                             const char* front_door) {
  const PriceList prices = price_list_for_servers(book(), {.id = id}, purchase, front_door);
  return bill_month(prices, usage_of({.servers = count}), false).total().value();
}

// 2 * 0.085 * 730 + 0.0225 * 730 + 0.008 * 730 = 124.10 + 16.425 + 5.84 = 146.365
TEST(PublishedBills, MonthsOfServers) {
  EXPECT_EQ(month_micro_usd(2, "aws/c6i.large", Purchase::kOnDemand, "load-balancer"), 146'365'000);
  EXPECT_EQ(month_micro_usd(1, "aws/c6i.large", Purchase::kOnDemand, "none"), 62'050'000);
  EXPECT_EQ(month_micro_usd(1, "aws/t3.medium", Purchase::kOnDemand, "none"), 30'368'000);
  EXPECT_EQ(month_micro_usd(1, "aws/m5.xlarge", Purchase::kOnDemand, "none"), 140'160'000);
  EXPECT_EQ(month_micro_usd(2, "aws/m5.xlarge", Purchase::kOnDemand, "load-balancer"), 302'585'000);
  // n2-standard-8: 0.388472 * 730 = 283.58456; with sustained use 226.867648
  EXPECT_EQ(month_micro_usd(1, "gcp/n2-standard-8", Purchase::kOnDemand, "none"), 283'584'560);
  EXPECT_EQ(month_micro_usd(1, "gcp/n2-standard-8", Purchase::kSustainedUse, "none"), 226'867'648);
}

struct Fleet {
  const char* name;
  std::int64_t count;
  const char* id;
  Purchase purchase;
  const char* front_door;
};
constexpr Fleet kFleets[] = {
    {"t3.medium x1", 1, "aws/t3.medium", Purchase::kOnDemand, "none"},
    {"c6i.large x1", 1, "aws/c6i.large", Purchase::kOnDemand, "none"},
    {"c6i.large x2 + ALB", 2, "aws/c6i.large", Purchase::kOnDemand, "load-balancer"},
    {"m5.xlarge x1", 1, "aws/m5.xlarge", Purchase::kOnDemand, "none"},
    {"m5.xlarge x2 + ALB", 2, "aws/m5.xlarge", Purchase::kOnDemand, "load-balancer"},
    {"c6i.large 3y no-upfront x1", 1, "aws/c6i.large", Purchase::kReserved3y, "none"},
};

TEST(PublishedBills, BreakevenOfLambdaAgainstServers) {
  const auto rows = price_table("breakeven.csv");
  ASSERT_EQ(rows.size(), 66U);
  for (const auto& row : rows) {
    const std::string shown = row[0] + " MB, " + row[1] + " s, " + row[3];
    const auto fleet = std::find_if(std::begin(kFleets), std::end(kFleets),
                                    [&](const Fleet& f) { return row[3] == f.name; });
    ASSERT_NE(fleet, std::end(kFleets)) << shown;
    const double servers = static_cast<double>(month_micro_usd(
                               fleet->count, fleet->id, fleet->purchase, fleet->front_door)) *
                           1e-6;
    EXPECT_NEAR(servers, std::stod(row[4]), 0.0051) << shown;  // the table drops half a cent

    const PriceList lambda = price_list_for_platform(book(), {.tariff = "aws-lambda"});
    const auto bill_of = [&](std::int64_t requests) {
      const double ns = std::stod(row[1]) * 1e9;
      return usd_of(bill_month(lambda,
                               usage_of({.requests = requests,
                                         .duration = Duration(std::llround(ns)),
                                         .memory = Megabytes(std::stoll(row[0]))}),
                               false)
                        .total());
    };
    EXPECT_NEAR(bill_of(1'000'000), std::stod(row[2]), 0.0005 + 1e-9) << shown;
    // At the table's crossing Lambda costs what the servers do, within the half cent above.
    EXPECT_NEAR(bill_of(std::stoll(row[5])), servers, 0.0051) << shown;
  }
}

// SeBS (Copik et al., Middleware 2021): requests an hour at which AWS Lambda at $0.0000166667 a
// GB-s, without request fee, costs what a t2.micro does ($0.0116). GB-s of a request: image
// recognition 512 MB * 1.9 s = 0.95 (733 requests) and 3008 MB * 0.4 s = 1.175 (592); uploader
// 0.2125 and 0.4; thumbnailer 0.1375 and 0.2. 10^9 requests make the bill's own rounding vanish in
// the table's.
TEST(PublishedBills, BreakevenOfSeBS) {
  struct Row {
    std::int64_t memory_mb;
    std::int64_t ms;
    double requests_per_hour;
  };
  constexpr Row kRows[] = {{512, 1900, 732.6301},  {3008, 400, 592.3392},  {128, 1700, 3275.2876},
                           {1024, 400, 1739.9965}, {128, 1100, 5061.8081}, {1024, 200, 3479.9930}};
  PriceBook with_micro = book();
  add_prices(with_micro, R"(
[[server]]
id = "aws/t2.micro"
region = "us-east-1"
vcpu = 1
memory = "1 GB"
on_demand = "0.0116"
source = { kind = "paper", source = "SeBS, Middleware 2021", as_of = "2020", confidence = "B" }
)",
             "t2.toml");
  const PriceList micro =
      price_list_for_servers(with_micro, {.id = "aws/t2.micro"}, Purchase::kOnDemand);
  const PriceList lambda = price_list_for_platform(with_micro, {.tariff = "aws-lambda"});
  Usage hour;
  hour[Meter::kServerTime] = 3'600'000'000'000;
  const double server_usd = usd_of(bill_span(micro, hour).total());
  EXPECT_DOUBLE_EQ(server_usd, 0.0116);
  for (const Row& row : kRows) {
    constexpr std::int64_t kRequests = 1'000'000'000;
    const Bill bill = bill_span(lambda, usage_of({.requests = kRequests,
                                                  .duration = milliseconds(row.ms),
                                                  .metering = {.bills_requests = false},
                                                  .memory = Megabytes(row.memory_mb)}));
    EXPECT_NEAR(server_usd * kRequests / usd_of(bill.total()), row.requests_per_hour, 5.1e-5)
        << row.memory_mb << " MB, " << row.ms << " ms";
  }
}

}  // namespace
}  // namespace faascast
