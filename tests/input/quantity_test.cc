#include "input/quantity.h"

#include <gtest/gtest.h>

namespace faascast {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, AcceptsEveryUnit) {
  std::string why;
  EXPECT_EQ(parse_duration("7 ns", why), 7ns);
  EXPECT_EQ(parse_duration("20us", why), 20us);
  EXPECT_EQ(parse_duration("250 ms", why), 250ms);
  EXPECT_EQ(parse_duration("0 s", why), 0s);
  EXPECT_EQ(parse_duration(" 15 min ", why), 15min);
  EXPECT_EQ(parse_duration("1.5 h", why), 90min);
  EXPECT_EQ(parse_duration("30 d", why), 30 * 24h);
  EXPECT_EQ(parse_duration("0.000000001 s", why), 1ns);
  EXPECT_EQ(why, "");
}

struct BadQuantity {
  const char* text;
  const char* why;
};

class BadDuration : public ::testing::TestWithParam<BadQuantity> {};

TEST_P(BadDuration, SaysWhy) {
  std::string why;
  EXPECT_FALSE(parse_duration(GetParam().text, why).has_value());
  EXPECT_EQ(why, GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadDuration,
    ::testing::Values(
        BadQuantity{"15 minuts", "'15 minuts' is not a duration: unknown unit 'minuts'"},
        BadQuantity{"15", "'15' is not a duration: the unit is missing"},
        BadQuantity{"", "'' is not a duration: it is empty"},
        BadQuantity{"fast", "'fast' is not a duration: it does not start with a number"},
        BadQuantity{"-1 s", "'-1 s' is not a duration: it is negative"},
        BadQuantity{"1-2 s", "'1-2 s' is not a duration: '1-2' is not a number"},
        BadQuantity{"1,5 s", "'1,5 s' is not a duration: unknown unit ',5 s'"},
        BadQuantity{"0.5 ns", "'0.5 ns' is not a duration: not a whole number of nanoseconds"},
        BadQuantity{"0.0000000001 s",
                    "'0.0000000001 s' is not a duration: it has more than 9 decimals"},
        BadQuantity{"200000 d", "'200000 d' is not a duration: it is too large"},
        BadQuantity{"99999999999999 s", "'99999999999999 s' is not a duration: it is too large"}));

TEST(ParseMemory, ProvidersMegabytesAreBinary) {
  std::string why;
  EXPECT_EQ(parse_memory("1769 MB", why), Megabytes(1769));
  EXPECT_EQ(parse_memory("2 GiB", why), Megabytes(2048));
  EXPECT_EQ(parse_memory("2 GB", why), Megabytes(2048));
  EXPECT_EQ(parse_memory("0.5 GB", why), Megabytes(512));
  EXPECT_FALSE(parse_memory("0.3 MB", why));
  EXPECT_EQ(why, "'0.3 MB' is not a memory size: not a whole number of MB");
  EXPECT_FALSE(parse_memory("0 MB", why));
  EXPECT_EQ(why, "'0 MB' is not a memory size: it is zero");
  EXPECT_FALSE(parse_memory("512", why));
  EXPECT_EQ(why, "'512' is not a memory size: the unit is missing");
  EXPECT_FALSE(parse_memory("512 mb", why));
  EXPECT_EQ(why, "'512 mb' is not a memory size: unknown unit 'mb'");
}

TEST(ParseBytes, DecimalAndBinaryUnits) {
  std::string why;
  EXPECT_EQ(parse_bytes("512 B", why), Bytes(512));
  EXPECT_EQ(parse_bytes("2 kB", why), Bytes(2000));
  EXPECT_EQ(parse_bytes("6 MB", why), Bytes(6'000'000));
  EXPECT_EQ(parse_bytes("1 GiB", why), Bytes(1 << 30));
  EXPECT_EQ(parse_bytes("0 B", why), Bytes(0));
  EXPECT_FALSE(parse_bytes("0.5 B", why));
  EXPECT_FALSE(parse_bytes("2", why));
}

TEST(ParsePicoUsd, IsExact) {
  std::string why;
  EXPECT_EQ(parse_pico_usd("$0.0000166667", why), 16'666'700);
  EXPECT_EQ(parse_pico_usd("0.20", why), 200'000'000'000);
  EXPECT_EQ(parse_pico_usd("$0.000000000001", why), 1);
  EXPECT_EQ(parse_pico_usd("$0", why), 0);
  EXPECT_FALSE(parse_pico_usd("$0.0000000000001", why));
  EXPECT_EQ(why, "'$0.0000000000001' is not an amount of US dollars: it has more than 12 decimals");
  EXPECT_FALSE(parse_pico_usd("-1", why));
  EXPECT_FALSE(parse_pico_usd("$", why));
  EXPECT_FALSE(parse_pico_usd("0.2 EUR", why));
  EXPECT_FALSE(parse_pico_usd("$99999999999", why));
}

TEST(ParseBandwidth, IsDecimalBytes) {
  std::string why;
  EXPECT_EQ(parse_bandwidth_bytes_per_s("30 MB/s", why), 30e6);
  EXPECT_EQ(parse_bandwidth_bytes_per_s("1.25 GB/s", why), 1.25e9);
  EXPECT_FALSE(parse_bandwidth_bytes_per_s("0 MB/s", why));
  EXPECT_FALSE(parse_bandwidth_bytes_per_s("30 MB", why));
  EXPECT_EQ(why, "'30 MB' is not a bandwidth: unknown unit 'MB'");
}

TEST(ParseTimestamp, Forms) {
  const std::int64_t expected = 1'700'158'623'979'960'000;  // date -d ... +%s
  EXPECT_EQ(parse_timestamp_ns("2023-11-16 18:17:03.9799600"), expected);
  EXPECT_EQ(parse_timestamp_ns("2023-11-16T18:17:03.97996Z"), expected);
  EXPECT_EQ(parse_timestamp_ns("2023-11-16 18:17:03.9799600+00:00"), expected);
  EXPECT_EQ(parse_timestamp_ns("2023-11-16T19:17:03.97996+01:00"), expected);
  EXPECT_EQ(parse_timestamp_ns("2023-11-16T13:47:03.97996-0430"), expected);
  EXPECT_EQ(parse_timestamp_ns("2023-11-16 18:17:03.979960000999 UTC"), expected);
  EXPECT_EQ(parse_timestamp_ns("1970-01-01 00:00"), 0);
  EXPECT_EQ(parse_timestamp_ns("1969-12-31T23:59:59.5Z"), -500'000'000);
  EXPECT_EQ(parse_timestamp_ns("2024-02-29T00:00:00Z"), 1'709'164'800'000'000'000);
}

TEST(ParseTimestamp, Refuses) {
  for (const char* text : {"", "2023", "2023-11-16", "2023-13-01 00:00:00", "2023-02-29 00:00:00",
                           "2023-11-16 24:00:00", "2023-11-16 18:61:00", "2023-11-16 18:17:03.",
                           "2023-11-16x18:17:03", "2023-11-16 18:17:03 CET", "2023-11-16 18:17:03+",
                           "2023-11-16 18:17:03+1", "1500-01-01 00:00", "9999-01-01 00:00",
                           "2023-11-16 18:17:03Zjunk", "16/11/2023 18:17:03", "1700158623"}) {
    EXPECT_FALSE(parse_timestamp_ns(text).has_value()) << text;
  }
}

TEST(FormatDuration, ChoosesTheUnitOfAPerson) {
  EXPECT_EQ(format_duration(0ns), "0 s");
  EXPECT_EQ(format_duration(950ns), "950 ns");
  EXPECT_EQ(format_duration(1200ms), "1.2 s");
  EXPECT_EQ(format_duration(320ms), "320 ms");
  EXPECT_EQ(format_duration(15min), "15 min");
  EXPECT_EQ(format_duration(90s), "90 s");
  EXPECT_EQ(format_duration(999'700us), "1 s");
  EXPECT_EQ(format_duration(1234567ns), "1.23 ms");
  EXPECT_EQ(format_duration(-1500ms), "-1.5 s");
  EXPECT_EQ(format_duration(6h), "6 h");
  EXPECT_EQ(format_duration(30 * 24h), "30 d");
}

TEST(FormatOther, Amounts) {
  EXPECT_EQ(format_memory(Megabytes(1769)), "1769 MB");
  EXPECT_EQ(format_memory(Megabytes(10240)), "10 GB");
  EXPECT_EQ(format_usd(1234.56), "$1,234.56");
  EXPECT_EQ(format_usd(1234567.891), "$1,234,567.89");
  EXPECT_EQ(format_usd(0.0), "$0.00");
  EXPECT_EQ(format_usd(0.5), "$0.50");
  EXPECT_EQ(format_usd(0.0000166667), "$0.0000167");
  EXPECT_EQ(format_usd(0.0000002), "$0.0000002");
  EXPECT_EQ(format_usd(-77.944), "-$77.94");
  EXPECT_EQ(format_usd(999.999), "$1,000.00");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(123456), "123,456");
}

TEST(NearestName, OnlyTypos) {
  const std::vector<std::string> names{"rule", "window", "keep_alive", "most-recently-idle"};
  EXPECT_EQ(nearest_name("windw", names), "window");
  EXPECT_EQ(nearest_name("widnow", names), "window");
  EXPECT_EQ(nearest_name("keep-alive", names), "keep_alive");
  EXPECT_EQ(nearest_name("most-recent-idle", names), "most-recently-idle");
  EXPECT_EQ(nearest_name("RULE", names), "rule");
  EXPECT_EQ(nearest_name("colour", names), "");
  EXPECT_EQ(nearest_name("x", names), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'w'), names), "");
}

}  // namespace
}  // namespace faascast
