#include "cli/commands.h"
#include "studies/validate.h"

namespace faascast {

ExitCode validate_command(const ValidateArguments& arguments) {
  check_output(arguments.output);
  const ValidationReport report = validate(arguments.request);
  deliver(arguments.output, [&](ReportFormat format) { return render(report, format); });
  return kDone;
}

}  // namespace faascast
