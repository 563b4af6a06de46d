#include "studies/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "studies/report/figures.h"
#include "studies/report/formats.h"

namespace faascast {
namespace {

template <class Report>
std::string rendered(const Report& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::kJson:
      return json_of(report);
    case ReportFormat::kCsv:
      return csv_of(report);
    case ReportFormat::kMarkdown:
      return markdown_of(report);
    case ReportFormat::kHtml:
      return html_of(report);
    case ReportFormat::kText:
      break;
  }
  return text_of(report);
}

struct Extension {
  std::string_view text;
  ReportFormat format;
};
constexpr std::array<Extension, 5> kExtensions{{{".json", ReportFormat::kJson},
                                                {".csv", ReportFormat::kCsv},
                                                {".html", ReportFormat::kHtml},
                                                {".md", ReportFormat::kMarkdown},
                                                {".txt", ReportFormat::kText}}};

/// @pre deployments are ranked, and there is one
std::string answer_of(const std::vector<DeploymentReport>& deployments) {
  const DeploymentReport& best = deployments.front();
  const auto cost = [](const DeploymentReport& d) { return usd_number(d.bill_month.total()); };
  if (!best.meets_objective.value_or(true)) {
    return fmt::format("No deployment meets the objective; the cheapest is {} at {} a month.",
                       best.name, format_usd(cost(best)));
  }
  std::string text = fmt::format("Cheapest{}: {} at {} a month",
                                 best.meets_objective ? " that meets the objective" : "", best.name,
                                 format_usd(cost(best)));
  const bool has_next = deployments.size() > 1 && deployments[1].meets_objective.value_or(true);
  if (has_next && cost(best) > 0.0) {
    text += fmt::format("; {} costs {:.3g} times that", deployments[1].name,
                        cost(deployments[1]) / cost(best));
  }
  return text + ".";
}

}  // namespace

std::string render(const RunReport& report, ReportFormat format) {
  return rendered(report, format);
}

std::string render(const BreakevenReport& report, ReportFormat format) {
  return rendered(report, format);
}

std::string render(const HybridReport& report, ReportFormat format) {
  return rendered(report, format);
}

std::string render(const SweepReport& report, ReportFormat format) {
  return rendered(report, format);
}

std::string render(const SensitivityReport& report, ReportFormat format) {
  return rendered(report, format);
}

std::string render(const OptimiseReport& report, ReportFormat format) {
  return rendered(report, format);
}

RunReport ranked(RunReport report) {
  const auto misses = [](const DeploymentReport& d) { return !d.meets_objective.value_or(true); };
  std::stable_sort(report.deployments.begin(), report.deployments.end(),
                   [&](const DeploymentReport& a, const DeploymentReport& b) {
                     if (misses(a) != misses(b)) return misses(b);
                     return a.bill_month.total() < b.bill_month.total();
                   });
  if (!report.deployments.empty()) {
    report.notes.insert(report.notes.begin(), answer_of(report.deployments));
  }
  return report;
}

ReportFormat report_format_of(const std::string& file_name) {
  std::string extension = std::filesystem::path(file_name).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Extension& known : kExtensions) {
    if (extension == known.text) return known.format;
  }
  throw InputError(Problem{file_name,
                           extension.empty()
                               ? std::string("the file name does not say its format")
                               : fmt::format("'{}' is not a format of reports", extension),
                           "end the name with .json, .csv, .html, .md or .txt"});
}

}  // namespace faascast
