#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pricing/tariff.h"
#include "sim-core/units.h"
#include "sim-core/usage.h"

namespace faascast {

/// What one deployment pays for: platform or servers, front door, bytes out.
struct PriceList {
  std::vector<PriceLine> lines{};
  std::string vintage{};  ///< "aws-lambda 2026-09-19, aws-egress 2024-09-25"
};

/// Which end of each price's range to bill with.
enum class PriceBound : std::uint8_t { kLow, kListed, kHigh };
[[nodiscard]] PriceList at_bound(PriceList prices, PriceBound bound);

struct BillLine {
  std::string name{};
  double quantity = 0.0;  ///< charged priced units, after the free amount
  double free = 0.0;      ///< priced units that the free tier took off
  std::string unit{};
  MicroUsd usd{};  ///< exact, rounded half up once
};

struct Bill {
  std::vector<BillLine> lines{};  ///< of what was used; in the price list's order
  [[nodiscard]] MicroUsd total() const;
};

/// The bill of exactly this usage: no free amounts, tiers from zero.
/// @pre amounts >= 0
[[nodiscard]] Bill bill_span(const PriceList& prices, const Usage& usage);

/// The bill of a month (see month_usage()): tiers and, if `free_tier`, the free amounts. Lines of
/// one pool use it up in the list's order. The account has no other deployment.
[[nodiscard]] Bill bill_month(const PriceList& prices, const Usage& usage, bool free_tier);

}  // namespace faascast
