#include <ctime>
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "studies/calibrate.h"

namespace faascast {
namespace {

bool is_platform_file(const std::string& file) { return file.ends_with(".toml"); }

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

}  // namespace

ExitCode calibrate_command(const CalibrateArguments& arguments) {
  OutputArguments reports = arguments.output;
  std::string platform_file;
  std::erase_if(reports.files, [&](const std::string& file) {
    if (is_platform_file(file)) platform_file = file;
    return is_platform_file(file);
  });
  check_output(reports);
  CalibrationRequest request = arguments.request;
  request.today = today();
  if (!platform_file.empty()) {
    request.name = std::filesystem::path(platform_file).stem().string();
    const std::filesystem::path folder = std::filesystem::path(platform_file).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder)) {
      throw InputError(Problem{platform_file, "no such folder", "make it first"});
    }
  }
  const CalibrationReport report = calibrate(request);
  if (!platform_file.empty()) {
    if (report.platform_file.empty()) {
      throw InputError(Problem{platform_file,
                               "neither a cold start nor a keep-alive was fitted, so there is no "
                               "platform file to write: " +
                                   report.cold_start.refusal + "; " + report.keep_alive.refusal,
                               "leave it out to see what was fitted"});
    }
    write_file(platform_file, report.platform_file);
  }
  deliver(reports, [&](ReportFormat format) { return render(report, format); });
  return kDone;
}

}  // namespace faascast
