#include "pricing/month.h"

#include <gtest/gtest.h>

namespace faascast {
namespace {

using std::chrono::hours;

constexpr Int128 kHourNs = 3'600'000'000'000;

TEST(Month, IsThirtyDaysOfTheSpan) {
  Usage day;
  day[Meter::kRequests] = 1000;
  day[Meter::kMemoryTime] = 123'456'789;
  const Usage month = month_usage(day, hours(24));
  EXPECT_TRUE(month[Meter::kRequests] == 30'000);
  EXPECT_TRUE(month[Meter::kMemoryTime] == Int128{123'456'789} * 30);
}

// Two servers all day are 48 server-hours; a month of 730 h has 1460 of them, not 1440.
TEST(Month, HasSevenHundredThirtyHoursOfServers) {
  Usage day;
  day[Meter::kServerTime] = 48 * kHourNs;
  day[Meter::kLoadBalancerTime] = 24 * kHourNs;
  const Usage month = month_usage(day, hours(24));
  EXPECT_TRUE(month[Meter::kServerTime] == 1460 * kHourNs);
  EXPECT_TRUE(month[Meter::kLoadBalancerTime] == 730 * kHourNs);
}

// 7 requests in 11 days: 7 * 30 / 11 = 19.09; 10 in 11 days: 27.27; 6 in 8 days: 22.5 -> 23.
TEST(Month, RoundsEachAmountHalfUp) {
  Usage usage;
  usage[Meter::kRequests] = 7;
  EXPECT_TRUE(month_usage(usage, hours(11 * 24))[Meter::kRequests] == 19);
  usage[Meter::kRequests] = 6;
  EXPECT_TRUE(month_usage(usage, hours(8 * 24))[Meter::kRequests] == 23);
}

// A busy year: 10^24 MB*ns; times the month's 2.592e15 ns the product leaves 128 bits.
TEST(Month, SurvivesALongSpan) {
  Usage usage;
  usage[Meter::kMemoryTime] = Int128{1'000'000'000'000} * 1'000'000'000'000;
  const Usage month = month_usage(usage, hours(60 * 24));
  EXPECT_TRUE(month[Meter::kMemoryTime] == Int128{500'000'000'000} * 1'000'000'000'000);
}

TEST(MonthlyLoad, MetersWhatThePlatformBills) {
  const Usage usage = usage_of({.requests = 10,
                                .duration = std::chrono::milliseconds(150),
                                .metering = {.granularity = std::chrono::milliseconds(100)},
                                .memory = Megabytes(512),
                                .vcpu = MilliVcpu(333),
                                .clock_mhz = 800,
                                .request_bytes = Bytes(3),
                                .response_bytes = Bytes(7),
                                .servers = 2});
  constexpr Int128 kBusy = Int128{10} * 200'000'000;  // 150 ms are billed as 200 ms
  EXPECT_TRUE(usage[Meter::kRequests] == 10);
  EXPECT_TRUE(usage[Meter::kMemoryTime] == kBusy * 512);
  EXPECT_TRUE(usage[Meter::kVcpuTime] == kBusy * 333);
  EXPECT_TRUE(usage[Meter::kClockTime] == kBusy * 800);
  EXPECT_TRUE(usage[Meter::kBytesIn] == 30);
  EXPECT_TRUE(usage[Meter::kBytesOut] == 70);
  EXPECT_TRUE(usage[Meter::kConnections] == 10);
  EXPECT_TRUE(usage[Meter::kServerTime] == 1460 * kHourNs);
  EXPECT_TRUE(usage[Meter::kLoadBalancerTime] == 730 * kHourNs);
}

}  // namespace
}  // namespace faascast
