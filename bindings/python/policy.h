#pragma once

#include <functional>
#include <memory>

#include "bindings/python/module.h"
#include "sim-core/plan.h"

namespace faascast::python {

/// A policy written in Python for ScenarioChanges. @param factory  called without arguments for
/// every run; what it returns has any of the methods route, keep_alive and wake (see
/// faascast/_policy.py)
[[nodiscard]] std::function<std::shared_ptr<const PolicyFactory>(const PoolPlan&)> policy_maker(
    py::object factory);

}  // namespace faascast::python
