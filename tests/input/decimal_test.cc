#include "input/decimal.h"

#include <gtest/gtest.h>

namespace faascast {
namespace {

using Status = ScaledDecimal::Status;

struct Case {
  const char* text;
  int places;
  Status status;
  std::int64_t value;
};

class Decimal : public ::testing::TestWithParam<Case> {};

TEST_P(Decimal, IsScaledExactly) {
  const Case& c = GetParam();
  const ScaledDecimal got = parse_scaled_decimal(c.text, c.places);
  EXPECT_EQ(got.status, c.status) << c.text;
  EXPECT_EQ(got.value, c.value) << c.text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Decimal,
    ::testing::Values(
        Case{"0", 9, Status::kExact, 0}, Case{"12", 0, Status::kExact, 12},
        Case{"0.1", 9, Status::kExact, 100'000'000},
        Case{"1209599.700000001", 9, Status::kExact, 1'209'599'700'000'001},
        Case{"-0.5", 9, Status::kExact, -500'000'000}, Case{"+3.", 1, Status::kExact, 30},
        Case{".5", 1, Status::kExact, 5}, Case{"57523.0", 0, Status::kExact, 57523},
        Case{"5.7000000", 0, Status::kRounded, 6}, Case{"1e3", 0, Status::kExact, 1000},
        Case{"1.5E-05", 9, Status::kExact, 15'000}, Case{"2.5e-9", 9, Status::kRounded, 3},
        Case{"0.0794909000396728", 9, Status::kRounded, 79'490'900},
        Case{"0.00000000049", 9, Status::kRounded, 0},
        Case{"0.99999999995", 9, Status::kRounded, 1'000'000'000},
        Case{"1e-999999999999999999999", 9, Status::kRounded, 0},
        Case{"0e999999999", 9, Status::kExact, 0},
        Case{"9223372036.854775807", 9, Status::kExact, INT64_MAX},
        Case{"9223372036.854775808", 9, Status::kOutOfRange, 0},
        Case{"1e300", 9, Status::kOutOfRange, 0},
        Case{"99999999999999999999999999", 0, Status::kOutOfRange, 0},
        Case{"", 9, Status::kNotANumber, 0}, Case{"-", 9, Status::kNotANumber, 0},
        Case{".", 9, Status::kNotANumber, 0}, Case{"e5", 9, Status::kNotANumber, 0},
        Case{"1e", 9, Status::kNotANumber, 0}, Case{"nan", 9, Status::kNotANumber, 0},
        Case{"inf", 9, Status::kNotANumber, 0}, Case{"0x10", 9, Status::kNotANumber, 0},
        Case{"1,5", 9, Status::kNotANumber, 0}, Case{" 1", 9, Status::kNotANumber, 0},
        Case{"1 ", 9, Status::kNotANumber, 0}, Case{"1.2.3", 9, Status::kNotANumber, 0}));

}  // namespace
}  // namespace faascast
