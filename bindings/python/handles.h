#pragma once

#include <memory>
#include <string>

#include "sim-core/arrivals.h"
#include "workloads/profile.h"

namespace faascast::python {

// What Python holds of things that C++ shares as constants: pybind11 has no pointers to const.

struct TrafficHandle {
  std::shared_ptr<const Traffic> traffic{};
  std::string sha256{};  ///< of arrays; empty: not known
};

struct ProfileHandle {
  std::shared_ptr<const ExecutionProfile> profile{};
};

}  // namespace faascast::python
