#pragma once

#include <memory>

#include "sim-core/arrivals.h"
#include "traces/generators.h"

namespace faascast {

/// "azure-like": spec.functions independent functions that are called as the applications of Azure
/// Functions 2019 were (Shahrad et al., ATC 2020). Function i has the rate at rank
/// (i + 1/2) / functions of the published requests per application and day; which ones are
/// periodic (cv 0: 22.7 %) and the cv of the others' gamma gaps are drawn apart from the rate, once
/// for each function. The rate follows the published day: a sine with its trough at half the peak,
/// at the start of the run; periodic functions do not follow it. Every function is in its steady
/// state at the start: the first gap is a residual one.
[[nodiscard]] std::shared_ptr<const Traffic> make_population(const GeneratorSpec& spec);

}  // namespace faascast
