#pragma once

#include <string>

#include "studies/breakeven.h"
#include "studies/hybrid.h"
#include "studies/optimise.h"
#include "studies/run.h"
#include "studies/sensitivity.h"
#include "studies/sweep.h"

namespace faascast {

// One rendering each; render() chooses.
[[nodiscard]] std::string json_of(const RunReport& report);
[[nodiscard]] std::string text_of(const RunReport& report);
[[nodiscard]] std::string csv_of(const RunReport& report);
[[nodiscard]] std::string markdown_of(const RunReport& report);
[[nodiscard]] std::string html_of(const RunReport& report);
[[nodiscard]] std::string html_of(const BreakevenReport& report);
[[nodiscard]] std::string json_of(const BreakevenReport& report);
[[nodiscard]] std::string text_of(const BreakevenReport& report);
[[nodiscard]] std::string csv_of(const BreakevenReport& report);
[[nodiscard]] std::string markdown_of(const BreakevenReport& report);
[[nodiscard]] std::string json_of(const HybridReport& report);
[[nodiscard]] std::string text_of(const HybridReport& report);
[[nodiscard]] std::string csv_of(const HybridReport& report);
[[nodiscard]] std::string markdown_of(const HybridReport& report);
[[nodiscard]] std::string html_of(const HybridReport& report);
[[nodiscard]] std::string json_of(const SweepReport& report);
[[nodiscard]] std::string text_of(const SweepReport& report);
[[nodiscard]] std::string csv_of(const SweepReport& report);
[[nodiscard]] std::string markdown_of(const SweepReport& report);
[[nodiscard]] std::string html_of(const SweepReport& report);
[[nodiscard]] std::string json_of(const SensitivityReport& report);
[[nodiscard]] std::string text_of(const SensitivityReport& report);
[[nodiscard]] std::string csv_of(const SensitivityReport& report);
[[nodiscard]] std::string markdown_of(const SensitivityReport& report);
[[nodiscard]] std::string html_of(const SensitivityReport& report);
[[nodiscard]] std::string json_of(const OptimiseReport& report);
[[nodiscard]] std::string text_of(const OptimiseReport& report);
[[nodiscard]] std::string csv_of(const OptimiseReport& report);
[[nodiscard]] std::string markdown_of(const OptimiseReport& report);
[[nodiscard]] std::string html_of(const OptimiseReport& report);

}  // namespace faascast
