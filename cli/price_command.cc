#include "cli/commands.h"

namespace faascast {

ExitCode price_command(const PriceArguments& arguments) {
  check_output(arguments.output);
  const Quote answer = quote(arguments.request);
  deliver(arguments.output, [&](ReportFormat format) { return render(answer, format); });
  return kDone;
}

}  // namespace faascast
