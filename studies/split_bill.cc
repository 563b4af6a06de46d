#include "studies/split_bill.h"

#include <utility>

#include "pricing/month.h"

namespace faascast {
namespace {

void add_lines(Bill& bill, Bill more) {
  for (BillLine& line : more.lines) bill.lines.push_back(std::move(line));
}

}  // namespace

std::vector<Charged> charged(const CompiledDeployment& compiled, const DeploymentResult& figures) {
  if (compiled.parts.empty()) return {{compiled.prices, figures.usage}};
  std::vector<Charged> all;
  for (std::size_t i = 0; i < compiled.parts.size(); ++i) {
    std::vector<Charged> part = charged(compiled.parts[i], figures.parts.at(i));
    if (compiled.plan.split == Split::kOverflow || all.empty()) {
      for (Charged& one : part) all.push_back(std::move(one));
    } else {
      for (std::size_t k = 0; k < all.size(); ++k) all[k].usage += part.at(k).usage;
    }
  }
  if (compiled.plan.split == Split::kOverflow) {
    for (const Meter meter : {Meter::kConnections, Meter::kBytesIn, Meter::kBytesOut}) {
      all[0].usage[meter] += std::exchange(all[1].usage[meter], 0);
    }
  }
  return all;
}

void add_instance_usage(const CompiledDeployment& compiled, DeploymentResult& figures,
                        Duration span) {
  for (std::size_t i = 0; i < compiled.parts.size(); ++i) {
    DeploymentResult& part = figures.parts.at(i);
    const Usage before = part.usage;
    add_instance_usage(compiled.parts[i], part, span);
    for (std::size_t m = 0; m < kMeters; ++m)
      figures.usage.amount[m] += part.usage.amount[m] - before.amount[m];
  }
  if (!compiled.parts.empty()) return;
  add_instance_usage(compiled.instance_billing, figures, span, figures.usage);
  meter_surroundings(compiled.surroundings, span, figures.usage);
}

Bill span_bill(const std::vector<Charged>& charged) {
  Bill bill;
  for (const Charged& one : charged) add_lines(bill, bill_span(one.prices, one.usage));
  return bill;
}

Bill month_bill(const std::vector<Charged>& charged, Duration span, bool free_tier) {
  Bill bill;
  for (const Charged& one : charged) {
    add_lines(bill, bill_month(one.prices, month_usage(one.usage, span), free_tier));
  }
  return bill;
}

}  // namespace faascast
