#pragma once

#include <pybind11/pybind11.h>

#include <cmath>
#include <cstdint>
#include <optional>

#include "sim-core/units.h"

// The module faascast._core: what Python's own files of the package stand on. Each function of it
// is the C++ one of the same name; whatever can take long goes through watched().
namespace faascast::python {

namespace py = pybind11;

void bind_errors(py::module_& m);
void bind_columns(py::module_& m);
void bind_traffic(py::module_& m);
void bind_profiles(py::module_& m);
void bind_scenario(py::module_& m);
void bind_report(py::module_& m);
void bind_studies(py::module_& m);
void bind_sweep(py::module_& m);
void bind_catalogue(py::module_& m);
void bind_store(py::module_& m);
void bind_policy(py::module_& m);

/// Seconds as whole nanoseconds, rounded. @throws py::value_error where they do not fit
[[nodiscard]] inline Duration duration_of(double seconds) {
  constexpr double kMost = 9.2e9;
  if (!(std::fabs(seconds) <= kMost)) throw py::value_error("a time in seconds is out of range");
  return Duration(std::llround(seconds * 1e9));
}
[[nodiscard]] inline std::optional<Duration> duration_of(std::optional<double> seconds) {
  if (!seconds) return std::nullopt;
  return duration_of(*seconds);
}

}  // namespace faascast::python
