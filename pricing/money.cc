#include "pricing/money.h"

#include <limits>

namespace faascast {
namespace {

constexpr Int128 kMost = ((Int128{1} << 126U) - 1) * 2 + 1;

Int128 product(Int128 a, Int128 b) {
  Int128 result = 0;
  return __builtin_mul_overflow(a, b, &result) ? kMost : result;
}

Int128 sum(Int128 a, Int128 b) {
  Int128 result = 0;
  return __builtin_add_overflow(a, b, &result) ? kMost : result;
}

}  // namespace

MicroUsd cost_of(std::span<const Charge> charges, Int128 per) {
  Int128 pico = 0;  // whole pico-dollars
  Int128 rest = 0;  // and this many per-ths of one, < per
  for (const Charge& charge : charges) {
    const Int128 price = charge.pico_usd;
    pico = sum(pico, product(charge.amount / per, price));
    rest += charge.amount % per * price;
    pico = sum(pico, rest / per);
    rest %= per;
  }
  // Half a micro-dollar is a whole number of pico-dollars, so `rest` cannot decide the rounding.
  const Int128 micro = sum(pico, 500'000) / 1'000'000;
  constexpr auto kMostMicro = std::numeric_limits<std::int64_t>::max();
  return MicroUsd(micro > kMostMicro ? kMostMicro : static_cast<std::int64_t>(micro));
}

Int128 scaled(Int128 amount, std::int64_t numerator, std::int64_t denominator) {
  const Int128 whole = product(amount / denominator, numerator);
  const Int128 part = amount % denominator * static_cast<Int128>(numerator);
  return sum(whole, (part + denominator / 2) / denominator);
}

}  // namespace faascast
