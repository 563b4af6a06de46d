#include <fmt/format.h>

#include <system_error>

#include "cli/commands.h"

namespace faascast {

ExitCode price_command(const PriceArguments& arguments) {
  check_output(arguments.output);
  const Quote answer = quote(arguments.request);
  deliver(arguments.output, [&](ReportFormat format) { return render(answer, format); });
  return kDone;
}

ExitCode price_show_command(const PriceShowArguments& arguments) {
  check_output(arguments.output);
  const PriceView view =
      arguments.lists ? list_prices(arguments.request) : view_prices(arguments.request);
  deliver(arguments.output, [&](ReportFormat format) { return render(view, format); });
  return kDone;
}

ExitCode price_import_command(const PriceImportArguments& arguments) {
  const ImportedPrices imported = import_prices(arguments.request);
  std::filesystem::path file = arguments.result;
  if (file.empty()) {
    file = price_folder() / (arguments.name.empty() ? imported.name : arguments.name);
    file += ".toml";
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
  }
  if (std::filesystem::exists(file) && !arguments.replaces) {
    throw InputError(
        Problem{file.string(), "exists already", "say --replace, or choose another name"});
  }
  write_file(file, imported.text);
  std::string text = fmt::format("{} {}", imported.rows, imported.rows == 1 ? "price" : "prices");
  if (imported.left_out > 0) {
    text += fmt::format(" ({} products of other kinds left out)", imported.left_out);
  }
  print(fmt::format("{} in {}\nuse them with --prices {}\n", text, file.string(),
                    arguments.result.empty() ? file.stem().string() : file.string()));
  return kDone;
}

}  // namespace faascast
