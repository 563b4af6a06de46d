#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/tables.h"
#include "input/quantity.h"
#include "workloads/handlers/handlers.h"

namespace faascast {
namespace {

std::string text_of(const HandlerProfile& profile) {
  std::string out = paragraph(
      "", fmt::format("{}: {} + {:.3f} ns a byte of CPU time (within {:.0f} % of every size)",
                      profile.handler, format_duration(profile.base), profile.per_byte_ns,
                      100.0 * profile.worst_error));
  Table table({{"payload, bytes"}, {"p50"}, {"p95"}, {"samples"}});
  for (const HandlerProfile::Point& point : profile.points) {
    table.add({format_count(point.bytes), format_duration(Duration(point.p50_ns)),
               format_duration(Duration(point.p95_ns)), format_count(point.samples)});
  }
  out += table.text(2);
  return out + paragraph("  ", fmt::format("measured on {}, {}", profile.host.cpu, profile.created));
}

}  // namespace

ExitCode handler_profile_command(const ProfileArguments& arguments) {
  if (!arguments.result.empty()) check_output({.files = {arguments.result}});
  if (!arguments.result.empty() && report_format_of(arguments.result) != ReportFormat::kJson) {
    throw InputError(Problem{arguments.result, "a profile is a JSON file", "end it with .json"});
  }
  const HandlerProfile profile = profile_handler(arguments.handler, arguments.options);
  if (!arguments.result.empty()) write_file(arguments.result, handler_profile_text(profile));
  print(arguments.json ? handler_profile_text(profile) : text_of(profile));
  return kDone;
}

}  // namespace faascast
