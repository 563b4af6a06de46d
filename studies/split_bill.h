#pragma once

#include <vector>

#include "pricing/bill.h"
#include "sim-core/engine.h"
#include "studies/compile.h"

namespace faascast {

/// What one price list charges for.
struct Charged {
  PriceList prices{};
  Usage usage{};
};

/// A deployment's usage by price list: one entry; of a hybrid that of its servers, with the front
/// door that sees all requests and what leaves the deployment, then that of its functions. Versions
/// are added up.
[[nodiscard]] std::vector<Charged> charged(const CompiledDeployment& compiled,
                                           const DeploymentResult& figures);

/// Meters what deployments pay for their instances themselves and for what stands around them,
/// parts' too. @param span > 0
void add_instance_usage(const CompiledDeployment& compiled, DeploymentResult& figures,
                        Duration span);

/// Lines of all lists. @param span > 0
[[nodiscard]] Bill span_bill(const std::vector<Charged>& charged);
[[nodiscard]] Bill month_bill(const std::vector<Charged>& charged, Duration span, bool free_tier);

}  // namespace faascast
