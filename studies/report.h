#pragma once

#include <string>

#include "studies/breakeven.h"
#include "studies/hybrid.h"
#include "studies/optimise.h"
#include "studies/run.h"
#include "studies/sensitivity.h"
#include "studies/sweep.h"

namespace faascast {

/// Renderings of results. Text is at most 80 columns wide.
enum class ReportFormat { kText, kJson, kCsv, kMarkdown, kHtml };

[[nodiscard]] std::string render(const RunReport& report, ReportFormat format);
[[nodiscard]] std::string render(const BreakevenReport& report, ReportFormat format);
[[nodiscard]] std::string render(const HybridReport& report, ReportFormat format);
[[nodiscard]] std::string render(const SweepReport& report, ReportFormat format);
[[nodiscard]] std::string render(const SensitivityReport& report, ReportFormat format);
[[nodiscard]] std::string render(const OptimiseReport& report, ReportFormat format);

/// Deployments in the order of a buyer: those that meet the objective first, each group by monthly
/// cost; a sentence with the answer becomes the first note. Equal costs keep the scenario's order.
[[nodiscard]] RunReport ranked(RunReport report);

/// The format that a file name asks for: .json, .csv, .html, .md, .txt.
/// @throws InputError for any other
[[nodiscard]] ReportFormat report_format_of(const std::string& file_name);

}  // namespace faascast
