#include "studies/paper/page.h"

#include <fmt/format.h>

#include "studies/report/html.h"
#include "studies/report/html_parts.h"

namespace faascast {

std::string html_of(const PaperReport& report) {
  std::string body = "<h1>The paper and faascast, side by side</h1>\n";
  body += html_paragraph(fmt::format("{}. Calibration: {}.", paper_figures().source.source,
                                     report.calibration));
  for (const PaperSection& section : report.sections) {
    std::string part;
    for (const std::string& sentence : section.sentences) part += html_paragraph(sentence, "verdict");
    for (const PaperGroup& group : groups_of(section, true)) {
      part += fmt::format("<h3>{}</h3>\n", html_text(group.title)) + html_table(group.table);
    }
    body += html_section(section.title, part);
  }
  body += html_section("Out of scope", html_list(report.out_of_scope));
  body += html_section("Notes", html_list(report.notes));
  return html_page("The paper and faascast", body + html_ending(report.command, report.seed));
}

}  // namespace faascast
