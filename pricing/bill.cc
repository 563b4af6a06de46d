#include "pricing/bill.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "pricing/money.h"

namespace faascast {
namespace {

struct Quantity {
  Int128 amount = 0;  ///< metered units
  Int128 per = 1;     ///< of which this many make a priced unit
};

/// a.amount / a.per < b.amount / b.per, exactly.
bool less(const Quantity& a, const Quantity& b) {
  const Int128 whole_a = a.amount / a.per;
  const Int128 whole_b = b.amount / b.per;
  if (whole_a != whole_b) return whole_a < whole_b;
  return a.amount % a.per * b.per < b.amount % b.per * a.per;
}

Quantity quantity_of(const PriceLine& line, const Usage& usage) {
  Quantity greatest;
  for (const Measure& measure : line.measures) {
    Quantity quantity{.amount = 0, .per = measure.per};
    for (const Meter meter : measure.meters) quantity.amount += usage[meter];
    if (greatest.amount == 0 || less(greatest, quantity)) greatest = quantity;
  }
  if (line.payload_step.value() > 0 && greatest.amount > 0) {
    const Int128 payload = usage[Meter::kBytesIn] + usage[Meter::kBytesOut];
    const Int128 step = greatest.amount * line.payload_step.value();
    greatest.amount *= std::max<Int128>(1, (payload + step - 1) / step);
  }
  return greatest;
}

/// What is left of the free amounts. Lines without a pool have one of their own.
class FreeAmounts {
 public:
  /// Takes as much of `quantity` as is still free for the line.
  Int128 take(const PriceLine& line, const Quantity& quantity) {
    Int128& left = left_for(line, quantity.per);
    const Int128 taken = std::min(left, quantity.amount);
    left -= taken;
    return taken;
  }

 private:
  struct Pool {
    std::string name{};
    Int128 per = 1;
    Int128 left = 0;
  };

  Int128& left_for(const PriceLine& line, Int128 per) {
    if (!line.free_pool.empty()) {
      for (Pool& pool : pools_) {
        if (pool.name == line.free_pool && pool.per == per) return pool.left;
      }
    }
    pools_.push_back({.name = line.free_pool, .per = per, .left = line.free_per_month * per});
    return pools_.back().left;
  }

  std::vector<Pool> pools_;
};

/// The amount cut at the tiers' borders.
std::vector<Charge> charges_of(const PriceLine& line, const Quantity& charged) {
  std::vector<Charge> charges;
  for (std::size_t i = 0; i < line.tiers.size(); ++i) {
    const Int128 begin = line.tiers[i].from * charged.per;
    if (charged.amount <= begin) break;
    const bool last = i + 1 == line.tiers.size();
    const Int128 end =
        last ? charged.amount : std::min(charged.amount, line.tiers[i + 1].from * charged.per);
    charges.push_back({.amount = end - begin, .pico_usd = line.tiers[i].pico_usd});
  }
  return charges;
}

double priced_units(Int128 amount, Int128 per) {
  return static_cast<double>(amount) / static_cast<double>(per);
}

Bill bill(const PriceList& prices, const Usage& usage, bool free_tier) {
  Bill result;
  FreeAmounts free_amounts;
  for (const PriceLine& line : prices.lines) {
    Quantity quantity = quantity_of(line, usage);
    if (quantity.amount == 0) continue;
    const Int128 taken = free_tier ? free_amounts.take(line, quantity) : 0;
    quantity.amount -= taken;
    result.lines.push_back({.name = line.name,
                            .quantity = priced_units(quantity.amount, quantity.per),
                            .free = priced_units(taken, quantity.per),
                            .unit = line.unit,
                            .usd = cost_of(charges_of(line, quantity), quantity.per)});
  }
  return result;
}

}  // namespace

PriceList at_bound(PriceList prices, PriceBound bound) {
  if (bound == PriceBound::kListed) return prices;
  for (PriceLine& line : prices.lines) {
    for (Tier& tier : line.tiers) {
      tier.pico_usd = bound == PriceBound::kLow ? tier.low_pico_usd : tier.high_pico_usd;
    }
  }
  return prices;
}

MicroUsd Bill::total() const {
  MicroUsd sum;
  for (const BillLine& line : lines) sum += line.usd;
  return sum;
}

Bill bill_span(const PriceList& prices, const Usage& usage) { return bill(prices, usage, false); }

Bill bill_month(const PriceList& prices, const Usage& usage, bool free_tier) {
  return bill(prices, usage, free_tier);
}

}  // namespace faascast
