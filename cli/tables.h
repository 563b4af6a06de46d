#pragma once

#include <string>

#include "studies/report.h"
#include "studies/report/html.h"
#include "studies/report/table.h"

namespace faascast {

/// @pre format is not JSON
[[nodiscard]] inline std::string table_text(const Table& table, ReportFormat format) {
  if (format == ReportFormat::kCsv) return table.csv();
  if (format == ReportFormat::kHtml) return html_page("faascast", html_table(table));
  return format == ReportFormat::kMarkdown ? table.markdown() : table.text();
}

}  // namespace faascast
