#pragma once

#include <string>

#include "studies/breakeven.h"
#include "studies/hybrid.h"
#include "studies/run.h"

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

}  // namespace faascast
