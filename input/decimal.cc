#include "input/decimal.h"

#include <algorithm>
#include <limits>

namespace faascast {
namespace {

using Status = ScaledDecimal::Status;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the start of `text`, which is moved past them.
std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

/// The exponent after 'e', clamped to +-100000. @return false when the text is not one.
bool take_exponent(std::string_view& text, std::int64_t& exponent) {
  exponent = 0;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  const bool negative = take_sign(text);
  const std::string_view digits = take_digits(text);
  if (digits.empty() || !text.empty()) return false;
  for (const char c : digits) exponent = std::min<std::int64_t>(exponent * 10 + (c - '0'), 100'000);
  if (negative) exponent = -exponent;
  return true;
}

/// Builds the value digit by digit: those before the scaled point count, the next one rounds.
class Accumulator {
 public:
  explicit Accumulator(std::int64_t digits_before_point) : left_(digits_before_point) {}

  void add(char digit) {
    const auto d = static_cast<std::uint64_t>(digit - '0');
    if (left_ > 0) {
      push(d);
    } else {
      if (left_ == 0) rounds_up_ = d >= 5;
      if (d != 0) exact_ = false;
    }
    --left_;
  }

  [[nodiscard]] ScaledDecimal result(bool negative) {
    for (; left_ > 0 && value_ != 0 && !overflow_; --left_) push(0);
    if (rounds_up_) ++value_;
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (overflow_ || value_ > kMax) return {Status::kOutOfRange, 0};
    const auto magnitude = static_cast<std::int64_t>(value_);
    return {exact_ ? Status::kExact : Status::kRounded, negative ? -magnitude : magnitude};
  }

 private:
  void push(std::uint64_t d) {
    constexpr std::uint64_t kLimit = (std::numeric_limits<std::uint64_t>::max() >> 1U) / 10;
    if (value_ > kLimit) overflow_ = true;
    if (!overflow_) value_ = value_ * 10 + d;
  }

  std::int64_t left_;
  std::uint64_t value_ = 0;
  bool exact_ = true;
  bool rounds_up_ = false;
  bool overflow_ = false;
};

}  // namespace

ScaledDecimal parse_scaled_decimal(std::string_view text, int places) {
  const bool negative = take_sign(text);
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  std::int64_t exponent = 0;
  if (whole.empty() && fraction.empty()) return {};
  if (!take_exponent(text, exponent)) return {};

  Accumulator sum(static_cast<std::int64_t>(whole.size()) + exponent + places);
  for (const char c : whole) sum.add(c);
  for (const char c : fraction) sum.add(c);
  return sum.result(negative);
}

}  // namespace faascast
