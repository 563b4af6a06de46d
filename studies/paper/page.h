#pragma once

#include <string>
#include <vector>

#include "studies/paper/paper.h"
#include "studies/report/table.h"

namespace faascast {

/// Rows of a section that say the same of different models and platforms.
struct PaperGroup {
  PaperGroup(std::string title_of_it, bool with_reasons)
      : title(std::move(title_of_it)), table(columns(with_reasons)) {}
  std::string title{};
  Table table;

 private:
  static std::vector<Table::Column> columns(bool with_reasons) {
    std::vector<Table::Column> all = {{"model", Table::Align::kLeft},
                                      {"platform", Table::Align::kLeft},
                                      {"paper"},
                                      {"faascast"},
                                      {"may be"}};
    if (with_reasons) all.push_back({"why", Table::Align::kLeft});
    return all;
  }
};

[[nodiscard]] std::vector<PaperGroup> groups_of(const PaperSection& section,
                                                bool with_reasons = false);
[[nodiscard]] std::string html_of(const PaperReport& report);

}  // namespace faascast
